"""The reasons for which a calendar file is refused, each with its sentence."""

from timetuna.ical.answer import Unreadable

_FILE = {
    "empty": "The answer is empty, so nothing is known of this calendar.",
    "html": "This is a web page and not a calendar. Copy the address that the calendar calls iCal or ICS.",
    "not_a_calendar": "This is not an iCalendar file.",
    "cut_off": "The calendar file is cut off: its end is missing.",
    "structure": "The calendar file is damaged: its parts do not begin and end in pairs.",
    "too_large": "The calendar file is larger than 10 MB.",
    "too_many": "The calendar holds more events than can be read.",
    "charset": "The calendar file is written in a way that cannot be read.",
    "free_busy": "The file lists free and busy times and no events. Use the address of the calendar's events.",
    "timed_out": "Reading the calendar file took too long.",
    "too_costly": "Reading the calendar file takes more memory or time than it may.",
    "busy": "Other calendar files are being read at the moment.",
    "failed": "The calendar file could not be read.",
}
_EVENT = {
    "no_start": "has no start",
    "bad_start": "has a start that cannot be read",
    "bad_end": "has an end that cannot be read",
    "bad_repeat": "repeats in a way that cannot be read",
    "bad_fold": "has a broken line where its time stands",
}


def refuse(code: str) -> Unreadable:
    return Unreadable(code, _FILE[code])


def refuse_event(code: str, number: int, title: str) -> Unreadable:
    """The error for one event, counted from 1, whose time is not known, not even roughly."""
    sentence, naming = (
        f"{event} {_EVENT[code]}. Its time is not known, so the file is not used."
        for event in (
            f"Event {number} of the calendar file",
            f"“{title}”, event {number} of the calendar file,",
        )
    )
    return Unreadable(code, sentence, naming=naming if title else sentence)


def what_is_wrong(code: str) -> str:
    """As in "has no start"."""
    return _EVENT[code]
