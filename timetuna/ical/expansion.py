"""A rule to the times it names between two bounds, without walking there from where it began.

Everything is in wall-clock seconds since 1970 of the zone the event is in. No step goes uncounted: a rule that names
nothing, or everything, ends all the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from timetuna.ical.days import date_of, in_month, in_week, in_year, passing, week_first, weekday
from timetuna.ical.refusals import Steps
from timetuna.ical.rules import DAILY, HOURLY, MINUTELY, MONTHLY, SECONDLY, WEEKLY, YEARLY, Rule
from timetuna.ical.values import DAY

_UNITS = {HOURLY: 3600, MINUTELY: 60, SECONDLY: 1}


FAR = 400_000_000_000  # after the year 9999


class Bounds(NamedTuple):
    """From a time on until before another, in wall-clock seconds."""

    start: int
    end: int


def times(rule: Rule, start: int, *, last: int | None, bounds: Bounds, steps: Steps) -> Iterator[int]:
    """Yield what the rule names within `bounds`, in order, from its beginning `start` on.

    last: what UNTIL comes to by the same clock, inclusive; None where there is no UNTIL.
    Raises Unreadable when there are no steps left.
    """
    end = bounds.end if last is None else min(bounds.end, last + 1)
    whole = _completed(rule, start)
    if whole.count is not None and (step := _even_step(whole, start)):
        end = min(end, start + (whole.count - 1) * step + 1)
        whole = replace(whole, count=None)
    low = start if whole.count is not None else max(start, bounds.start)
    found = _Walk(whole, start, steps).between(low, end)
    for number, time in enumerate(found, 1):
        if time >= bounds.start:
            yield time
        if number == whole.count:
            return


def unbroken(rule: Rule, start: int, *, last: int | None, length: int) -> int | None:
    """Return the last time of a rule by hours, minutes or seconds of which each begins before the one before ends.

    So it can be known without going through it. FAR where it never ends; None for any other rule.
    """
    step = _even_step(_completed(rule, start), start) if rule.frequency in _UNITS else 0
    if not 0 < step <= length:
        return None
    ends = [start + (rule.count - 1) * step] if rule.count else []
    if last is not None:
        ends.append(start + max(last - start, 0) // step * step)
    return min(ends, default=FAR)


def _completed(rule: Rule, start: int) -> Rule:
    """Take from the beginning what the rule leaves open: "the same day, the same time"."""
    day, second = divmod(start, DAY)
    begun = date_of(day)
    changes: dict[str, object] = {}
    if not (rule.by_year_day or rule.by_month_day or rule.by_day):
        if rule.frequency == YEARLY and rule.by_week_no:
            changes["by_day"] = ((0, weekday(day)),)
        elif rule.frequency == YEARLY:
            changes["by_month"] = rule.by_month or (begun.month,)
            changes["by_month_day"] = (begun.day,)
        elif rule.frequency == MONTHLY:
            changes["by_month_day"] = (begun.day,)
        elif rule.frequency == WEEKLY:
            changes["by_day"] = ((0, weekday(day)),)
    if rule.frequency < HOURLY:
        changes["by_hour"] = rule.by_hour or (second // 3600,)
    if rule.frequency < MINUTELY:
        changes["by_minute"] = rule.by_minute or (second // 60 % 60,)
    if rule.frequency < SECONDLY:
        changes["by_second"] = rule.by_second or (second % 60,)
    return replace(rule, **changes)  # type: ignore[arg-type]


def _even_step(rule: Rule, start: int) -> int:
    """The seconds between two times of a completed rule that limits nothing, 0 for any other."""
    days = rule.by_month or rule.by_week_no or rule.by_year_day or rule.by_month_day or rule.by_day
    if days or rule.by_set_pos or rule.frequency < DAILY:
        return 0
    begun = tuple((part,) for part in _parts(start % DAY))
    own = rule.frequency - DAILY  # how many of the three the frequency itself runs through
    wanted = ((),) * own + begun[own:]
    if (rule.by_hour, rule.by_minute, rule.by_second) != wanted:
        return 0
    return rule.interval * _UNITS.get(rule.frequency, DAY)


@dataclass
class _Walk:
    """Goes through the periods of a completed rule."""

    rule: Rule
    start: int
    steps: Steps

    def between(self, low: int, end: int) -> Iterator[int]:
        """In order; none before the beginning."""
        if self.rule.frequency in _UNITS:
            found: Iterable[int] = self._short(low, end)
        else:
            found = self._long(low, end)
        for time in found:
            self.steps.spend()
            if time >= end:
                return
            if time >= low:
                yield time

    def _long(self, low: int, end: int) -> Iterator[int]:
        offsets, latest = _offsets(self.rule), -FAR
        for days in self._periods(low // DAY, end // DAY):
            self.steps.spend(1 + len(days) // 4)
            # With SKIP the first of a month can stand for a day of the one before as well.
            named = [day * DAY + offset for day in days if day > latest for offset in offsets]
            latest = days[-1] if days else latest
            yield from _chosen(sorted(named), self.rule.by_set_pos)

    def _periods(self, low: int, end: int) -> Iterator[list[int]]:
        """The days of each year, month, week or day of the rule, from the one that holds the day `low` on."""
        rule, first, interval = self.rule, self.start // DAY, self.rule.interval
        begun, lowest = date_of(first), date_of(low - (rule.skip > 0))
        if rule.frequency == YEARLY:
            for year in _series(begun.year, interval, at_least=lowest.year, end=date_of(end).year + 1):
                yield in_year(rule, year)
        elif rule.frequency == MONTHLY:
            months = [12 * one.year + one.month - 1 for one in (begun, lowest, date_of(end))]
            for month in _series(months[0], interval, at_least=months[1], end=months[2] + 1):
                yield in_month(rule, month // 12, month % 12 + 1)
        elif rule.frequency == WEEKLY:
            week = week_first(first, rule.week_start)
            for day in _series(week, 7 * interval, at_least=low - 6, end=end + 1):
                yield in_week(rule, day)
        else:
            for day in _series(first, interval, at_least=low, end=end + 1):
                yield passing(rule, [day])

    def _short(self, low: int, end: int) -> Iterator[int]:
        unit = _UNITS[self.rule.frequency]
        chosen = _chosen(_offsets(self.rule), self.rule.by_set_pos)
        step = unit * self.rule.interval
        phase = self.start // unit * unit
        for day in self._short_days(low // DAY, end // DAY, step):
            for time in self._units(day * DAY, unit, phase=phase, step=step):
                yield from (time + offset for offset in chosen)

    def _short_days(self, low: int, end: int, step: int) -> Iterator[int]:
        """The days on which such a rule can fall: where it takes longer steps than days, not each of them."""
        if step <= DAY:
            candidates: Iterator[int] = iter(range(low, end + 1))
        else:
            begun = self.start
            candidates = (
                time // DAY for time in _series(begun, step, at_least=low * DAY, end=(end + 1) * DAY)
            )
        for day in candidates:
            self.steps.spend()
            yield from passing(self.rule, [day])

    def _units(self, midnight: int, unit: int, *, phase: int, step: int) -> Iterator[int]:
        """Yield the beginnings of the hours, minutes or seconds of a day that the rule allows, on its steps.

        Goes through the steps of the day, or through what the rule allows, whichever is less.
        """
        rule = self.rule
        hours = rule.by_hour or range(24)
        minutes = (rule.by_minute or range(60)) if unit <= _UNITS[MINUTELY] else (0,)
        seconds = (rule.by_second or range(60)) if unit == 1 else (0,)
        if DAY // step < len(hours) * len(minutes) * len(seconds):
            allowed = frozenset(hours), frozenset(minutes), frozenset(seconds)
            for time in _series(phase, step, at_least=max(midnight, phase), end=midnight + DAY):
                self.steps.spend()
                clock = time % DAY
                if all(part in some for part, some in zip(_parts(clock), allowed, strict=True)):
                    yield time
            return
        for hour in hours:
            for minute in minutes:
                for second in seconds:
                    self.steps.spend()
                    time = midnight + 3600 * hour + 60 * minute + second
                    if (time - phase) % step == 0 and time >= phase:
                        yield time


def _parts(clock: int) -> tuple[int, int, int]:
    return clock // 3600, clock // 60 % 60, clock % 60


def _series(first: int, step: int, *, at_least: int, end: int) -> Iterable[int]:
    """`first`, `first + step`, … from `at_least` until before `end`."""
    begun = first + max(0, -(-(at_least - first) // step)) * step
    return range(begun, end, step)


def _offsets(rule: Rule) -> list[int]:
    """The seconds within the period's day, hour or minute at which the rule falls, in order."""
    hours = rule.by_hour if rule.frequency < HOURLY else (0,)
    minutes = rule.by_minute if rule.frequency < MINUTELY else (0,)
    seconds = rule.by_second if rule.frequency < SECONDLY else (0,)
    return sorted(
        {3600 * hour + 60 * minute + second for hour in hours for minute in minutes for second in seconds}
    )


def _chosen(named: list[int], positions: tuple[int, ...]) -> list[int]:
    """The ones at these positions of a period, all where there are none."""
    if not positions:
        return named
    indices = {position - 1 if position > 0 else len(named) + position for position in positions}
    return [named[index] for index in sorted(indices) if 0 <= index < len(named)]
