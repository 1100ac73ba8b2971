"""Parts to events: when each begins, how long it takes, how it repeats, and whether it takes time at all."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from timetuna.ical.answer import Note
from timetuna.ical.doubts import ONWARDS, Doubt, doubt_of
from timetuna.ical.file_zones import FileZones
from timetuna.ical.parts import IcalComponent, Property
from timetuna.ical.rules import Rule, rule
from timetuna.ical.values import DAY, IcalMoment, Length, length, moment, moments, pieces
from timetuna.ical.zone_names import Zone

_LONGEST = 4_000_000 * DAY
_LONGEST_UID = 255  # longer than any of ours
_SHOWN_AS = ("X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS")
_CANCELLED, _TRANSPARENT = frozenset({"CANCELLED"}), frozenset({"TRANSPARENT", "1"})
_ELSEWHERE, _FREE = frozenset({"WORKINGELSEWHERE"}), frozenset({"FREE", "WORKINGELSEWHERE"})


class Extra(NamedTuple):
    """A single further time of an event (RDATE), with a length of its own where it is a period."""

    at: IcalMoment
    length: Length | None


@dataclass(slots=True)
class Event:
    """One VEVENT. Times are wall-clock seconds of `zone`, all-day ones of the owner's zone at midnight.

    free: it takes no time, whatever else it says.  replaces: the time of the series it stands in place of, and
    `onwards` with it all later ones.  guesses: what its times rest on.
    """

    uid: str
    known_as: str
    sequence: int
    free: bool
    tentative: bool
    all_day: bool
    zone: Zone
    start: int
    length: Length
    rules: list[Rule] = field(default_factory=list)
    exclusions: list[Rule] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    left_out: list[IcalMoment] = field(default_factory=list)
    replaces: IcalMoment | None = None
    onwards: bool = False
    calendar: int = 0
    guesses: tuple[Note, ...] = ()

    @property
    def is_empty(self) -> bool:
        """A time without an end, or an end that is not after it."""
        return _size(self.length) <= 0 and not any(extra.length for extra in self.extras)


def is_free(part: IcalComponent) -> bool:
    """Tell whether it takes no time: transparent, cancelled, or free by Outlook's word. Contradictions count as busy.

    Outlook has five words where TRANSP has two. "Working elsewhere" is free, as Exchange itself counts it, also beside
    an OPAQUE that had no word for it; "free" is where TRANSP does not say otherwise.
    """
    shown = _shown_as(part)
    if _only(part.values("STATUS"), _CANCELLED) or _only(shown, _ELSEWHERE):
        return True
    transparency = list(filter(None, part.values("TRANSP")))
    return _only(transparency, _TRANSPARENT) if transparency else _only(shown, _FREE)


def _shown_as(part: IcalComponent) -> list[str]:
    """What Outlook shows the time as (MS-OXCICAL sections 2.1.3.1.1.20.31 and .42)."""
    given = [name for name in _SHOWN_AS if name in part.properties]
    return [value for name in given for value in part.values(name) if value]


def event_of(part: IcalComponent, zones: FileZones) -> Event | Doubt | None:
    """The event, or what is known of it where its time is not; None for a free one that does not say when."""
    free = is_free(part)
    try:
        return _Reading(part, zones).event(free=free)
    except _Unknown as unknown:
        return None if free else doubt_of(part, zones, code=unknown.code, tentative=_is_tentative(part))


def _is_tentative(part: IcalComponent) -> bool:
    return "TENTATIVE" in {*part.values("STATUS"), *_shown_as(part)}


class _Unknown(Exception):  # noqa: N818 - it stays in here
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class _Reading:
    """Reads one part."""

    part: IcalComponent
    zones: FileZones
    names: set[str] = field(default_factory=set)

    def event(self, *, free: bool) -> Event:
        part = self.part
        if part.broken:
            raise _Unknown("bad_fold")
        start = self._start()
        uid = part.text("UID")
        event = Event(
            uid=uid,
            known_as=_short(part.text("X-TIMETUNA-BOOKING") or uid),
            sequence=_whole_number(part.text("SEQUENCE")),
            free=free,
            tentative=_is_tentative(part),
            all_day=start.second is None,
            zone=self._zone(start),
            start=start.wall,
            length=self._length(start),
            calendar=part.calendar,
        )
        self._repeats(event)
        self._replaces(event)
        event.guesses = self._guesses(event)
        return event

    def _zone(self, one: IcalMoment) -> Zone:
        if one.zone not in {"", "Z"}:
            self.names.add(one.zone)
        return self.zones.zone(one.zone, self.part.calendar)

    def _guesses(self, event: Event) -> tuple[Note, ...]:
        others = [*(extra.at for extra in event.extras), *event.left_out]
        for one in (*others, event.replaces) if event.replaces else others:
            if one.zone not in self.names:
                self._zone(one)
        if not self.zones.guesses:
            return ()
        keys = ((event.calendar, name) for name in sorted(self.names))
        return tuple(self.zones.guesses[key] for key in keys if key in self.zones.guesses)

    def _start(self) -> IcalMoment:
        found = {one for given in self.part.every("DTSTART") for one in self._moments(given, "bad_start")}
        if not found:
            raise _Unknown("bad_start" if self.part.every("DTSTART") else "no_start")
        if len(found) > 1:
            raise _Unknown("bad_start")
        return found.pop()

    def _length(self, start: IcalMoment) -> Length:
        """The longest that is said; a date without any end, or with its start as its end, is one day."""
        lengths = [
            self._until(start, end)
            for given in self.part.every("DTEND")
            for end in self._moments(given, "bad_end")
        ]
        try:
            lengths += [length(text) for text in self.part.values("DURATION")]
        except ValueError:
            raise _Unknown("bad_end") from None
        if self.part.every("DTEND") and not lengths:
            raise _Unknown("bad_end")
        longest = max(lengths, key=_size, default=Length(0, 0))
        if start.second is None and _size(longest) <= 0:
            return Length(1, 0)
        return min(longest, Length(0, _LONGEST), key=_size)

    def _until(self, start: IcalMoment, end: IcalMoment) -> Length:
        """Whole days between dates, else the seconds that pass (RFC 5545 section 3.8.5.3)."""
        if start.second is None and end.second is None:
            return Length(end.day - start.day, 0)
        zone = self._zone(start)
        # RFC 5545 section 3.8.2.2 has both in one form; an end without a zone is meant by its start's clock.
        floats = end.second is not None and not end.zone
        return Length(0, (zone if floats else self._zone(end)).utc(end.wall) - zone.utc(start.wall))

    def _moments(self, given: Property, code: str) -> list[IcalMoment]:
        try:
            return moments(given)
        except ValueError:
            raise _Unknown(code) from None

    def _repeats(self, event: Event) -> None:
        try:
            event.rules = [rule(text) for text in self.part.values("RRULE") if text]
            event.extras = [
                self._extra(text, one) for one in self.part.every("RDATE") for text in pieces(one)
            ]
        except ValueError:
            raise _Unknown("bad_repeat") from None
        # What takes time away and cannot be read takes none away: rather a time too many is kept than one too few.
        with suppress(ValueError):
            event.exclusions = [rule(text) for text in self.part.values("EXRULE") if text]
        for one in self.part.every("EXDATE"):
            for text in pieces(one):
                with suppress(ValueError):
                    event.left_out.append(moment(text, one.head))

    def _extra(self, text: str, one: Property) -> Extra:
        begin, slash, end = text.partition("/")
        start = moment(begin, one.head)
        if not slash:
            return Extra(start, None)
        if end.strip().upper().startswith(("P", "+P", "-P")):
            return Extra(start, length(end))
        return Extra(start, self._until(start, moment(end, one.head)))

    def _replaces(self, event: Event) -> None:
        """Read RECURRENCE-ID; one that cannot be read replaces nothing, and both times are kept."""
        for given in self.part.every("RECURRENCE-ID"):
            with suppress(ValueError, IndexError):
                event.replaces = moments(given)[0]
                event.onwards = bool(ONWARDS.search(given.head))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_UID else ""


def _size(one: Length) -> int:
    return one.days * DAY + one.seconds


def _whole_number(text: str) -> int:
    return int(text[:9]) if text.isascii() and text.isdigit() else 0


def _only(values: list[str], wanted: frozenset[str]) -> bool:
    return bool(values) and set(values) <= wanted
