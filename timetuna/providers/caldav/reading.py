"""When a calendar is taken: nothing new, or all of it again (RFC 4791 section 7.8, RFC 6578).

How the owner answered an invitation (PARTSTAT, RFC 5545 section 3.2.12) is said so that any reader minds it.
"""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import unquote

from timetuna.availability.interval import Interval
from timetuna.ical.answer import BusyTime, CalendarFile, Note, Unreadable
from timetuna.ical.parts import frame_of
from timetuna.ical.reading import read_busy
from timetuna.ical.refusals import MAX_BYTES
from timetuna.lib.text import spoken
from timetuna.providers.base import Reading
from timetuna.providers.caldav.directory import KIND, holds_events
from timetuna.providers.caldav.multistatus import CALENDARSERVER, DAV, Resource
from timetuna.providers.caldav.objects import Objects
from timetuna.providers.caldav.server import (
    CONFLICT,
    FORBIDDEN,
    PRECONDITION,
    Server,
    expect_multistatus,
    gone,
    incomplete,
    xml_body,
)
from timetuna.providers.cursors import ReadingCursor
from timetuna.providers.errors import ProviderError

_FOLD = re.compile(rb"\r?\n[ \t]")
_QUOTED = re.compile(r'"[^"]*"')
_PARTSTAT = re.compile(r";PARTSTAT=([A-Z-]+)", re.IGNORECASE)
_ANSWERS = {"DECLINED": b"TRANSP:TRANSPARENT", "TENTATIVE": b"STATUS:TENTATIVE"}
_CANCELLED = b"STATUS:CANCELLED"
_DEPTH_OF_AN_EVENT = 1  # what stands deeper is none of its own: alarms have attendees too

Line = tuple[int, bytes]


def as_answered(body: bytes, *, addresses: tuple[str, ...]) -> bytes:
    """Return the calendar object with each event the owner declined made transparent, accepted in doubt tentative.

    addresses: the owner's mail addresses; where none is known, answers are not looked at.
    """
    upper = body.upper()
    if not addresses or not any(answer.encode() in upper for answer in _ANSWERS):
        return body
    wanted = {one.casefold() for one in addresses}
    event: list[Line] = []
    said: list[bytes] = []
    for depth, line in _measured(_FOLD.sub(b"", body).splitlines()):
        if not depth:
            said += [*_changed(event, wanted), line]
            event = []
        else:
            event.append((depth, line))
    return b"\r\n".join([*said, *_changed(event, wanted), b""])


def _measured(lines: Iterable[bytes]) -> Iterator[Line]:
    """Each line with its depth: 0 outside of events, 1 for an event's own."""
    depth = 0
    for line in lines:
        name, kind = frame_of(line) or ("", "")
        if name == "BEGIN" and (depth or kind == "VEVENT"):
            depth += 1
        yield depth, line
        if depth and name == "END":
            depth -= 1


def _changed(events: list[Line], addresses: set[str]) -> list[bytes]:
    said: list[bytes] = []
    start = 0
    for index, (_, line) in enumerate(events):
        if line.strip().upper() == b"END:VEVENT" or index == len(events) - 1:
            said += _answered(events[start : index + 1], addresses)
            start = index + 1
    return said


def _answered(event: list[Line], addresses: set[str]) -> list[bytes]:
    own = [line for depth, line in event if depth == _DEPTH_OF_AN_EVENT]
    answer = next(filter(None, (_answer(line, addresses) for line in own)), "")
    lines = [line for _, line in event]
    if answer not in _ANSWERS or any(line.strip().upper() == _CANCELLED for line in own):
        return lines
    said = _ANSWERS[answer]
    name = re.compile(said.partition(b":")[0] + rb"\s*[;:]", re.IGNORECASE)
    kept = [line for depth, line in event[1:] if depth != _DEPTH_OF_AN_EVENT or not name.match(line)]
    return [lines[0], said, *kept]


def _answer(line: bytes, addresses: set[str]) -> str:
    """Out of their own ATTENDEE line, "" for any other line."""
    text = line.decode("utf-8", "replace")
    head, mark, address = text.lower().rpartition("mailto:")
    if not mark or not head.startswith(("attendee;", "attendee:")):
        return ""
    if unquote(address.strip().strip('"')).casefold() not in addresses:
        return ""
    found = _PARTSTAT.search(_QUOTED.sub("", text[: len(head)]))
    return found.group(1).upper() if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaldavCursor(ReadingCursor):
    """The calendar's state just before a reading.

    token: the sync token (RFC 6578), "" where the server has none; then `ctag`, which changes with the calendar.
    read_at: when, in UTC minutes.  reliable: the server's queries found what is there.
    """

    token: str = ""
    ctag: str = ""
    read_at: int = 0
    reliable: bool = False

    def text(self) -> str:
        """Empty where no change could be seen by it."""
        return ReadingCursor.text(self) if self.token or self.ctag else ""


_TOKEN, _CTAG = f"{DAV}sync-token", f"{CALENDARSERVER}getctag"
_TRUSTED_MINUTES = 60  # for how long "nothing has changed" is believed
_FORGOTTEN = frozenset({400, FORBIDDEN, CONFLICT, 410, PRECONDITION, 415, 501, 507})
_READ_SECONDS = 10.0
_MOST_LINES = 2_000_000  # counted at both signs of a line's end
_LARGEST_FILE = MAX_BYTES - 100


class CaldavCalendar:
    """One calendar of an account, to be read. `addresses`: the owner's, whose answers to invitations count."""

    def __init__(self, server: Server, path: str, *, addresses: tuple[str, ...], time_zone: str) -> None:
        self._server = server
        self._path = path
        self._objects = Objects(server, path)
        self._addresses = addresses
        self._zone = time_zone

    def read(self, span: Interval, *, cursor: str) -> Reading:
        """Read the span. The calendar's state is asked for first: what changes meanwhile is seen next time."""
        known, now = CaldavCursor.read(cursor), int(time.time() // 60)
        if (
            known is not None
            and known.covers(span, self._zone)
            and 0 <= now - known.read_at < _TRUSTED_MINUTES
        ):
            unchanged = self._unchanged(known)
            if unchanged is not None:
                return Reading(None, unchanged.text())
        state = self._state()
        # A look at a part of what was read lately, as at a booking, often finds nothing, and rightly.
        trusting = (
            known is not None and known.reliable and known.span != span and known.covers(span, self._zone)
        )
        found = self._objects.within(span, trusting=trusting)
        fresh = CaldavCursor(
            span=span, time_zone=self._zone, token=state.text(_TOKEN), ctag=state.text(_CTAG),
            read_at=now, reliable=found.reliable,
        )  # fmt: skip
        busy, notes = self._busy(found.objects, span)
        return Reading(busy, fresh.text(), notes)

    def _unchanged(self, known: CaldavCursor) -> CaldavCursor | None:
        """None when it has to be read."""
        if not known.token:
            return known if known.ctag and self._state().text(_CTAG) == known.ctag else None
        xml = (
            f'<D:sync-collection xmlns:D="DAV:"><D:sync-token>{escape(known.token)}</D:sync-token>'
            "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
        )
        response = self._server.ask("REPORT", self._path, body=xml_body(xml), headers={"Depth": "0"})
        if response.status in _FORGOTTEN:
            return None
        answer = expect_multistatus(response)
        return None if answer.resources or not answer.sync_token else replace(known, token=answer.sync_token)

    def _state(self) -> Resource:
        found = self._server.propfind(self._path, KIND, _TOKEN, _CTAG, depth=0).resources
        if not found:
            raise incomplete()
        if not holds_events(found[0]):
            raise gone()
        return found[0]

    def _busy(self, objects: list[bytes], span: Interval) -> tuple[tuple[BusyTime, ...], tuple[Note, ...]]:
        if sum(one.count(b"\n") + one.count(b"\r") for one in objects) > _MOST_LINES:
            raise ProviderError(
                spoken("This calendar holds more than TimeTuna reads; this is tried again."),
                code="caldav:lines",
            )
        answered = (as_answered(one, addresses=self._addresses) for one in objects)
        read = [self._read(batch, span) for batch in _batches(answered)]
        busy = sorted(one for file in read for one in file.busy)
        return tuple(busy), tuple(dict.fromkeys(note for file in read for note in file.notes))

    def _read(self, body: bytes, span: Interval) -> CalendarFile:
        try:
            return read_busy(body, span, time_zone=self._zone, seconds=_READ_SECONDS)
        except Unreadable as error:
            raise ProviderError(
                spoken("Something in this calendar cannot be read. %(naming)s") % {"naming": error.naming},
                code=f"ical:{error.code}",
            ) from None


def _batches(objects: Iterable[bytes]) -> Iterator[bytes]:
    """Join calendar objects into files the reader takes: no object needs another one."""
    parts: list[bytes] = []
    size = 0
    for one in objects:
        if parts and size + len(one) > _LARGEST_FILE:
            yield b"\r\n".join(parts)
            parts, size = [], 0
        parts.append(one)
        size += len(one) + 2
    if parts:
        yield b"\r\n".join(parts)
