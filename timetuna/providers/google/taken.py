"""Which time an event takes, as Google describes it (https://developers.google.com/workspace/calendar/api/v3/reference/events)."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from timetuna.availability.interval import Interval
from timetuna.ical.answer import BusyTime
from timetuna.ical.zone_names import known_zone
from timetuna.providers.google.client import GOOGLE
from timetuna.providers.online_calendars import clipped
from timetuna.providers.rest import Json, part, parts, text

BOOKING = "timetuna"  # the private property that names our booking
_NO_TIME = {"workingLocation", "birthday"}  # all other kinds follow their transparency
_UNSURE = {"tentative", "needsAction"}


def taken(event: Json, span: Interval, *, zone: ZoneInfo) -> BusyTime | None:
    """Return the time the event takes of the span, or None where it takes none. Raises ProviderError.

    An invitation that was not answered yet counts as not sure: Google shows it as taken as well.
    """
    mine = next(
        (text(one, "responseStatus") for one in parts(event, "attendees") if one.get("self") is True), ""
    )
    free = text(event, "transparency") == "transparent" or text(event, "eventType") in _NO_TIME
    if free or mine == "declined" or event.get("status") == "cancelled":
        return None
    tentative = event.get("status") == "tentative" or mine in _UNSURE
    uid = text(part(part(event, "extendedProperties"), "private"), BOOKING) or text(event, "iCalUID")
    return clipped(_edge(event, "start", zone), _edge(event, "end", zone), span, tentative=tentative, uid=uid)


def _edge(event: Json, name: str, zone: ZoneInfo) -> float:
    """One end of the event in seconds since the epoch; a day begins at midnight of the host's zone."""
    end = part(event, name)
    try:
        if isinstance(end.get("date"), str):
            return datetime.combine(date.fromisoformat(end["date"]), time(), zone).timestamp()
        moment = datetime.fromisoformat(text(end, "dateTime"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=_own_zone(end) or zone)).timestamp()
    except (ValueError, OverflowError):
        raise GOOGLE.unreadable("with an event whose time cannot be read") from None


def _own_zone(end: Json) -> ZoneInfo | None:
    """The zone of an end without an offset, None where none is named. Raises ValueError for an unknown one."""
    name = text(end, "timeZone")
    found = known_zone(name)
    if name and found is None:
        raise ValueError("no such zone")
    return found.zone if found else None
