"""Bookings as events: found, made, changed in place, made again, with a Teams link where one is wanted.

Guests are never attendees: Microsoft would mail each of them, and nothing turns that off (docs/decisions).
Microsoft adds the way into a Teams meeting to the text by itself, and a text that is written without it ends the
meeting (https://learn.microsoft.com/graph/api/event-update). So only our block of HTML in the text is ever replaced.
"""

import re
import time
import uuid
from datetime import UTC, datetime, timedelta
from html import escape
from typing import NamedTuple

from timetuna.lib.http import Json, part, text
from timetuna.lib.text import multi_line, single_line, spoken
from timetuna.providers.base import Entry, Written
from timetuna.providers.errors import ProviderError
from timetuna.providers.microsoft.client import (
    MICROSOFT,
    TEAMS,
    TEAMS_PROVIDER,
    calendar_path,
    event_path,
    join_url,
    read_calendars,
)
from timetuna.providers.microsoft.taken import PROPERTY
from timetuna.providers.online_calendars import EventWriter
from timetuna.providers.rest import CONFLICT, FORBIDDEN, Refused, with_query

_TEXT, _NAME, _ADDRESS = 8_000, 200, 320
_LINK = re.compile(r"(https?://[^\s<>\"']*[^\s<>\"'.,;:!?)])")
_BLOCK = re.compile(r"<div\b[^>]*\bid=\"?(?:x_)*timetuna\"?[^>]*>.*?</div>", re.DOTALL | re.IGNORECASE)


def block(entry: Entry) -> str:
    """Our part of the event's text. There is no div inside it, whatever a guest has typed."""
    guests = [
        f"{escape(entry.guest_word)}: {escape(single_line(one.name, max_length=_NAME))} "
        f"&lt;{escape(single_line(one.email, max_length=_ADDRESS))}&gt;"
        for one in entry.guests
    ]
    lines = [_linked(line) for line in multi_line(entry.description, max_length=_TEXT).split("\n")]
    parts = ["<br>".join(rows) for rows in (guests, lines) if any(rows)]
    return f'<div id="timetuna">{"".join(f"<p>{one}</p>" for one in parts)}</div>'


def with_block(whole: str, entry: Entry) -> str:
    """With our part replaced; an empty text where our part is not in it any more."""
    new = block(entry)
    changed, times = _BLOCK.subn(lambda _: new, whole, count=1)
    return changed if times else ""


def _linked(line: str) -> str:
    """Web addresses become links, since Outlook makes none of its own."""
    pieces = enumerate(_LINK.split(line))
    return "".join(
        f'<a href="{escape(piece)}">{escape(piece)}</a>' if number % 2 else escape(piece)
        for number, piece in pieces
    )


MEETING_TYPES = {TEAMS: "Microsoft Teams"}
CALENDARS = with_query(
    "/me/calendars",
    {
        "$select": "id,name,color,hexColor,isDefaultCalendar,canEdit,owner,allowedOnlineMeetingProviders",
        "$top": "100",
    },
)
_ONE = "id,iCalUId,isOnlineMeeting,onlineMeeting"
_ONLINE = {"isOnlineMeeting": True, "onlineMeetingProvider": TEAMS_PROVIDER}
_TRANSACTIONS = uuid.UUID("c932ad62-0de9-4c15-a9d9-11c607fd086e")
_LOOKS, _PAUSE_SECONDS = 4, 0.4
_HOSTS_OWN = {"subject", "showAs"}  # beside the text: what repairing leaves alone
_LINE = 255  # in UTF-16, as Exchange counts


class PlacedEvent(NamedTuple):
    """An event that stands in a calendar."""

    calendar: str
    event: Json


class MicrosoftWriter(EventWriter):
    """Writes the events of one calendar, each found by its private property."""

    service = MICROSOFT
    meeting_types = MEETING_TYPES

    def write(self, entry: Entry, reference: str) -> Written:
        """Find the event and change it, or make one."""
        placed = self._find(entry.booking) or (self._find_elsewhere(entry.booking) if reference else None)
        changed = self._change(placed, entry) if placed else None
        made = changed or self._make(entry, after=reference)
        if entry.meeting_type == TEAMS and made.event.get("isOnlineMeeting") is False:
            if not changed:
                self.remove(text(made.event, "id"))  # nobody would ever know of it
                self._has_made = False
            raise ProviderError(
                spoken(
                    "This calendar cannot have Teams meetings. Choose another calendar or another kind of meeting."
                ),
                code="microsoft:no-teams",
                permanent=True,
            )
        return self._written(made, wants_link=entry.meeting_type == TEAMS)

    def delete(self, reference: str) -> None:
        """Delete the event; it has no attendees, so that nobody is mailed."""
        self._api.call("DELETE", event_path(self._calendar, reference), credential=self._credential)

    def _find(self, booking: str, *, calendar: str = "") -> PlacedEvent | None:
        """Return the booking's event out of what stands in the calendar.

        Asking for it by its reference would not do: an immutable id is good for an event in the bin as well.
        """
        where = calendar or self._calendar
        value = booking.replace("'", "''")
        ours = f"singleValueExtendedProperties/any(p: p/id eq '{PROPERTY}' and p/value eq '{value}')"
        query = {"$filter": ours, "$select": f"{_ONE},body", "$top": "5"}
        address = with_query(f"{calendar_path(where)}/events", query)
        pages = self._api.pages(address, credential=self._credential)
        return next((PlacedEvent(where, event) for page in pages for event in page["value"]), None)

    def _find_elsewhere(self, booking: str) -> PlacedEvent | None:
        """In another calendar, into which its host has moved it."""
        pages = self._api.pages(CALENDARS, credential=self._credential)
        rows = [row for page in pages for row in page["value"]]
        for one in read_calendars(rows):
            if one.writable and one.id != self._calendar:
                try:
                    found = self._find(booking, calendar=one.id)
                except Refused as refused:
                    if not refused.absent and refused.status != FORBIDDEN:
                        raise
                    continue
                if found:
                    return found
        return None

    def _change(self, placed: PlacedEvent, entry: Entry) -> PlacedEvent | None:
        """Change an event in place; None where it is gone by now."""
        before = placed.event
        changes = _fields(entry)
        online = before.get("isOnlineMeeting") is True
        if entry.unchanged:
            changes = {name: value for name, value in changes.items() if name not in _HOSTS_OWN}
            changes |= _ONLINE if entry.meeting_type == TEAMS and not online else {}
        elif online:
            whole = with_block(text(part(before, "body"), "content"), entry)
            changes |= {"body": _html(whole)} if whole else {}
        else:
            changes |= {"body": _html(block(entry))} | (_ONLINE if entry.meeting_type == TEAMS else {})
        path = event_path(placed.calendar, text(before, "id"))
        try:
            return PlacedEvent(
                placed.calendar, self._api.call("PATCH", path, credential=self._credential, body=changes)
            )
        except Refused as refused:
            if refused.absent:
                return None
            raise

    def _make(self, entry: Entry, *, after: str) -> PlacedEvent:
        """Make the event. A repeat that Microsoft knows by its transaction makes no second one.

        after: the event that stood there before and was deleted, so that the new one has a transaction of its own.
        """
        begun = datetime.now(UTC)
        try:
            made = self._insert(entry, uuid.uuid5(_TRANSACTIONS, f"{entry.booking} {self._calendar} {after}"))
            if not _is_older(made.event, begun):
                return made
        except Refused as refused:
            if refused.status != CONFLICT:
                raise
        # Microsoft knows this transaction: its event stands there since our look, or was deleted.
        placed = self._find(entry.booking)
        return (placed and self._change(placed, entry)) or self._insert(entry, uuid.uuid4())

    def _insert(self, entry: Entry, transaction: uuid.UUID) -> PlacedEvent:
        ours = {"singleValueExtendedProperties": [{"id": PROPERTY, "value": entry.booking}]}
        body = _fields(entry) | ours | {"body": _html(block(entry))}
        body |= {"transactionId": str(transaction)} | (_ONLINE if entry.meeting_type == TEAMS else {})
        path = f"{calendar_path(self._calendar)}/events"
        event = self._api.call("POST", path, credential=self._credential, body=body, creates=True)
        self._has_made = True
        if not text(event, "id"):
            raise MICROSOFT.unreadable("without the event's id", creates=True)
        return PlacedEvent(self._calendar, event)

    def _written(self, made: PlacedEvent, *, wants_link: bool) -> Written:
        if not text(made.event, "id"):
            raise MICROSOFT.unreadable("without the event's id")
        return self.written(made.event, uid="iCalUId", link=self._link(made) if wants_link else "")

    def _link(self, made: PlacedEvent) -> str:
        """Look a few times whether the link is there; whoever called looks again later."""
        path = event_path(made.calendar, text(made.event, "id"))
        event = made.event
        for _ in range(_LOOKS):
            if join_url(event):
                break
            time.sleep(_PAUSE_SECONDS)
            event = self._api.call("GET", with_query(path, {"$select": _ONE}), credential=self._credential)
        return join_url(event)


def _fields(entry: Entry) -> Json:
    end = entry.start + timedelta(minutes=entry.minutes)
    fields: Json = {
        "subject": _clip(entry.title) or "Meeting",
        "start": _moment(entry.start),
        "end": _moment(end),
        "showAs": "tentative" if entry.tentative else "busy",
    }
    if (
        entry.meeting_type != TEAMS
    ):  # there Microsoft writes "Microsoft Teams Meeting", and has a button to join
        too_long = "://" in entry.location and len(entry.location) > _LINE  # half a link leads nowhere
        fields["location"] = {"displayName": "" if too_long else _clip(entry.location)}
    return fields


def _clip(words: str) -> str:
    line = single_line(words, max_length=_LINE)
    excess = len(line.encode("utf-16-le")) // 2 - _LINE
    return single_line(line, max_length=_LINE - excess) if excess > 0 else line


def _moment(at: datetime) -> Json:
    # In UTC: not every IANA zone is one that Graph knows.
    return {"dateTime": at.astimezone(UTC).replace(tzinfo=None).isoformat(), "timeZone": "UTC"}


def _html(content: str) -> Json:
    return {"contentType": "html", "content": content}


def _is_older(event: Json, begun: datetime) -> bool:
    try:
        created = datetime.fromisoformat(text(event, "createdDateTime"))
    except ValueError:
        return False
    return created.replace(tzinfo=created.tzinfo or UTC) < begun
