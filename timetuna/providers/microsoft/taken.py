"""Which time an event takes, as Graph describes it (https://learn.microsoft.com/graph/api/resources/event)."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from timetuna.availability.interval import Interval
from timetuna.ical.zone_names import known_zone
from timetuna.providers.base import BusyTime
from timetuna.providers.microsoft.answers import part, text
from timetuna.providers.microsoft.mark import mark_of
from timetuna.providers.microsoft.refusals import unreadable

MINUTE = 60
_FREE = {"free", "workingElsewhere"}  # whatever else stands there, also nothing, takes its time
_UTC = {"UTC", "tzone://Microsoft/Utc"}


def taken(event: dict[str, Any], span: Interval, *, zone: ZoneInfo) -> BusyTime | None:
    """Return the time the event takes of the span, or None where it takes none. Raises ProviderError."""
    declined = text(part(event, "responseStatus"), "response") == "declined"
    if text(event, "showAs") in _FREE or declined or event.get("isCancelled") is True:
        return None
    start, end = (_edge(event, name, zone) for name in ("start", "end"))
    first, last = max(int(start // MINUTE), span[0]), min(int(-(-end // MINUTE)), span[1])
    if end <= start or last <= first:
        return None
    return BusyTime(first, last, text(event, "showAs") == "tentative", mark_of(event))


def _edge(event: dict[str, Any], name: str, zone: ZoneInfo) -> float:
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
        raise unreadable("with an event whose time cannot be read") from None


def _zone(name: str) -> ZoneInfo:
    """Return the zone of an end; Graph is asked for UTC, and has been seen to answer with Windows' names."""
    found = known_zone("UTC" if name in _UTC else name)
    if found is None:
        raise ValueError("no such zone")
    return found.zone


def moment(minute: int) -> str:
    """Return a minute since the epoch as the text that Graph reads as UTC."""
    return datetime.fromtimestamp(minute * MINUTE, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
