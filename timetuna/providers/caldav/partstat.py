"""How the owner answered an invitation (PARTSTAT, RFC 5545 section 3.2.12), said so that any reader minds it."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from timetuna.ical.parts import frame_of

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
