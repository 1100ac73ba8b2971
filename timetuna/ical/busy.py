"""A whole file to busy time: what is certain, and what is blocked because of a doubt that has bounds."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

from timetuna.availability.interval import Interval
from timetuna.ical.answer import BusyTime, CalendarFile, Note
from timetuna.ical.doubts import Doubt
from timetuna.ical.events import Event, event_of, is_free
from timetuna.ical.file_zones import FileZones
from timetuna.ical.parts import Parts, lines_of, parts_of
from timetuna.ical.refusals import MAX_TAKEN, Steps, refuse
from timetuna.ical.series import Frame, is_spent, repeated, single
from timetuna.ical.zone_names import known_zone

_NAME_LENGTH = 200
_MOST_NOTES = 20
_ESCAPED = re.compile(r"\\([,;\\])")


def busy_of(body: bytes, span: Interval, *, time_zone: str) -> CalendarFile:
    """Read a file in this very process; see `reading.read_busy`, which bounds time and memory. Raises Unreadable."""
    parts = parts_of(lines_of(body))
    if not parts.events and "VFREEBUSY" in parts.kinds:
        raise refuse("free_busy")
    owner = known_zone(time_zone)
    if owner is None:
        raise ValueError(f"{time_zone} is no IANA zone.")
    steps = Steps()
    zones = FileZones(parts.zones, owner=owner, until=span[1] * 60, steps=steps)
    found = [event for part in parts.events if (event := event_of(part, zones))]
    events = [event for event in found if isinstance(event, Event)]
    doubts = [event for event in found if isinstance(event, Doubt)]
    frame = Frame(span, zones, steps)
    notes = _Notes()
    return CalendarFile(
        _in_order(chain(_blocked(doubts, span, notes), _taken(events, frame, notes))),
        name=_name(parts),
        events=len(parts.events),
        free=sum(map(is_free, parts.events)),
        empty=sum(event.is_empty or is_spent(event, frame) for event in events if not event.free)
        + sum(doubt.hull is None for doubt in doubts),
        notes=notes.first(),
    )


class _Notes:
    """Collects what the host should know, each once."""

    def __init__(self) -> None:
        self._found: dict[Note, None] = {}

    def add(self, notes: Iterable[Note]) -> None:
        self._found.update(dict.fromkeys(notes))

    def first(self) -> tuple[Note, ...]:
        """As many as anybody reads, and how many more there are."""
        found = list(self._found)
        more = [Note("more", str(len(found) - _MOST_NOTES))] if len(found) > _MOST_NOTES else []
        return (*found[:_MOST_NOTES], *more)


def _blocked(doubts: Iterable[Doubt], span: Interval, notes: _Notes) -> Iterator[BusyTime]:
    for doubt in doubts:
        taken, note = doubt.taken(span)
        if taken:
            yield taken
        if note:
            notes.add([note])


def _in_order(found: Iterator[BusyTime]) -> tuple[BusyTime, ...]:
    kept: set[BusyTime] = set()
    for one in found:
        kept.add(one)
        if len(kept) > MAX_TAKEN:
            raise refuse("too_many")
    return tuple(sorted(kept))


def _taken(events: list[Event], frame: Frame, notes: _Notes) -> Iterator[BusyTime]:
    by_uid: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.uid:
            by_uid[event.uid].append(event)
        else:
            yield from _noted(repeated(event, [], frame), [event], notes)
    for related in by_uid.values():
        yield from _noted(_related(related, frame), related, notes)


def _noted(taken: Iterator[BusyTime], events: list[Event], notes: _Notes) -> Iterator[BusyTime]:
    guesses = [guess for event in events for guess in event.guesses]
    for one in taken:
        notes.add(guesses)
        yield one


def _related(events: list[Event], frame: Frame) -> Iterator[BusyTime]:
    """Yield the time of all events of one UID. Where nothing is there to be replaced, each stands for itself.

    Two that both claim the UID are both kept: some programs give all their events the same one.
    """
    series = [event for event in events if event.replaces is None]
    replacing = _newest([event for event in events if event.replaces is not None])
    if not series:
        return chain.from_iterable(repeated(event, [], frame) for event in replacing)
    return chain(
        chain.from_iterable(repeated(event, replacing, frame) for event in series),
        chain.from_iterable(single(event, frame) for event in replacing),
    )


def _newest(replacing: list[Event]) -> list[Event]:
    """Leave out what an event with a higher SEQUENCE has replaced in its turn."""
    highest: dict[object, int] = {}
    for event in replacing:
        highest[event.replaces] = max(event.sequence, highest.get(event.replaces, 0))
    return [event for event in replacing if event.sequence == highest[event.replaces]]


def _name(parts: Parts) -> str:
    names = (part.text(name) for part in parts.calendars for name in ("X-WR-CALNAME", "NAME"))
    return _ESCAPED.sub(r"\1", next(filter(None, names), ""))[:_NAME_LENGTH]
