"""The one door: bytes of a calendar file in, busy time out, whatever is in the bytes."""

from timetuna.availability.interval import Interval
from timetuna.ical.answer import CalendarFile

__all__ = ["read_busy"]


def read_busy(body: bytes, span: Interval, *, time_zone: str, seconds: float = 5.0) -> CalendarFile:
    """Return the busy time within `span` (UTC minutes, end exclusive) of an iCalendar file (RFC 5545).

    body: the unpacked file. Calendar objects may follow one another in it, so that those of a CalDAV answer can be
    joined by line ends and read at once; an override in one belongs to the event with its UID in another, and a
    VTIMEZONE counts for its own object first.
    time_zone: the owner's IANA zone, for all-day events, floating times and zone names that nothing defines.
    seconds: after so many the reading is stopped. The work is done in a process of its own, bounded in memory.
    Raises Unreadable.
    """
    raise NotImplementedError(body, span, time_zone, seconds)
