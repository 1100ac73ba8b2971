"""A calendar's busy time: nothing where nothing changed since the last reading, else the whole window.

The delta query tells whether something changed; what stands there is then read out of the calendar view, in full. Delta
itself cannot be asked for single fields nor for our private property.
"""

import json
import time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from timetuna.availability.interval import Interval
from timetuna.lib.zones import find_zone
from timetuna.providers.base import Reading
from timetuna.providers.microsoft.answers import text
from timetuna.providers.microsoft.client import GraphApi, calendar_path, with_query
from timetuna.providers.microsoft.mark import EXPAND
from timetuna.providers.microsoft.refusals import (
    BAD_REQUEST,
    FORBIDDEN,
    GONE,
    NOT_ALLOWED,
    NOT_FOUND,
    MicrosoftRefused,
    unreadable,
)
from timetuna.providers.microsoft.taken import moment, taken

DELTA = "@odata.deltaLink"
_MARGIN = 2 * 24 * 60  # Graph places all-day events in the mailbox's zone, we place them in the host's
_FIELDS = "iCalUId,showAs,isCancelled,isAllDay,responseStatus,start,end"
_VIEW_AT_ONCE = "odata.maxpagesize=250"
# Delta sends whole events with their texts; as plain text they are a tenth of the size.
_DELTA_AT_ONCE = 'odata.maxpagesize=100, outlook.body-content-type="text"'
_NO_DELTA = {BAD_REQUEST, FORBIDDEN, NOT_FOUND, NOT_ALLOWED, GONE}
_TRUSTED_MINUTES = 60


class MicrosoftCursor(NamedTuple):
    """A delta link, and what it was got for: the span in UTC minutes, the zone of all-day events, when it was read."""

    link: str
    first: int
    last: int
    zone: str
    read_at: int

    @classmethod
    def read(cls, kept: str) -> "MicrosoftCursor | None":
        """Return the cursor out of its text, or None where it is none."""
        try:
            link, first, last, zone, read_at = json.loads(kept)
        except (ValueError, TypeError, RecursionError):
            return None
        texts, numbers = isinstance(link, str) and isinstance(zone, str), {type(first), type(last)}
        good = texts and numbers | {type(read_at)} == {int}
        return cls(link, first, last, zone, read_at) if good and link else None

    def text(self) -> str:
        """Return the cursor as text."""
        return json.dumps(list(self), separators=(",", ":"))

    def covers(self, span: Interval, zone: str) -> bool:
        """Tell whether what was read then holds all of the span."""
        return self.first <= span[0] and span[1] <= self.last and self.zone == zone


class MicrosoftWindow(NamedTuple):
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

    def view(self, name: str, **more: str) -> str:
        """Return the path of the calendar view, or of its delta."""
        first, last = self.span
        ends = {"startDateTime": moment(first - _MARGIN), "endDateTime": moment(last + _MARGIN)}
        return with_query(f"{calendar_path(self.calendar)}/{name}", ends | more)


def read_busy(api: GraphApi, window: MicrosoftWindow, *, cursor: str) -> Reading:
    """Read the window. Raises ProviderError, NeedsReconnect."""
    known, now = MicrosoftCursor.read(cursor), int(time.time() // 60)
    link, changed = "", True
    if known and known.covers(window.span, window.time_zone) and api.leads_here(known.link):
        link, changed = _round(api, window, known.link)
        # Delta has been seen to miss changes; once in a while the calendar is looked at whatever it says.
        if link and not changed and 0 <= now - known.read_at < _TRUSTED_MINUTES:
            return Reading(None, known._replace(link=link).text())
    # The link first: what changes between the two calls is then seen twice, and not never.
    link = link or _round(api, window, window.view("calendarView/delta"))[0]
    kept = MicrosoftCursor(link, *window.span, window.time_zone, now).text() if link else ""
    return _read_view(api, window, cursor=kept)


def _round(api: GraphApi, window: MicrosoftWindow, address: str) -> tuple[str, bool]:
    """Follow delta to its end; return the link of the next round, and whether anything had changed.

    The link is an empty text where Microsoft does not know the last one any more, or has no delta of this calendar.
    """
    changed, page = False, {}
    try:
        for page in api.pages(address, credential=window.credential, prefer=_DELTA_AT_ONCE):
            changed = changed or bool(page["value"])
    except MicrosoftRefused as refused:
        if refused.status in _NO_DELTA:
            return "", True
        raise
    link = text(page, DELTA)
    return (link, changed) if api.leads_here(link) else ("", True)


def _read_view(api: GraphApi, window: MicrosoftWindow, *, cursor: str) -> Reading:
    zone = window.zone
    address = window.view("calendarView", **{"$select": _FIELDS, **EXPAND})
    found = []
    for page in api.pages(address, credential=window.credential, prefer=_VIEW_AT_ONCE):
        found += [taken(event, window.span, zone=zone) for event in page["value"]]
        if DELTA in page:
            raise unreadable("with another list than the one that was asked for")
    return Reading(tuple(sorted(one for one in found if one)), cursor)
