"""How the reading process and its caller talk: a head as JSON, then bytes, each with its length before it."""

import json
import struct
from typing import Any

from timetuna.ical.answer import BusyTime, CalendarFile, Note, Unreadable

LENGTHS = struct.Struct("!II")


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    text = json.dumps(head, separators=(",", ":")).encode("ascii")
    return LENGTHS.pack(len(text), len(body)) + text + body


def from_file(one: CalendarFile) -> dict[str, Any]:
    return {name: getattr(one, name) for name in CalendarFile.__slots__}


def from_refusal(error: Unreadable) -> dict[str, Any]:
    return {"code": error.code, "sentence": str(error), "naming": error.naming}


def to_file(head: dict[str, Any]) -> CalendarFile:
    """Raises Unreadable when it is a refusal."""
    if "code" in head:
        raise Unreadable(head["code"], head["sentence"], naming=head["naming"])
    busy = tuple(BusyTime(*row) for row in head.pop("busy"))
    notes = tuple(Note(*row) for row in head.pop("notes"))
    return CalendarFile(busy, notes=notes, **head)
