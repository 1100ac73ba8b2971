"""A calendar's busy time: what changed since the last reading, else the whole window, else availability alone."""

import json
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from timetuna.availability.interval import Interval
from timetuna.lib.zones import find_zone
from timetuna.providers.base import BusyTime, Reading
from timetuna.providers.errors import ProviderError
from timetuna.providers.google.answers import text
from timetuna.providers.google.client import GoogleApi, calendar_path
from timetuna.providers.google.refusals import BAD_REQUEST, FORBIDDEN, GONE, GoogleRefused, unreadable
from timetuna.providers.google.taken import clipped, moment, taken

_DAY = 24 * 60
_MARGIN = 2 * _DAY  # Google compares all-day events in the calendar's zone, we take them in the host's
_ITEM = "id,status,transparency,eventType,iCalUID,start,end,attendees(self,responseStatus),extendedProperties/private"
_FIELDS = f"accessRole,nextPageToken,nextSyncToken,items({_ITEM})"
_AT_ONCE = "500"
_AVAILABILITY_DAYS = 60  # freeBusy refuses longer spans


class GoogleCursor(NamedTuple):
    """A sync token, and what it was got for: the span in UTC minutes and the zone of all-day events."""

    token: str
    first: int
    last: int
    zone: str

    @classmethod
    def read(cls, kept: str) -> "GoogleCursor | None":
        """Return the cursor out of its text, or None where it is none."""
        try:
            token, first, last, zone = json.loads(kept)
        except (ValueError, TypeError, RecursionError):
            return None
        good = isinstance(token, str) and isinstance(zone, str) and type(first) is type(last) is int
        return cls(token, first, last, zone) if good and token else None

    def text(self) -> str:
        """Return the cursor as text."""
        return json.dumps(list(self), separators=(",", ":"))

    def covers(self, span: Interval, zone: str) -> bool:
        """Tell whether what was read then holds all of the span."""
        return self.first <= span[0] and span[1] <= self.last and self.zone == zone


class GoogleWindow(NamedTuple):
    """What is read: a calendar, a span in UTC minutes, the host's zone, an access token."""

    calendar: str
    span: Interval
    time_zone: str
    credential: str

    @property
    def zone(self) -> ZoneInfo:
        """The zone of all-day events."""
        zone = find_zone(self.time_zone)
        if zone is None:
            raise ValueError("The zone has to be one that there is.")
        return zone


def read_busy(api: GoogleApi, window: GoogleWindow, *, cursor: str) -> Reading:
    """Read the window. Raises ProviderError, NeedsReconnect."""
    known = GoogleCursor.read(cursor)
    if known and known.covers(window.span, window.time_zone):
        token = _token_if_unchanged(api, window, known.token)
        if token:
            return Reading(None, known._replace(token=token).text())
    try:
        return _read_events(api, window)
    except GoogleRefused as refused:
        if refused.status != FORBIDDEN:
            raise
    return _read_availability(api, window)


def _token_if_unchanged(api: GoogleApi, window: GoogleWindow, token: str) -> str:
    """Return the token to go on with where no event has changed; an empty text where all has to be read."""
    query = {
        "syncToken": token,
        "singleEvents": "true",
        "maxAttendees": "1",
        "maxResults": _AT_ONCE,
        "fields": "nextPageToken,nextSyncToken,items(id)",
    }
    page: dict[str, Any] = {}
    try:
        for page in api.pages(calendar_path(window.calendar), credential=window.credential, query=query):
            if page["items"]:
                return ""
    except GoogleRefused as refused:
        if refused.status in {GONE, BAD_REQUEST, FORBIDDEN}:
            return ""
        raise
    return text(page, "nextSyncToken")


def _read_events(api: GoogleApi, window: GoogleWindow) -> Reading:
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
    page: dict[str, Any] = {}
    for page in api.pages(calendar_path(window.calendar), credential=window.credential, query=query):
        if page.get("accessRole") == "freeBusyReader":
            return _read_availability(api, window)
        found += [taken(event, window.span, zone=zone) for event in page["items"]]
    token = text(page, "nextSyncToken")
    cursor = GoogleCursor(token, first, last, window.time_zone).text() if token else ""
    return Reading(tuple(sorted(one for one in found if one)), cursor)


def _read_availability(api: GoogleApi, window: GoogleWindow) -> Reading:
    """Read a calendar of which only the availability is shared: no marks, nothing tentative, no cursor."""
    first, last = window.span
    cuts = [*range(first, last, _AVAILABILITY_DAYS * _DAY), last]
    found: list[BusyTime | None] = []
    for piece in pairwise(cuts):
        found += [clipped(ends, piece) for ends in _availability(api, window, piece)]
    return Reading(tuple(sorted(one for one in found if one)))


def _availability(api: GoogleApi, window: GoogleWindow, piece: Interval) -> list[tuple[datetime, datetime]]:
    asked = {"timeMin": moment(piece[0]), "timeMax": moment(piece[1]), "items": [{"id": window.calendar}]}
    answer = api.call("POST", "/calendar/v3/freeBusy", credential=window.credential, body=asked)
    calendars = answer.get("calendars")
    row = calendars.get(window.calendar) if isinstance(calendars, dict) else None
    if not isinstance(row, dict):
        raise unreadable("without the calendar that was asked for")
    if row.get("errors"):
        raise _calendar_error(row["errors"])
    busy = row.get("busy")
    if not isinstance(busy, list):
        raise unreadable("without saying when the calendar is taken")
    return [_ends(one) for one in busy]


def _ends(row: Any) -> tuple[datetime, datetime]:
    try:
        start, end = (datetime.fromisoformat(row[name]) for name in ("start", "end"))
    except (ValueError, KeyError, TypeError):
        raise unreadable("with a time that cannot be read") from None
    if start.tzinfo is None or end.tzinfo is None:
        raise unreadable("with a time that cannot be read")
    return start, end


def _calendar_error(errors: Any) -> ProviderError:
    """Return the error that stands inside a good answer."""
    rows = [row for row in errors if isinstance(row, dict)] if isinstance(errors, list) else []
    reasons = {text(row, "reason") for row in rows}
    if reasons & {"notFound", "deleted"}:
        return ProviderError("Google does not know this calendar any more.", code="gone", permanent=True)
    return ProviderError("Google could not read this calendar; this is tried again.", code="google:freebusy")
