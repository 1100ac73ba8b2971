"""Which time an event takes, as Graph describes it (https://learn.microsoft.com/graph/api/resources/event).

By a private property (extended properties, MS-OXPROPS) an event is known as a booking's.
"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from timetuna.availability.interval import Interval
from timetuna.ical.answer import BusyTime
from timetuna.ical.zone_names import known_zone
from timetuna.lib.http import Json, part, parts, text
from timetuna.providers.microsoft.client import MICROSOFT
from timetuna.providers.online_calendars import clipped

# The namespace is ours alone; changing it would make every event that was written a stranger's.
PROPERTY = "String {9d9e429e-2061-4868-8390-ee92f3880009} Name timetuna"
EXPAND = {"$expand": f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')"}
_FREE = {"free", "workingElsewhere"}  # whatever else stands there, also nothing, takes its time
_UTC = {"UTC", "tzone://Microsoft/Utc"}


def taken(event: Json, span: Interval, *, zone: ZoneInfo) -> BusyTime | None:
    """None where it takes none of the span. Raises ProviderError."""
    declined = text(part(event, "responseStatus"), "response") == "declined"
    if text(event, "showAs") in _FREE or declined or event.get("isCancelled") is True:
        return None
    start, end = (_edge(event, name, zone) for name in ("start", "end"))
    return clipped(start, end, span, tentative=text(event, "showAs") == "tentative", uid=_uid(event))


def _uid(event: Json) -> str:
    """The booking that the event was written for, else its iCalendar UID, else an empty text."""
    rows = parts(event, "singleValueExtendedProperties")
    named = (text(row, "value") for row in rows if str(row.get("id", "")).casefold() == PROPERTY.casefold())
    return next(filter(None, named), "") or text(event, "iCalUId")


def _edge(event: Json, name: str, zone: ZoneInfo) -> float:
    """Return one end of the event in seconds since the epoch; a day begins at midnight of the host's zone.

    Graph writes the days of an all-day event as midnights of whatever zone was asked for.
    """
    end = part(event, name)
    try:
        written = datetime.fromisoformat(text(end, "dateTime"))
        if event.get("isAllDay") is True and written.time() == time():
            return datetime.combine(written.date(), time(), zone).timestamp()
        return written.replace(tzinfo=written.tzinfo or _zone(text(end, "timeZone"))).timestamp()
    except (ValueError, OverflowError):
        raise MICROSOFT.unreadable("with an event whose time cannot be read") from None


def _zone(name: str) -> ZoneInfo:
    """Graph is asked for UTC, and has been seen to answer with Windows' names."""
    found = known_zone("UTC" if name in _UTC else name)
    if found is None:
        raise ValueError("no such zone")
    return found.zone
