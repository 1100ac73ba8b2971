"""When a host is open (weekly hours, overrides, days off, trips, a zone) in UTC minutes, and what pages ask of a time.

The only place of the product where wall-clock and daylight-saving sums are done. One rule decides every case:
an instant is within the hours exactly if the wall clock that holds for the host then shows a time that is.

- A wall-clock hour that a change skips holds no instant, so it offers nothing.
- An hour that comes twice is open both times. Hours that end inside one (1:00 to 2:30 where 2:00 to 3:00
  repeats) become two intervals, because the first 2:30 to 3:00 is outside them.
- A date a zone never had (Apia, 30 December 2011) offers nothing.

That is why no boundary is converted by itself and `fold` is never asked for. A zone is a row of eras with
one offset each; inside an era local time is UTC plus that offset, so windows are shifted by it and then cut.

A date of the host begins when it begins in the zone the host is in on that date, and lasts until a later one
has begun. So a trip is nothing but more eras in the row: a date flown eastwards into is cut short, and between
two dates that a flight westwards pulls apart no clock holds and nothing is open.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from timetuna.availability.interval import Interval, merge, subtract

LONGEST_MEETING = 24 * 60


class Period(StrEnum):
    """What a cap counts in: the host's own days, weeks from Monday on, months."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class CapScope(StrEnum):
    """What a cap counts: the bookings of the page, those of them that the host takes, or of all pages of the host."""

    PAGE = "page"
    PART = "part"
    HOST = "host"


class Cap(NamedTuple):
    """At most so many bookings begin in a period; once there are, it offers nothing more."""

    period: Period
    scope: CapScope
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How long a meeting takes and when it may start. All numbers are minutes.

    duration: the length of the meeting, 1 to 1440.
    increment: the distance between two start times; it says nothing about the length.
    buffer_before, buffer_after: the quiet the host wants around this meeting. Between two meetings the larger
    of the two wishes holds, never their sum.
    notice: a meeting may start from `now + notice` on.
    horizon: a meeting must start before `now + horizon`; None is without end. Whoever counts whole days
    of the host passes `hours.date_start(last_day + 1) - now`.
    """

    duration: int
    increment: int
    buffer_before: int = 0
    buffer_after: int = 0
    notice: int = 0
    horizon: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.duration <= LONGEST_MEETING:
            raise ValueError(f"A meeting lasts from 1 to {LONGEST_MEETING} minutes, not {self.duration}.")
        if self.increment < 1:
            raise ValueError(f"Start times are at least 1 minute apart, not {self.increment}.")
        if self.buffer_before < 0 or self.buffer_after < 0:
            raise ValueError("A buffer cannot be shorter than 0 minutes.")
        if self.notice < 0:
            raise ValueError(f"The notice cannot be shorter than 0 minutes, {self.notice} is.")
        if self.horizon is not None and self.horizon < 0:
            raise ValueError(f"The horizon cannot lie in the past, {self.horizon} minutes does.")


Window = tuple[int, int]
"""From one minute of the day until before another, by the wall clock; 1440 is the day's end."""

_DAY = 24 * 60
_SUNDAY = 6
_EPOCH = date(1970, 1, 1).toordinal()
_ONE_DAY = timedelta(days=1)
_LONGEST = {Period.DAY: timedelta(days=1), Period.WEEK: timedelta(days=7), Period.MONTH: timedelta(days=31)}


class Away(NamedTuple):
    """The host's dates `first` to `last`, both included, on which nothing is open, and a note about it.

    start: the minute of the first date it begins with.  end: the one of the last date it ends before.
    """

    first: date
    last: date
    note: str = ""
    start: int = 0
    end: int = 1_440

    def on(self, day: date) -> Window | None:
        """Which part of a date it closes; None for none."""
        if not self.first <= day <= self.last:
            return None
        return self.start if day == self.first else 0, self.end if day == self.last else _DAY

    def takes_a_day(self) -> bool:
        """Whether it closes a whole date."""
        return any(self.on(day) == (0, _DAY) for day in (self.first, self.first + _ONE_DAY, self.last))


class Trip(NamedTuple):
    """The host's dates `first` to `last`, both included, on which hours are by the wall clock of `zone`."""

    first: date
    last: date
    zone: ZoneInfo


class DayKind(StrEnum):
    """What else than the weekday decides about a date."""

    OUT_OF_OFFICE = "out_of_office"
    OVERRIDE = "override"
    HOLIDAY = "holiday"


class SpecialDay(NamedTuple):
    """A date, or a part, that its weekday does not decide about, in UTC minutes. label: a note, a holiday's name."""

    start_minute: int
    end_minute: int
    kind: DayKind
    label: str = ""


class _Rule(NamedTuple):
    """What holds in place of a weekday."""

    kind: DayKind
    label: str
    windows: Sequence[Window]


class _Era(NamedTuple):
    """The minutes from `start` until before `end`, UTC, in which local time is UTC plus `offset` minutes."""

    start: int
    end: int
    offset: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """The hours of a host, by the wall clock of `zone` or, on a trip, of the trip's zone.

    weekly: (weekday, start, end) with 0 for Monday and minutes of that day, any number a day. Hours over
    midnight are two windows: one until 1440, one from 0 of the next day.
    away: out of office; closed, whatever else is said about the date, or about that part of it.
    overrides: the windows of single dates, in place of holiday and weekday; none at all is a closed day.
    holidays: the names of dates on which the weekday's windows are closed.
    travel: trips; where two share a date the first one given holds.

    All dates are the host's own: as the calendar on the wall shows them where the host is. Only those from two
    days before what is asked about to three days after it matter, so nobody needs to load others. Whoever asks
    for weeks or months asks about all of them.
    """

    zone: ZoneInfo
    weekly: tuple[tuple[int, int, int], ...] = ()
    overrides: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)
    away: tuple[Away, ...] = ()
    travel: tuple[Trip, ...] = ()

    def __post_init__(self) -> None:
        for weekday, start, end in self.weekly:
            if not 0 <= weekday <= _SUNDAY:
                raise ValueError(f"A weekday is a number from 0, Monday, to 6, Sunday, not {weekday}.")
            _check(start, end)
        for windows in self.overrides.values():
            for start, end in windows:
                _check(start, end)
        for first, last in [one[:2] for one in self.away] + [one[:2] for one in self.travel]:
            if last < first:
                raise ValueError(f"A range of dates ends no sooner than it begins, {first} to {last} does.")
        for part in [part for one in self.away for day in one[:2] if (part := one.on(day))]:
            _check(*part)


def open_hours(hours: Hours, *, first: date, last: date) -> list[Interval]:
    """Return the open intervals of the host's own dates `first` to `last`, both included, in UTC minutes.

    Windows of one day that overlap or touch are one interval. Those of two days stay two where they touch at
    midnight: start times are counted from where an interval begins, whatever dates are asked for.
    """
    eras = _clock(hours, first, last)
    found: list[Interval] = []
    for window in _windows(hours, first, last):
        found += _instants(window, eras)
    return sorted(found)


def open_hours_around(hours: Hours, *, span: Interval) -> list[Interval]:
    """Return, uncut, the open intervals that decide about meetings starting within `span`, in UTC minutes."""
    first, last = host_date(hours, span[0]), host_date(hours, span[1] + LONGEST_MEETING)
    return open_hours(hours, first=first, last=last)


def special_days(hours: Hours, *, span: Interval) -> list[SpecialDay]:
    """The dates touching `span` that not their weekday decides about, uncut, in order; parts away stand before them."""
    first, last = host_date(hours, span[0]), host_date(hours, span[1])
    found: list[SpecialDay] = []
    for day in _dates(first, last):
        found += _hours_away(hours, day)
        if rule := _rule(hours, day):
            bounds = date_start(hours, day), date_start(hours, day + _ONE_DAY)
            found.append(SpecialDay(*bounds, rule.kind, rule.label))
    return found


def periods(hours: Hours, *, period: Period, span: Interval) -> list[Interval]:
    """The host's own days, weeks from Monday on, or months that touch `span`, uncut and in order."""
    last = host_date(hours, span[1])
    firsts = [_period_start(host_date(hours, span[0]), period)]
    while firsts[-1] <= last:
        firsts.append(_period_start(firsts[-1] + _LONGEST[period], period))
    return list(pairwise(date_start(hours, first) for first in firsts))


def windows_on(hours: Hours, day: date) -> tuple[DayKind | None, str, Sequence[Window]]:
    """What else than the weekday decides about a date of the host, its label, and when the date is open."""
    rule = _rule(hours, day)
    windows = rule.windows if rule else _week(hours.weekly)[day.weekday()]
    return rule.kind if rule else None, rule.label if rule else "", _opened(hours, day, windows)


def host_date(hours: Hours, minute: int) -> date:
    """The host's own date at a UTC minute: the last one that has begun."""
    day = date.fromordinal(minute // _DAY + _EPOCH + 1)
    while date_start(hours, day) > minute:
        day -= _ONE_DAY
    return day


def date_start(hours: Hours, day: date) -> int:
    """The first UTC minute at which one of the host's own dates, or a later one, has begun."""
    if not hours.travel:
        return day_start(day, zone=hours.zone)
    return min(day_start(each, zone=_zone_on(hours, each)) for each in (day, day + _ONE_DAY))


@lru_cache(maxsize=4096)
def day_start(day: date, *, zone: ZoneInfo) -> int:
    """A local day's first minute, UTC: not always midnight; of a skipped date, the next one's."""
    midnight = (day.toordinal() - _EPOCH) * _DAY
    nearby = range(midnight - _DAY, midnight + _DAY)
    return nearby[bisect_left(nearby, day, key=lambda minute: _local(minute, zone).date())]


@lru_cache(maxsize=4096)
def noon(day: date, *, zone: ZoneInfo) -> int:
    """The UTC minute at which a local clock first shows twelve of a date; of a skipped one, the next one's start."""
    midnight = (day.toordinal() - _EPOCH) * _DAY
    nearby = range(midnight - _DAY, midnight + 2 * _DAY)
    twelve = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - what a clock on the wall shows
    return nearby[bisect_left(nearby, twelve, key=lambda minute: _local(minute, zone).replace(tzinfo=None))]


def _check(start: int, end: int) -> None:
    if not 0 <= start < end <= _DAY:
        raise ValueError(
            f"Hours start before they end, within minutes 0 to {_DAY} of a day, not {start} to {end}."
        )


def _dates(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _period_start(day: date, period: Period) -> date:
    if period is Period.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period is Period.WEEK else day


def _zone_on(hours: Hours, day: date) -> ZoneInfo:
    return next((zone for first, last, zone in hours.travel if first <= day <= last), hours.zone)


def _rule(hours: Hours, day: date) -> _Rule | None:
    for one in hours.away:
        if one.on(day) == (0, _DAY):
            return _Rule(DayKind.OUT_OF_OFFICE, one.note, ())
    if day in hours.overrides:
        return _Rule(DayKind.OVERRIDE, "", hours.overrides[day])
    if day in hours.holidays:
        return _Rule(DayKind.HOLIDAY, hours.holidays[day], ())
    return None


def _windows(hours: Hours, first: date, last: date) -> Iterator[Window]:
    """All windows of the dates, in wall-clock minutes since 1970 began there."""
    week = _week(hours.weekly)
    for day in _dates(first, last):
        midnight = (day.toordinal() - _EPOCH) * _DAY
        rule = _rule(hours, day)
        for start, end in _opened(hours, day, rule.windows if rule else week[day.weekday()]):
            yield midnight + start, midnight + end


def _opened(hours: Hours, day: date, windows: Sequence[Window]) -> Sequence[Window]:
    """What is left of the date's windows where the host is there."""
    if not hours.away:
        return merge(windows)
    return subtract(merge(windows), sorted(part for one in hours.away if (part := one.on(day))))


def _hours_away(hours: Hours, day: date) -> Iterator[SpecialDay]:
    """The parts of a date, and not all of it, that the host is away for."""
    for one in hours.away:
        part = one.on(day)
        if part and part != (0, _DAY):
            midnight = (day.toordinal() - _EPOCH) * _DAY
            for start, end in _instants((midnight + part[0], midnight + part[1]), _clock(hours, day, day)):
                yield SpecialDay(start, end, DayKind.OUT_OF_OFFICE, one.note)


@lru_cache(maxsize=256)
def _week(weekly: tuple[tuple[int, int, int], ...]) -> list[list[Window]]:
    """The windows of each weekday; a page is asked for the same ones again and again."""
    return [merge((start, end) for day, start, end in weekly if day == today) for today in range(7)]


def _instants(window: Window, eras: Sequence[_Era]) -> list[Interval]:
    """The UTC intervals in which the wall clock is inside the window, joined over a change within."""
    pieces = []
    for since, until, offset in eras:
        start, end = window[0] - offset, window[1] - offset
        if start < until and since < end:
            pieces.append((start if start > since else since, end if end < until else until))  # noqa: FURB136 - as in `slots`
    return pieces if len(pieces) == 1 else merge(pieces)


def _clock(hours: Hours, first: date, last: date) -> list[_Era]:
    """The eras of the wall clock that holds for the host on these dates, trip after stay after trip."""
    ends = {day for trip in hours.travel for day in (trip.first, trip.last + _ONE_DAY) if first < day <= last}
    return [
        era
        for start, end in pairwise(sorted({first, last + _ONE_DAY, *ends}))
        for era in _stay(hours, start, end)
    ]


def _stay(hours: Hours, first: date, end: date) -> Iterator[_Era]:
    """The eras from `first` until before `end`, dates on which the host is in one zone."""
    zone = _zone_on(hours, first)
    low, high = date_start(hours, first), min(date_start(hours, end), day_start(end, zone=zone))
    for era in _eras(zone, low // _DAY, high // _DAY + 1):
        yield _Era(max(era.start, low), min(era.end, high), era.offset)


@lru_cache(maxsize=512)
def _eras(zone: ZoneInfo, first_day: int, last_day: int) -> tuple[_Era, ...]:
    """The eras of UTC days since the epoch. A change taken back within a day would be missed."""
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
    """The one minute within `span` from which another offset holds than at its start."""
    minutes, before = range(*span), _offset(span[0], zone)
    return minutes[0] + bisect_left(minutes, True, key=lambda minute: _offset(minute, zone) != before)


def _local(minute: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(minute * 60, zone)


def _offset(minute: int, zone: ZoneInfo) -> int:
    return (_local(minute, zone).utcoffset() or timedelta()) // timedelta(minutes=1)
