"""A calendar's busy time: nothing where nothing changed since the last reading, else the whole window.

The delta query tells whether something changed; what stands there is then read out of the calendar view, in full. Delta
itself cannot be asked for single fields nor for our private property.
"""

import time
from dataclasses import replace

from timetuna.lib.http import Json, text
from timetuna.providers.base import Reading
from timetuna.providers.microsoft.client import MICROSOFT, calendar_path
from timetuna.providers.microsoft.taken import EXPAND, taken
from timetuna.providers.online_calendars import ReadingWindow, TokenCursor, moment
from timetuna.providers.rest import (
    BAD_REQUEST,
    FORBIDDEN,
    GONE,
    NOT_ALLOWED,
    NOT_FOUND,
    JsonApi,
    Refused,
    with_query,
)

DELTA = "@odata.deltaLink"
_MARGIN = 2 * 24 * 60  # Graph places all-day events in the mailbox's zone, we place them in the host's
_FIELDS = "iCalUId,showAs,isCancelled,isAllDay,responseStatus,start,end"
_VIEW_AT_ONCE = "odata.maxpagesize=250"
# Delta sends whole events with their texts; as plain text they are a tenth of the size.
_DELTA_AT_ONCE = 'odata.maxpagesize=100, outlook.body-content-type="text"'
_NO_DELTA = {BAD_REQUEST, FORBIDDEN, NOT_FOUND, NOT_ALLOWED, GONE}
_TRUSTED_MINUTES = 60


def _view(window: ReadingWindow, name: str, **more: str) -> str:
    first, last = window.span
    ends = {"startDateTime": moment(first - _MARGIN), "endDateTime": moment(last + _MARGIN)}
    return with_query(f"{calendar_path(window.calendar)}/{name}", ends | more)


def read_busy(api: JsonApi, window: ReadingWindow, *, cursor: str) -> Reading:
    """Raises ProviderError, NeedsReconnect."""
    known, now = TokenCursor.read(cursor), int(time.time() // 60)
    link, changed = "", True
    if known and known.covers(window.span, window.time_zone) and api.leads_here(known.token):
        link, changed = _round(api, window, known.token)
        # Delta has been seen to miss changes; once in a while the calendar is looked at whatever it says.
        if link and not changed and 0 <= now - known.read_at < _TRUSTED_MINUTES:
            return Reading(None, replace(known, token=link).text())
    # The link first: what changes between the two calls is then seen twice, and not never.
    link = link or _round(api, window, _view(window, "calendarView/delta"))[0]
    return _read_view(api, window, cursor=window.cursor(link, read_at=now))


def _round(api: JsonApi, window: ReadingWindow, address: str) -> tuple[str, bool]:
    """Follow delta to its end; return the link of the next round, and whether anything had changed.

    The link is an empty text where Microsoft does not know the last one any more, or has no delta of this calendar.
    """
    changed = False
    page: Json = {}
    try:
        for page in api.pages(address, credential=window.credential, prefer=_DELTA_AT_ONCE):
            changed = changed or bool(page["value"])
    except Refused as refused:
        if refused.status in _NO_DELTA:
            return "", True
        raise
    link = text(page, DELTA)
    return (link, changed) if api.leads_here(link) else ("", True)


def _read_view(api: JsonApi, window: ReadingWindow, *, cursor: str) -> Reading:
    zone = window.zone
    address = _view(window, "calendarView", **{"$select": _FIELDS, **EXPAND})
    found = []
    for page in api.pages(address, credential=window.credential, prefer=_VIEW_AT_ONCE):
        found += [taken(event, window.span, zone=zone) for event in page["value"]]
        if DELTA in page:
            raise MICROSOFT.unreadable("with another list than the one that was asked for")
    return Reading(tuple(sorted(one for one in found if one)), cursor)
