"""What reading a calendar file gives: its busy time and what is doubtful of it, or one reason why there is none.

The reading process and its caller talk in heads as JSON, then bytes, each with its length before it.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class BusyTime(NamedTuple):
    """Time an event takes, in UTC minutes: the start rounded down, the end up. Never empty.

    uid: what may tell that the event is our own: the booking's uid out of the private property, else the event's
    iCalendar UID, else "".
    """

    start_minute: int
    end_minute: int
    tentative: bool = False
    uid: str = ""


class Note(NamedTuple):
    """Something about a calendar that its host should know; `notes.sentence` says it. Its texts are hostile.

    code: of a zone: "zone_unknown", "zone_offset", "zone_guessed"; of an event whose time is not known: "no_start",
    "bad_start", "bad_end", "bad_repeat"; "more" at the end of a list that was cut.
    about: the zone's name, or the event's title, one line.  meaning: what the zone is read as.
    first_minute, last_minute: what is blocked because of the event, in UTC minutes; both 0 where nothing is.
    """

    code: str
    about: str
    meaning: str = ""
    first_minute: int = 0
    last_minute: int = 0


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A file that was read. busy: clipped to the span, in order; entries of different events may overlap.

    name: what the file calls itself (X-WR-CALNAME, NAME), "" where it does not; hostile text.
    events: how many VEVENTs there are, of which `free` are transparent or cancelled, and `empty` have no length, no
    start, or no time left of their series. All others take time, in the span or outside of it.
    notes: guesses that `busy` rests on, and events of which only a frame is known.
    """

    busy: tuple[BusyTime, ...]
    name: str = field(default="", repr=False)
    events: int = 0
    free: int = 0
    empty: int = 0
    notes: tuple[Note, ...] = field(default=(), repr=False)


class Unreadable(Exception):  # noqa: N818 - it is an answer, not a fault
    """The file is refused: what it says of busy time is not known, which is not the same as free.

    code: a short word ("html", "cut_off", "too_large", …).  `str()` is a sentence for the host, in which nothing of
    the file stands but the number of an event; `naming` holds the event's title as well, for the host's eyes only.
    """

    def __init__(self, code: str, sentence: str, *, naming: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.naming = naming or sentence


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
