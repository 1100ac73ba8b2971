"""Why a calendar file is refused or doubted, each reason with its sentence, and how much work a file may ask for."""

from datetime import datetime
from zoneinfo import ZoneInfo

from timetuna.ical.answer import Note, Unreadable

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


MAX_BYTES = 10_000_000
MAX_EVENTS = 100_000
MAX_TAKEN = 50_000
MAX_STEPS = 400_000
DEEPEST = 16


class Steps:
    """Counts what is looked at, over all events of a file: days, hours, occurrences."""

    __slots__ = ("left",)

    def __init__(self, most: int = MAX_STEPS) -> None:
        self.left = most

    def spend(self, steps: int = 1) -> None:
        """Count so many more. Raises Unreadable when there are no more."""
        self.left -= steps
        if self.left < 0:
            raise refuse("too_many")


_ZONES = {
    "zone_unknown": "Times in “{about}” are read by your own clock ({meaning}): the calendar does not say which zone "
    "that is.",
    "zone_offset": "Times in “{about}” are read as {meaning} all year round: whether its clocks change is not known.",
    "zone_guessed": "Times in “{about}” are read as {meaning}, which is a guess from the name.",
    "more": "There are {about} more of these.",
}


def sentence(note: Note, zone: ZoneInfo) -> str:
    """A note as a sentence or two, with times by the clocks of `zone`. Text of the calendar stands in it."""
    if note.code in _ZONES:
        return _ZONES[note.code].format(about=note.about, meaning=note.meaning)
    who = f"“{note.about}”" if note.about else "An event without a title"
    wrong = f"{who} {what_is_wrong(note.code)}"
    if note.first_minute == note.last_minute:
        return f"{wrong}, so it blocks nothing."
    first, last = (_said(minute, zone) for minute in (note.first_minute, note.last_minute))
    return f"{wrong}. All of the time in which it may be is blocked: from {first} to {last}."


def _said(minute: int, zone: ZoneInfo) -> str:
    there = datetime.fromtimestamp(60 * minute, zone)
    return f"{there:%A} {there.day} {there:%B %Y}, {there:%H:%M}"
