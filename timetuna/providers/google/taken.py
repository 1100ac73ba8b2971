"""Which time an event takes, as Google describes it (https://developers.google.com/workspace/calendar/api/v3/reference/events)."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from timetuna.availability.interval import Interval
from timetuna.ical.zone_names import known_zone
from timetuna.providers.base import BusyTime
from timetuna.providers.google.answers import text
from timetuna.providers.google.refusals import unreadable

BOOKING = "timetuna"  # the private property that names our booking
MINUTE = 60
_NO_TIME = {"workingLocation", "birthday"}  # all other kinds follow their transparency
_UNSURE = {"tentative", "needsAction"}


def taken(event: dict[str, Any], span: Interval, *, zone: ZoneInfo) -> BusyTime | None:
    """Return the time the event takes of the span, or None where it takes none. Raises ProviderError.

    An invitation that was not answered yet counts as not sure: Google shows it as taken as well.
    """
    mine = _own_answer(event)
    free = text(event, "transparency") == "transparent" or text(event, "eventType") in _NO_TIME
    if free or mine == "declined" or event.get("status") == "cancelled":
        return None
    start, end = _edge(event, "start", zone), _edge(event, "end", zone)
    if end <= start:
        return None
    tentative = event.get("status") == "tentative" or mine in _UNSURE
    return clipped((start, end), span, tentative=tentative, mark=_mark(event))


def clipped(
    ends: tuple[datetime, datetime], span: Interval, *, tentative: bool = False, mark: str = ""
) -> BusyTime | None:
    """Return the time between two moments in whole minutes, cut to the span; None where nothing is left."""
    start, end = (moment.timestamp() for moment in ends)
    first = max(int(start // MINUTE), span[0])
    last = min(int(-(-end // MINUTE)), span[1])
    return BusyTime(first, last, tentative, mark) if first < last else None


def _own_answer(event: dict[str, Any]) -> str:
    guests = event.get("attendees")
    for guest in guests if isinstance(guests, list) else []:
        if isinstance(guest, dict) and guest.get("self") is True:
            return text(guest, "responseStatus")
    return ""


def _edge(event: dict[str, Any], name: str, zone: ZoneInfo) -> datetime:
    """Return one end of the event; a day begins at midnight of the host's zone."""
    end = event.get(name)
    try:
        if isinstance(end, dict) and isinstance(end.get("date"), str):
            return datetime.combine(date.fromisoformat(end["date"]), time(), zone)
        moment = datetime.fromisoformat(text(end, "dateTime") if isinstance(end, dict) else "")
        return moment if moment.tzinfo else moment.replace(tzinfo=_own_zone(end) or zone)
    except (ValueError, OverflowError):
        raise unreadable("with an event whose time cannot be read") from None


def _own_zone(end: Any) -> ZoneInfo | None:
    """Return the zone of an end without an offset, None where none is named. Raises ValueError for an unknown one."""
    name = text(end, "timeZone") if isinstance(end, dict) else ""
    found = known_zone(name)
    if name and found is None:
        raise ValueError("no such zone")
    return found.zone if found else None


def _mark(event: dict[str, Any]) -> str:
    properties = event.get("extendedProperties")
    private = properties.get("private") if isinstance(properties, dict) else None
    booking = text(private, BOOKING) if isinstance(private, dict) else ""
    return booking or text(event, "iCalUID")


def moment(minute: int) -> str:
    """Return a minute since the epoch as RFC 3339 text."""
    return datetime.fromtimestamp(minute * MINUTE, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
