"""Bytes to lines to parts: the events and time-zone definitions of a file, with the properties that decide about time.

No character set, line end or folding of a file is trusted.
"""

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from timetuna.ical.refusals import DEEPEST, MAX_BYTES, MAX_EVENTS, refuse

# UTF-32's little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"B\0E\0", "utf-16-le"),
    (b"\0B\0E", "utf-16-be"),
)
_BLANK_LINES = re.compile(rb"\n\n+")


def lines_of(body: bytes) -> Iterator[bytes]:
    """Return the unfolded, non-empty lines (RFC 5545 section 3.1) in UTF-8, or what was taken for it.

    Raises Unreadable for what is empty, too large, in no character set, or plainly a web page.
    """
    if len(body) > MAX_BYTES:
        raise refuse("too_large")
    data = _as_utf8(body).replace(codecs.BOM_UTF8, b"")
    start = data[:200].lstrip()
    if not start and not data.strip():
        raise refuse("empty")
    if start.startswith(b"<"):
        raise refuse("html")
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    data = _BLANK_LINES.sub(b"\n", data)
    unfolded = data.replace(b"\n ", b"").replace(b"\n\t", b"")
    return (line for raw in io.BytesIO(unfolded) if (line := raw.rstrip(b"\n")))


def text_of(piece: bytes) -> str:
    """A piece of a line as text; what is not UTF-8 is read as Latin-1, so that it stays distinct."""
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError:
        return piece.decode("latin-1")


def _as_utf8(body: bytes) -> bytes:
    name = next((name for mark, name in _MARKS if body.startswith(mark)), "")
    if not name:
        return body
    try:
        return body.decode(name).encode("utf-8")
    except UnicodeError:
        raise refuse("charset") from None


TIMES = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE"})
_EVENT = TIMES | {
    "EXDATE", "EXRULE", "RECURRENCE-ID", "UID", "STATUS", "TRANSP", "SEQUENCE",
    "X-TIMETUNA-BOOKING", "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS",
}  # fmt: skip
_OBSERVANCE = frozenset({"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"})
_NAMES = frozenset({"X-WR-CALNAME", "NAME"})
_WANTED = {
    "VEVENT": _EVENT,
    "VTIMEZONE": frozenset({"TZID"}),
    "STANDARD": _OBSERVANCE,
    "DAYLIGHT": _OBSERVANCE,
    "VCALENDAR": _NAMES,
}
_FRAME = frozenset({"BEGIN", "END"})
_KINDS = frozenset({
    "VCALENDAR", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VALARM",
    "VAVAILABILITY", "AVAILABLE", "PARTICIPANT", "VLOCATION", "VRESOURCE", "VPOLL", "VVOTER", "VOTE", "VPATCH", "VCARD",
})  # fmt: skip
_KIND = re.compile(rb"[A-Z][A-Z0-9-]*\s*")
"""How other parts are called; "Begin: Monday" is a line of a text that should have been folded."""
_PROSE = re.compile(rb"(?:Status|Transp|Sequence|Name|Summary)\s*:\s|Duration\s*:\s+(?![+-]?P)")
_UNSEEN = b" \t\0\x0b\x0c\xa0\xc2\xe2\x80\x8b"
_TITLE = "SUMMARY"
_KNOWN = {name.encode(): name for name in _FRAME.union(*_WANTED.values(), {_TITLE})}
_TITLE_BYTES, _LONGEST_TORN = 400, 2_000
_NAMED = re.compile(rb"[A-Za-z0-9_.-]+\s*[:;]")
_TORN = re.compile(rb"[0-9A-Z,;:=+/_-]+")  # what the rest of a value about time can look like
_QUOTED_HEAD = re.compile(rb'((?:[^":]|"[^"]*")*):(.*)', re.DOTALL)
_DATE = re.compile(rb"\s*\d{4}-?\d\d-?\d\d")
_RULE = re.compile(
    rb"\s*(?:(?:FREQ|INTERVAL|COUNT|UNTIL|WKST|RSCALE|SKIP|BY[A-Z]+)\s*=|(?:MP|MD|YM|YD|D|W)\d)",
    re.IGNORECASE,
)
_BEGINS = {
    b"DTSTART": _DATE, b"DTEND": _DATE, b"RDATE": _DATE, b"EXDATE": _DATE, b"RECURRENCE-ID": _DATE,
    b"RRULE": _RULE, b"EXRULE": _RULE, b"DURATION": re.compile(rb"\s*[+-]?P", re.IGNORECASE),
}  # fmt: skip
"""How the values begin that can be told from a parameter which lacks its quotes."""


class Property(NamedTuple):
    """One property: everything before the colon, and the value."""

    head: str
    value: str


@dataclass(slots=True)
class IcalComponent:
    """A component: its kind, the number of the calendar object it stands in, its properties by upper-case name.

    broken: a line that is none followed right after a property about time, and may be the rest of it.
    title: the line that names the event, raw.
    """

    kind: str
    calendar: int
    number: int = 0
    properties: dict[str, list[Property]] = field(default_factory=dict)
    parts: list["IcalComponent"] = field(default_factory=list)
    broken: bool = False
    title: bytes = b""

    def join(self, name: str, rest: str) -> None:
        """Put what is probably the rest of its line to a property, and remember that this is not certain."""
        self.broken = True
        one = self.properties[name][-1]
        if len(one.value) < _LONGEST_TORN:
            self.properties[name][-1] = Property(one.head, one.value + rest)

    def every(self, name: str) -> list[Property]:
        return self.properties.get(name, [])

    def values(self, name: str) -> list[str]:
        """Of all properties of this name, in upper case without blanks around."""
        return [one.value.strip().upper() for one in self.every(name)]

    def text(self, name: str) -> str:
        """Of the first property of this name, or ""."""
        return next((one.value.strip() for one in self.every(name)), "")


@dataclass(slots=True)
class Parts:
    """What a file holds."""

    events: list[IcalComponent] = field(default_factory=list)
    zones: list[IcalComponent] = field(default_factory=list)
    calendars: list[IcalComponent] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)


def parts_of(lines: Iterable[bytes]) -> Parts:
    """The parts of a whole file. Raises Unreadable where they do not begin and end in pairs."""
    reader = _Reader()
    for line in lines:
        reader.take(line)
    if reader.open or not reader.found.calendars:
        raise refuse("cut_off" if reader.open else "not_a_calendar")
    return reader.found


class _Reader:
    """Takes line after line and keeps the components that are open."""

    def __init__(self) -> None:
        self.found = Parts()
        self.open: list[IcalComponent] = []
        # Inside a quoted-printable value of vCalendar 1.0, which folds by "=" at the end.
        self._packed = False
        self._timed = ""  # the property about time that the line before was

    def take(self, line: bytes) -> None:
        head, _, value = line.partition(b":")
        bare = head.partition(b";")[0]
        name = _KNOWN.get(bare) or _KNOWN.get(bare.strip().upper(), "")
        if name in _FRAME and (kind := _kind_of(value)):
            self._packed, self._timed = False, ""
            if name == "BEGIN":
                self._begin(kind)
            else:
                self._end(kind)
        elif self._packed:
            self._packed = line.endswith(b"=")
        elif self.open:
            self._packed = line.endswith(b"=") and b"QUOTED-PRINTABLE" in head.upper()
            if name or self._timed:
                is_prose = line[1:2].islower() and _PROSE.match(line)
                self._property(self.open[-1], "" if is_prose else name, line)
        elif not self.found.calendars and line.strip(_UNSEEN):
            raise refuse("not_a_calendar")

    def _begin(self, kind: str) -> None:
        if not self.open and kind != "VCALENDAR":
            raise refuse("structure" if self.found.calendars else "not_a_calendar")
        if self.open and (kind == "VCALENDAR" or (kind == "VEVENT" and self._inside("VEVENT"))):
            raise refuse("cut_off")
        if len(self.open) >= DEEPEST:
            raise refuse("structure")
        part = IcalComponent(kind, len(self.found.calendars))
        self.found.kinds.add(kind)
        if kind == "VEVENT":
            self._keep_event(part)
        elif kind == "VTIMEZONE":
            self.found.zones.append(part)
        elif kind == "VCALENDAR":
            self.found.calendars.append(part)
            part.calendar += 1
        elif kind in {"STANDARD", "DAYLIGHT"}:
            self.open[-1].parts.append(part)
        self.open.append(part)

    def _inside(self, kind: str) -> bool:
        return any(part.kind == kind for part in self.open)

    def _keep_event(self, part: IcalComponent) -> None:
        self.found.events.append(part)
        part.number = len(self.found.events)
        if part.number > MAX_EVENTS:
            raise refuse("too_many")

    def _end(self, kind: str) -> None:
        if self.open and self.open[-1].kind == kind:
            self.open.pop()
        elif self.open or not self.found.calendars:
            raise refuse("structure" if self.found.calendars else "not_a_calendar")

    def _property(self, part: IcalComponent, name: str, line: bytes) -> None:
        wanted = name in _WANTED.get(part.kind, ())
        if wanted:
            head, value = split_line(line)
            # Without a value it is kept as well: a start that is there and broken is not a start that is missing.
            kept = Property(text_of(head), text_of(value or b""))
            part.properties.setdefault(name, []).append(kept)
        elif name == _TITLE:
            part.title = part.title or line[:_TITLE_BYTES]
        elif self._timed and _TORN.fullmatch(line) and not (b":" in line and _NAMED.match(line)):
            part.join(self._timed, text_of(line))
            return
        self._timed = name if wanted and name in TIMES else ""


def frame_of(line: bytes) -> tuple[str, str] | None:
    """What a line begins or ends, as ("BEGIN", "VEVENT"); None for every other line, and for mere text."""
    head, _, value = line.partition(b":")
    name = _KNOWN.get(head.partition(b";")[0].strip().upper(), "")
    kind = _kind_of(value) if name in _FRAME else ""
    return (name, kind) if kind else None


def _kind_of(value: bytes) -> str:
    kind = text_of(value).strip().upper()
    return kind if kind in _KINDS or _KIND.fullmatch(value) else ""


def split_line(line: bytes) -> tuple[bytes, bytes | None]:
    """Split a content line at its colon; those within quotes do not count. The value is None where there is none.

    A zone's name with a colon in it belongs in quotes and often has none (`TZID=GMT+05:30:20261201T090000`): where
    the value can be known by how it begins, the colon before it is the one.
    """
    head, colon, value = line.partition(b":")
    if b'"' not in head and b":" not in value:
        return head, value if colon else None
    if b'"' in head and (whole := _QUOTED_HEAD.fullmatch(line)):
        return whole[1], whole[2]
    if not colon:
        return head, None
    begins = _BEGINS.get(head.partition(b";")[0].strip().upper())
    if begins is None and b'"' in head:  # a quote that nothing closes
        head, _, value = line.rpartition(b":")
    return (head, value) if begins is None or begins.match(value) else _split_before(begins, line)


def _split_before(begins: re.Pattern[bytes], line: bytes) -> tuple[bytes, bytes]:
    """Split at the first colon behind which a value begins; at the first of all where none does."""
    first = at = line.index(b":")
    while at >= 0 and not begins.match(line, at + 1):
        at = line.find(b":", at + 1)
    at = first if at < 0 else at
    return line[:at], line[at + 1 :]
