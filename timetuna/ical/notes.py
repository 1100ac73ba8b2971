"""What a calendar's notes say to its host, in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from timetuna.ical.answer import Note
from timetuna.ical.refusals import what_is_wrong

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
