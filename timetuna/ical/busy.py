"""A whole file to busy time. What is refused is refused as a whole: unknown is not free."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from timetuna.availability.interval import Interval
from timetuna.ical.answer import CalendarFile, Taken
from timetuna.ical.bounds import MAX_TAKEN, Steps
from timetuna.ical.decoding import lines_of
from timetuna.ical.events import Event, event_of, is_free
from timetuna.ical.file_zones import FileZones
from timetuna.ical.parts import Parts, parts_of
from timetuna.ical.refusals import refuse
from timetuna.ical.series import Frame, is_spent, repeated, single
from timetuna.ical.zones import known_zone

_NAME_LENGTH = 200
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
    events = [event for part in parts.events if (event := event_of(part, zones))]
    frame = Frame(span, zones, steps)
    return CalendarFile(
        _in_order(_taken(events, frame)),
        name=_name(parts),
        events=len(parts.events),
        free=sum(map(is_free, parts.events)),
        empty=sum(event.is_empty or is_spent(event, frame) for event in events if not event.free),
    )


def _in_order(found: Iterator[Taken]) -> tuple[Taken, ...]:
    kept: set[Taken] = set()
    for one in found:
        kept.add(one)
        if len(kept) > MAX_TAKEN:
            raise refuse("too_many")
    return tuple(sorted(kept))


def _taken(events: list[Event], frame: Frame) -> Iterator[Taken]:
    by_uid: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.uid:
            by_uid[event.uid].append(event)
        else:
            yield from repeated(event, [], frame)
    for related in by_uid.values():
        yield from _related(related, frame)


def _related(events: list[Event], frame: Frame) -> Iterator[Taken]:
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
