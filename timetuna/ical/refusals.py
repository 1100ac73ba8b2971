"""Why a calendar file is refused or doubted, each reason with its sentence, and how much work a file may ask for."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from timetuna.ical.answer import Note, Unreadable
from timetuna.lib.text import spoken

_FILE = {
    "empty": spoken("The answer is empty, so nothing is known of this calendar."),
    "html": spoken(
        "This is a web page and not a calendar. Copy the address that the calendar calls iCal or ICS."
    ),
    "not_a_calendar": spoken("This is not an iCalendar file."),
    "cut_off": spoken("The calendar file is cut off: its end is missing."),
    "structure": spoken("The calendar file is damaged: its parts do not begin and end in pairs."),
    "too_large": spoken("The calendar file is larger than 10 MB."),
    "too_many": spoken("The calendar holds more events than can be read."),
    "charset": spoken("The calendar file is written in a way that cannot be read."),
    "free_busy": spoken(
        "The file lists free and busy times and no events. Use the address of the calendar’s events."
    ),
    "timed_out": spoken("Reading the calendar file took too long."),
    "too_costly": spoken("Reading the calendar file takes more memory or time than it may."),
    "busy": spoken("Other calendar files are being read at the moment."),
    "failed": spoken("The calendar file could not be read."),
}
_NOT_USED = {
    "no_start": spoken("%(event)s has no start. Its time is not known, so the file is not used."),
    "bad_start": spoken(
        "%(event)s has a start that cannot be read. Its time is not known, so the file is not used."
    ),
    "bad_end": spoken(
        "%(event)s has an end that cannot be read. Its time is not known, so the file is not used."
    ),
    "bad_repeat": spoken(
        "%(event)s repeats in a way that cannot be read. Its time is not known, so the file is not used."
    ),
    "bad_fold": spoken(
        "%(event)s has a broken line where its time stands. Its time is not known, so the file is not used."
    ),
}
_BLOCKS_NOTHING = {
    "no_start": spoken("%(event)s has no start, so it blocks nothing."),
    "bad_start": spoken("%(event)s has a start that cannot be read, so it blocks nothing."),
    "bad_end": spoken("%(event)s has an end that cannot be read, so it blocks nothing."),
    "bad_repeat": spoken("%(event)s repeats in a way that cannot be read, so it blocks nothing."),
    "bad_fold": spoken("%(event)s has a broken line where its time stands, so it blocks nothing."),
}
_BLOCKS_ALL = spoken("All of the time in which it may be is blocked: from %(first)s to %(last)s.")
_WRONG = {
    "no_start": spoken("%(event)s has no start."),
    "bad_start": spoken("%(event)s has a start that cannot be read."),
    "bad_end": spoken("%(event)s has an end that cannot be read."),
    "bad_repeat": spoken("%(event)s repeats in a way that cannot be read."),
    "bad_fold": spoken("%(event)s has a broken line where its time stands."),
}


def refuse(code: str) -> Unreadable:
    return Unreadable(code, _FILE[code])


def refuse_event(code: str, number: int, title: str) -> Unreadable:
    """The error for one event, counted from 1, whose time is not known, not even roughly."""
    event = spoken("Event %(number)s of the calendar file") % {"number": number}
    named = spoken("“%(title)s”, event %(number)s of the calendar file,") % {"title": title, "number": number}
    said = _NOT_USED[code]
    return Unreadable(code, said % {"event": event}, naming=said % {"event": named if title else event})


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
    "zone_unknown": spoken(
        "Times in “%(about)s” are read by your own clock (%(meaning)s): the calendar does not say which zone "
        "that is."
    ),
    "zone_offset": spoken(
        "Times in “%(about)s” are read as %(meaning)s all year round: whether its clocks change is not known."
    ),
    "zone_guessed": spoken("Times in “%(about)s” are read as %(meaning)s, which is a guess from the name."),
    "more": spoken("There are %(about)s more of these."),
}


def sentence(note: Note, zone: ZoneInfo, *, when: Callable[[datetime], str] | None = None) -> str:
    """A note as a sentence or two, with times by the clocks of `zone`. Text of the calendar stands in it.

    when: says a moment there, where not in English.
    """
    if note.code in _ZONES:
        return _ZONES[note.code] % {"about": note.about, "meaning": note.meaning}
    event = f"“{note.about}”" if note.about else spoken("An event without a title")
    if note.first_minute == note.last_minute:
        return _BLOCKS_NOTHING[note.code] % {"event": event}
    first, last = (
        (when or _said)(datetime.fromtimestamp(60 * minute, zone))
        for minute in (note.first_minute, note.last_minute)
    )
    wrong, blocked = _WRONG[note.code] % {"event": event}, _BLOCKS_ALL % {"first": first, "last": last}
    return f"{wrong} {blocked}"


def _said(there: datetime) -> str:
    return f"{there:%A} {there.day} {there:%B %Y}, {there:%H:%M}"
