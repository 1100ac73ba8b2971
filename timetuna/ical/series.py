"""An event and what replaces single times of it, to the time it takes within a span."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from timetuna.availability.interval import Interval
from timetuna.ical.answer import BusyTime
from timetuna.ical.events import Event, Extra
from timetuna.ical.expansion import Bounds, times, unbroken
from timetuna.ical.file_zones import FileZones
from timetuna.ical.refusals import Steps
from timetuna.ical.rules import Rule
from timetuna.ical.values import DAY, IcalMoment, Length, is_literal_day

_MINUTE, _HOUR = 60, 3600
_COST = 4  # steps that one time of a series is worth
_CLOCKS_APART = 27 * 3600  # more than any clock is from UTC


@dataclass(frozen=True, slots=True)
class Frame:
    """What all events of a reading share."""

    span: Interval
    zones: FileZones
    steps: Steps


def single(event: Event, frame: Frame) -> Iterator[BusyTime]:
    """The time of an event that is not repeated, unless it takes none."""
    return _taken(event, event.start, event.length, frame)


def repeated(event: Event, replacing: Iterable[Event], frame: Frame) -> Iterator[BusyTime]:
    """Yield the time of an event at each time of its series that nothing in `replacing` stands in place of.

    What replaces a time is not yielded itself, only the later times that it moves (RANGE=THISANDFUTURE).
    """
    replacing = list(replacing)
    alone = not (replacing or event.extras or event.left_out or event.exclusions)
    if alone and (event.is_empty or not event.rules):
        return single(event, frame)
    if alone and (whole := _Series(event, replacing, frame).unbroken()):
        return _taken(event, event.start, whole, frame)
    return _Series(event, replacing, frame).taken()


def is_spent(event: Event, frame: Frame) -> bool:
    """Whether no time is left of its series: all left out, or the rules over before they began."""
    if not (event.rules or event.left_out):
        return False
    return _Series(event, [], frame).is_spent()


@dataclass
class _Series:
    event: Event
    replacing: list[Event]
    frame: Frame
    _days_out: set[int] = field(default_factory=set)
    _keys_out: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        replaced = [one.replaces for one in self.replacing if one.replaces]
        for one in [*self.event.left_out, *replaced]:
            if one.second is None and not self.event.all_day:
                self._days_out.add(one.day)
            else:
                self._keys_out.add(self._key(self._wall(one)))

    def taken(self) -> Iterator[BusyTime]:
        if self.event.free and not self._onwards:
            return
        for wall, length in self._starts().items():
            self.frame.steps.spend(_COST)
            if self._is_out(wall):
                continue
            mover = next((one for at, one in self._onwards if at <= self._key(wall)), None)
            if mover is None:
                yield from _taken(self.event, wall, length or self.event.length, self.frame)
            else:
                yield from _taken(mover, self._moved(wall, mover), length or mover.length, self.frame)

    def is_spent(self) -> bool:
        if self.event.rules:
            return self._ended_before_it_began() and not self.event.extras
        return all(self._is_out(wall) for wall in self._starts())

    def _is_out(self, wall: int) -> bool:
        keys, days = self._keys_out, self._days_out
        return bool(keys or days) and (self._key(wall) in keys or wall // DAY in days)

    def unbroken(self) -> Length | None:
        """How long it takes all in all, where its only rule leaves no time between."""
        event, length = self.event, self.event.length.days * DAY + self.event.length.seconds
        if len(event.rules) != 1 or self._ended_before_it_began():
            return None
        last = self._last(event.rules[0])
        final = unbroken(event.rules[0], event.start, last=last, length=length)
        return (
            None if final is None else Length(0, length + event.zone.utc(final) - event.zone.utc(event.start))
        )

    @cached_property
    def _onwards(self) -> list[tuple[int, Event]]:
        """The last one first, with the instant from which each moves all later times."""
        found = [
            (self._key(self._wall(one.replaces)), one)
            for one in self.replacing
            if one.onwards and one.replaces
        ]
        return sorted(found, key=lambda pair: pair[0], reverse=True)

    @cached_property
    def _bounds(self) -> Bounds:
        """By the event's clock."""
        lengths = [self.event.length, *(one.length for _, one in self._onwards)]
        lengths += [extra.length for extra in self.event.extras if extra.length]
        reach = max(0, *(length.days * DAY + length.seconds for length in lengths))
        shifts = [self._shift(one) for _, one in self._onwards]
        first, last = (minute * _MINUTE for minute in self.frame.span)
        return Bounds(
            first - reach - max(0, *shifts, 0) - _CLOCKS_APART, last - min(0, *shifts, 0) + _CLOCKS_APART
        )

    def _starts(self) -> dict[int, Length | None]:
        """The starts by the event's clock, each with a length of its own where it has one."""
        event = self.event
        found: dict[int, Length | None] = {}
        if not self._ended_before_it_began():
            found[event.start] = None
        for rule in event.rules:
            found.update(dict.fromkeys(self._times(rule)))
        for extra in event.extras:
            found[self._beginning(extra)] = extra.length
        for rule in event.exclusions:
            for wall in self._times(rule):
                found.pop(wall, None)
        return found

    def _beginning(self, extra: Extra) -> int:
        """Where a single further time begins; a period of dates does at midnight."""
        return self._wall(extra.at) if extra.at.second is not None or not extra.length else extra.at.wall

    def _times(self, rule: Rule) -> Iterator[int]:
        walls = times(
            rule, self.event.start, last=self._last(rule), bounds=self._bounds, steps=self.frame.steps
        )
        return (wall - wall % DAY for wall in walls) if self.event.all_day else walls

    def _last(self, rule: Rule) -> int | None:
        """UNTIL by the event's clock. A date means its whole day."""
        if rule.until is None:
            return None
        if rule.until.second is None and not self.event.all_day:
            return rule.until.wall + DAY - 1
        return self._wall(rule.until) + (DAY - 1 if self.event.all_day else 0)

    def _ended_before_it_began(self) -> bool:
        """Whether all rules had ended before the start: so calendars write a series that was emptied."""
        lasts = [self._last(rule) for rule in self.event.rules]
        return bool(lasts) and all(last is not None and last < self.event.start for last in lasts)

    def _wall(self, one: IcalMoment) -> int:
        """A time by the event's clock. Without a zone it is the event's; a date means its hour on that day."""
        event = self.event
        if event.all_day:
            return local_day(one, self.frame.zones) * DAY
        if one.second is None:
            return one.wall + event.start % DAY
        zone = self.frame.zones.zone(one.zone, event.calendar)
        return one.wall if not one.zone or zone is event.zone else event.zone.wall(zone.utc(one.wall))

    def _key(self, wall: int) -> int:
        return wall if self.event.all_day else self.event.zone.utc(wall)

    def _shift(self, mover: Event) -> int:
        start, zone = mover.start, self.event.zone
        if mover.zone is not zone:
            start = zone.wall(mover.zone.utc(start))
        return start - self._wall(mover.replaces) if mover.replaces else 0

    def _moved(self, wall: int, mover: Event) -> int:
        moved = wall + self._shift(mover)
        if mover.all_day:
            return moved - moved % DAY
        return moved if mover.zone is self.event.zone else mover.zone.wall(self.event.zone.utc(moved))


def local_day(one: IcalMoment, zones: FileZones) -> int:
    """Return the date that a time beside an all-day event means.

    Programs write the midnight, or the last second, of a day of their own zone in UTC. That zone may not be the
    owner's: then the midnight of UTC that is nearest tells the day.
    """
    if one.zone != "Z" or is_literal_day(one):
        return one.day
    last = int(one.wall % _HOUR == _HOUR - 1)
    by_owner = zones.owner.wall(one.wall) + last
    at = by_owner if by_owner % DAY == 0 else one.wall + last + DAY // 2
    return at // DAY - last


def _taken(event: Event, wall: int, length: Length, frame: Frame) -> Iterator[BusyTime]:
    """The time from a start on, clipped to the span: the start rounded down and the end up to the minute."""
    if event.free:
        return
    start = event.zone.utc(wall)
    end = (event.zone.utc(wall + length.days * DAY) if length.days else start) + length.seconds
    first, last = max(start // _MINUTE, frame.span[0]), min(-(-end // _MINUTE), frame.span[1])
    if start < end and first < last:
        yield BusyTime(first, last, event.tentative, event.known_as)
