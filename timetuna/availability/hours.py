"""When a host is open: weekly hours, overrides for single dates, and a zone, turned into UTC minutes.

The only place of the product where wall-clock and daylight-saving sums are done. One rule decides every case:
an instant is within the hours exactly if the wall clock of the host's zone then shows a time that is.

- A wall-clock hour that a change skips holds no instant, so it offers nothing.
- An hour that comes twice is open both times. Hours that end inside one (1:00 to 2:30 where 2:00 to 3:00
  repeats) become two intervals, because the first 2:30 to 3:00 is outside them.
- A date a zone never had (Apia, 30 December 2011) offers nothing.

That is why no boundary is converted by itself and `fold` is never asked for. A zone is a row of eras with
one offset each; inside an era local time is UTC plus that offset, so windows are shifted by it and then cut.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from timetuna.availability.interval import Interval, merge
from timetuna.availability.policy import LONGEST_MEETING

Window = tuple[int, int]
"""From one minute of the day until before another, by the wall clock; 1440 is the day's end."""

_DAY = 24 * 60
_SUNDAY = 6
_EPOCH = date(1970, 1, 1).toordinal()


class _Era(NamedTuple):
    """The minutes from `start` until before `end`, UTC, in which local time is UTC plus `offset` minutes."""

    start: int
    end: int
    offset: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyHours:
    """The hours of a host, by the wall clock of `zone`.

    weekly: (weekday, start, end) with 0 for Monday and minutes of that day, any number a day.
    overrides: the windows of single dates, in place of the weekday's; none at all is a closed day.
    Hours over midnight are two windows: one until 1440, one from 0 of the next day.
    """

    zone: ZoneInfo
    weekly: tuple[tuple[int, int, int], ...] = ()
    overrides: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for weekday, start, end in self.weekly:
            if not 0 <= weekday <= _SUNDAY:
                raise ValueError(f"A weekday is a number from 0, Monday, to 6, Sunday, not {weekday}.")
            _check(start, end)
        for windows in self.overrides.values():
            for start, end in windows:
                _check(start, end)


def open_hours(hours: WeeklyHours, *, first: date, last: date) -> list[Interval]:
    """Return the open intervals of the host's own dates `first` to `last`, both included, in UTC minutes.

    Windows of one day that overlap or touch are one interval. Those of two days stay two where they touch at
    midnight: start times are counted from where an interval begins, whatever dates are asked for.
    """
    eras = _eras(hours.zone, first.toordinal() - _EPOCH - 1, last.toordinal() - _EPOCH + 2)
    return sorted(piece for window in _windows(hours, first, last) for piece in _instants(window, eras))


def open_hours_around(hours: WeeklyHours, *, span: Interval) -> list[Interval]:
    """Return, uncut, the open intervals that decide about meetings starting within `span`, in UTC minutes."""
    first = _local_date(span[0], hours.zone)
    return open_hours(hours, first=first, last=_local_date(span[1] + LONGEST_MEETING, hours.zone))


def day_start(day: date, *, zone: ZoneInfo) -> int:
    """Return a local day's first minute, UTC: not always midnight; of a skipped date, the next one's."""
    midnight = (day.toordinal() - _EPOCH) * _DAY
    nearby = range(midnight - _DAY, midnight + _DAY)
    return nearby[bisect_left(nearby, day, key=lambda minute: _local_date(minute, zone))]


def _check(start: int, end: int) -> None:
    if not 0 <= start < end <= _DAY:
        raise ValueError(
            f"Hours start before they end, within minutes 0 to {_DAY} of a day, not {start} to {end}."
        )


def _windows(hours: WeeklyHours, first: date, last: date) -> Iterator[Window]:
    """Yield all windows of the dates, in wall-clock minutes since 1970 began there."""
    week = [merge((start, end) for day, start, end in hours.weekly if day == today) for today in range(7)]
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        midnight = (ordinal - _EPOCH) * _DAY
        override = hours.overrides.get(day)
        for start, end in week[day.weekday()] if override is None else merge(override):
            yield midnight + start, midnight + end


def _instants(window: Window, eras: tuple[_Era, ...]) -> list[Interval]:
    """Return the UTC intervals in which the wall clock is inside the window, joined over a change within."""
    start, end = window
    return merge([(max(start - offset, since), min(end - offset, until)) for since, until, offset in eras])


@lru_cache(maxsize=512)
def _eras(zone: ZoneInfo, first_day: int, last_day: int) -> tuple[_Era, ...]:
    """Return the eras of UTC days since the epoch. A change taken back within a day would be missed."""
    days = [day * _DAY for day in range(first_day, last_day + 1)]
    offsets = [_offset(minute, zone) for minute in days]
    changed = [
        span
        for span, (before, after) in zip(pairwise(days), pairwise(offsets), strict=True)
        if before != after
    ]
    bounds = [days[0], *(_change(span, zone) for span in changed), days[-1]]
    return tuple(_Era(start, end, _offset(start, zone)) for start, end in pairwise(bounds))


def _change(span: Interval, zone: ZoneInfo) -> int:
    """Return the one minute within `span` from which another offset holds than at its start."""
    minutes, before = range(*span), _offset(span[0], zone)
    return minutes[0] + bisect_left(minutes, True, key=lambda minute: _offset(minute, zone) != before)


def _local(minute: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(minute * 60, zone)


def _local_date(minute: int, zone: ZoneInfo) -> date:
    return _local(minute, zone).date()


def _offset(minute: int, zone: ZoneInfo) -> int:
    return (_local(minute, zone).utcoffset() or timedelta()) // timedelta(minutes=1)
