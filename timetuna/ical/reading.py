"""The one door: bytes of a calendar file in, busy time out, whatever is in the bytes."""

import logging

from timetuna.availability.interval import Interval
from timetuna.ical.answer import CalendarFile, to_file
from timetuna.ical.helper import ask
from timetuna.ical.refusals import MAX_BYTES, refuse
from timetuna.lib.text import find_zone, log_value

__all__ = ["read_busy"]

log = logging.getLogger(__name__)


def read_busy(body: bytes, span: Interval, *, time_zone: str, seconds: float = 5.0) -> CalendarFile:
    """Return the busy time within `span` (UTC minutes, end exclusive) of an iCalendar file (RFC 5545).

    body: the unpacked file. Calendar objects may follow one another in it, so that those of a CalDAV answer can be
    joined by line ends and read at once; an override in one belongs to the event with its UID in another, and a
    VTIMEZONE counts for its own object first.
    time_zone: the owner's IANA zone, for all-day events, floating times and zone names that nothing defines.
    seconds: after so many the reading is stopped; it may wait half a minute for its turn before. The work is done in a
    process of its own, bounded in memory. Safe to call from threads, and after a fork.
    Raises Unreadable; ValueError when `time_zone` is not known.
    """
    if find_zone(time_zone) is None:
        raise ValueError(f"{time_zone} is no IANA zone.")
    if len(body) > MAX_BYTES:
        raise refuse("too_large")
    answer = ask({"span": span, "time_zone": time_zone, "seconds": seconds}, body, seconds=seconds)
    if fault := answer.pop("fault", ""):
        log.error("the reader of calendar files failed: %s", log_value(fault))
    return to_file(answer)
