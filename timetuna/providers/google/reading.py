"""A calendar's busy time: what changed since the last reading, else the whole window, else availability alone.

https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

from dataclasses import replace
from datetime import date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from timetuna.availability.interval import Interval
from timetuna.ical.answer import BusyTime
from timetuna.ical.zone_names import known_zone
from timetuna.lib.http import Json, part, parts, text
from timetuna.lib.text import spoken
from timetuna.providers.base import Reading
from timetuna.providers.errors import ProviderError
from timetuna.providers.google.client import GOOGLE, calendar_path
from timetuna.providers.online_calendars import ReadingWindow, TokenCursor, clipped, moment
from timetuna.providers.rest import BAD_REQUEST, FORBIDDEN, GONE, JsonApi, Refused, with_query

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


_DAY = 24 * 60
_MARGIN = 2 * _DAY  # Google compares all-day events in the calendar's zone, we take them in the host's
_ITEM = "id,status,transparency,eventType,iCalUID,start,end,attendees(self,responseStatus),extendedProperties/private"
_FIELDS = f"accessRole,nextPageToken,nextSyncToken,items({_ITEM})"
_AT_ONCE = "500"
_AVAILABILITY_DAYS = 60  # freeBusy refuses longer spans


def read_busy(api: JsonApi, window: ReadingWindow, *, cursor: str) -> Reading:
    """Raises ProviderError, NeedsReconnect."""
    known = TokenCursor.read(cursor)
    if known and known.token and known.covers(window.span, window.time_zone):
        token = _token_if_unchanged(api, window, known.token)
        if token:
            return Reading(None, replace(known, token=token).text())
    try:
        return _read_events(api, window)
    except Refused as refused:
        if refused.status != FORBIDDEN:
            raise
    return _read_availability(api, window)


def _token_if_unchanged(api: JsonApi, window: ReadingWindow, token: str) -> str:
    """The token to go on with where no event has changed; an empty text where all has to be read."""
    query = {
        "syncToken": token,
        "singleEvents": "true",
        "maxAttendees": "1",
        "maxResults": _AT_ONCE,
        "fields": "nextPageToken,nextSyncToken,items(id)",
    }
    page: Json = {}
    address = with_query(calendar_path(window.calendar), query)
    try:
        for page in api.pages(address, credential=window.credential):
            if page["items"]:
                return ""
    except Refused as refused:
        if refused.status in {GONE, BAD_REQUEST, FORBIDDEN}:
            return ""
        raise
    return text(page, "nextSyncToken")


def _read_events(api: JsonApi, window: ReadingWindow) -> Reading:
    first, last = window.span
    query = {
        "singleEvents": "true",
        "timeMin": moment(first - _MARGIN),
        "timeMax": moment(last + _MARGIN),
        "maxAttendees": "1",  # the host alone: of the others nothing is needed
        "maxResults": _AT_ONCE,
        "fields": _FIELDS,
    }
    zone, found = window.zone, []
    page: Json = {}
    address = with_query(calendar_path(window.calendar), query)
    for page in api.pages(address, credential=window.credential):
        if page.get("accessRole") == "freeBusyReader":
            return _read_availability(api, window)
        found += [taken(event, window.span, zone=zone) for event in page["items"]]
    cursor = window.cursor(text(page, "nextSyncToken"))
    return Reading(tuple(sorted(one for one in found if one)), cursor)


def _read_availability(api: JsonApi, window: ReadingWindow) -> Reading:
    """Read a calendar of which only the availability is shared: no UIDs, nothing tentative, no cursor."""
    first, last = window.span
    cuts = [*range(first, last, _AVAILABILITY_DAYS * _DAY), last]
    found = [clipped(*ends, piece) for piece in pairwise(cuts) for ends in _availability(api, window, piece)]
    return Reading(tuple(sorted(one for one in found if one)))


def _availability(api: JsonApi, window: ReadingWindow, piece: Interval) -> list[tuple[float, float]]:
    asked = {"timeMin": moment(piece[0]), "timeMax": moment(piece[1]), "items": [{"id": window.calendar}]}
    answer = api.call("POST", "/calendar/v3/freeBusy", credential=window.credential, body=asked)
    row = part(answer, "calendars").get(window.calendar)
    if not isinstance(row, dict):
        raise GOOGLE.unreadable("without the calendar that was asked for")
    if row.get("errors"):
        raise _calendar_error(row)
    busy = row.get("busy")
    if not isinstance(busy, list) or len(busy) != len(parts(row, "busy")):
        raise GOOGLE.unreadable("without saying when the calendar is taken")
    return [_ends(one) for one in busy]


def _ends(row: Json) -> tuple[float, float]:
    try:
        start, end = (datetime.fromisoformat(text(row, name)) for name in ("start", "end"))
        if start.tzinfo and end.tzinfo:
            return start.timestamp(), end.timestamp()
    except (ValueError, OverflowError):
        pass
    raise GOOGLE.unreadable("with a time that cannot be read")


def _calendar_error(row: Json) -> ProviderError:
    """It stands inside a good answer."""
    reasons = {text(one, "reason") for one in parts(row, "errors")}
    if reasons & {"notFound", "deleted"}:
        return ProviderError(
            spoken("Google does not know this calendar any more."), code="gone", permanent=True
        )
    return ProviderError(
        spoken("Google could not read this calendar; this is tried again."), code="google:freebusy"
    )
