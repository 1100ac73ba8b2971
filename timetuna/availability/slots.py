"""Which times can be booked, whether one can, and why one cannot: one sweep, three questions.

A start time is open if all of this holds.

- It is a whole number of increments after the beginning of the opening interval it lies in: hours from 9:10
  by 30 minutes give 9:10, 9:40, 10:10. No busy time moves this grid, nor does a clock change inside the
  interval: the instants go on by the same increment.
- The whole meeting lies within the hours. Intervals that touch, as at midnight, are one stretch for it.
- It is neither sooner than the notice nor at or beyond the horizon.
- It shares no minute with a busy time, and keeps the gap to it that the stricter of the two asks for: of two
  meetings one after the other, the larger of the first one's buffer after and the second one's buffer before.
- It does not begin in a day, week or month that is full.
- There is a way to meet, and every calendar that may take time could be read: unknown is not free.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from timetuna.availability.caps import FullPeriod
from timetuna.availability.hours import Cap, DayKind, Period, Policy, SpecialDay
from timetuna.availability.interval import Interval, merge, overlapping, widen


class Code(StrEnum):
    """Why a time cannot be booked, and what `Reason.minute` and `Reason.busy` then say."""

    PAST = "past"
    """It is over. minute: now."""
    NOTICE = "notice"
    """It is too soon. minute: the first that is not."""
    HORIZON = "horizon"
    """It is too far ahead. minute: the first that is."""
    HOURS = "hours"
    """The weekly hours are closed."""
    OVERRIDE = "override"
    """The date has hours of its own. minute: when they begin; None if it is closed."""
    OUT_OF_OFFICE = "out_of_office"
    """The host is away. label: the note. minute: when the date ends."""
    HOLIDAY = "holiday"
    """It is a public holiday. label: its name. minute: when the date ends."""
    DURATION_DOES_NOT_FIT = "duration_does_not_fit"
    """The hours end before the meeting would. minute: when they do."""
    INCREMENT = "increment"
    """It lies between two start times. minute: the one before."""
    CALENDAR_BUSY = "calendar_busy"
    """An event in a calendar takes the time. busy: that event."""
    OWN_BOOKING = "own_booking"
    """A booking takes the time. busy: that booking."""
    HELD = "held"
    """A guest who is about to book holds the time. busy: that hold."""
    BUFFER = "buffer"
    """It comes too near. busy: to what. minute: where the meeting had to end, if before it, or to start."""
    CAP_DAY = "cap_day"
    """The day has as many bookings as the host wants. cap: of what, and how many. minute: when it ends."""
    CAP_WEEK = "cap_week"
    """The week has. cap: of what, and how many. minute: when it ends."""
    CAP_MONTH = "cap_month"
    """The month has. cap: of what, and how many. minute: when it ends."""
    PROVIDER_UNREADABLE = "provider_unreadable"
    """A calendar that may take the time cannot be read. label: its name. busy: from when on it was not read yet."""
    NO_MEETING_TYPE = "no_meeting_type"
    """There is no way to meet."""
    PAGE_OFF = "page_off"
    """The page takes no bookings for now."""
    UNPAYABLE = "unpayable"
    """Guests are to pay, and nobody can be paid."""
    PAUSED = "paused"
    """The host takes part in nothing new for now."""
    SWITCHED_OFF = "switched_off"
    """The host cannot be booked at all."""
    NO_CALENDAR = "no_calendar"
    """No calendar says when the host is busy, and others rely on it."""
    NO_CONNECTION = "no_connection"
    """Who has time cannot make the meeting's link, and so not lead it."""
    TOO_FEW_HOSTS = "too_few_hosts"
    """The page wants more hosts than it has."""


class Kind(StrEnum):
    """What a busy time is."""

    CALENDAR = "calendar"
    BOOKING = "booking"
    HOLD = "hold"
    UNKNOWN = "unknown"
    """Nobody knows: a calendar was not read that far."""


class Busy(NamedTuple):
    """Time that is taken, in UTC minutes, and the quiet it asks for. Without length it takes nothing.

    Whoever has seconds rounds the start down and the end up.
    """

    start_minute: int
    end_minute: int
    kind: Kind = Kind.CALENDAR
    buffer_before: int = 0
    buffer_after: int = 0


class Reason(NamedTuple):
    """One reason why a time cannot be booked; the code says what the rest means."""

    code: Code
    minute: int | None = None
    busy: Busy | None = None
    label: str = ""
    cap: Cap | None = None


@dataclass(frozen=True, slots=True)
class Diary:
    """All that is known of one host's time.

    hours: the opening intervals, disjoint as `hours.open_hours_around` gives them.
    busy: what is taken, in any order.
    full: days, weeks and months without room for another booking, as `caps.full_periods` gives them.
    special: the dates that say more than "closed" when `why_not` is asked (`hours.special_days`); they open and
    close nothing by themselves.
    unreadable: the names of calendars that may take time and cannot be read; one is enough to offer nothing.
    usable: whether there is a way to meet.
    shut: why the host is never open, whatever the time.
    events: what calendars have as taken, in any order: many plain intervals that ask for no quiet of their own.
    """

    hours: Sequence[Interval]
    busy: Sequence[Busy] = ()
    full: Sequence[FullPeriod] = ()
    special: Sequence[SpecialDay] = ()
    unreadable: tuple[str, ...] = ()
    usable: bool = True
    events: Sequence[Interval] = ()
    shut: tuple[Code, ...] = ()


_CAPPED = {Period.DAY: Code.CAP_DAY, Period.WEEK: Code.CAP_WEEK, Period.MONTH: Code.CAP_MONTH}
_SPECIAL = {
    DayKind.OVERRIDE: Code.OVERRIDE,
    DayKind.OUT_OF_OFFICE: Code.OUT_OF_OFFICE,
    DayKind.HOLIDAY: Code.HOLIDAY,
}
_TAKEN = {
    Kind.CALENDAR: Code.CALENDAR_BUSY,
    Kind.BOOKING: Code.OWN_BOOKING,
    Kind.HOLD: Code.HELD,
    Kind.UNKNOWN: Code.PROVIDER_UNREADABLE,
}


def open_slots(diary: Diary, *, policy: Policy, now_minute: int, span: Interval) -> list[int]:
    """Return every start time within `span` that can be booked, in UTC minutes and in order.

    now_minute: the present, rounded up if nothing that has begun shall be offered.
    The diary reaches a day beyond the span's end: a meeting may.
    """
    if diary.unreadable or not diary.usable or diary.shut:
        return []
    earliest, end = _bounds(policy, now_minute)
    within = max(span[0], earliest), min(span[1], end)
    hours = overlapping(diary.hours, widen(within, before=0, after=policy.duration))
    return _sweep(
        _grid(tuple(hours), policy.duration, policy.increment), blocked=_blocked(diary, policy, within)
    )


def why_not(diary: Diary, *, minute: int, policy: Policy, now_minute: int) -> tuple[Reason, ...]:
    """Return every reason why no meeting can start at `minute`, UTC; none exactly if `open_slots` lists it.

    Each rule is asked by itself here, so that the host hears of all: moment, hours, busy times in order,
    caps, and what closes the page altogether.
    """
    return (
        *_wrong_moment(minute, policy, now_minute),
        *_wrong_hours(minute, policy, diary),
        *_in_the_way(minute, policy, [*diary.busy, *(Busy(*event) for event in diary.events)]),
        *_at_the_cap(minute, diary.full),
        *_shut(diary),
    )


def _bounds(policy: Policy, now_minute: int) -> tuple[int, int]:
    """The first minute that respects the notice, and the first that is beyond the horizon."""
    return now_minute + policy.notice, sys.maxsize if policy.horizon is None else now_minute + policy.horizon


class _Grid(NamedTuple):
    """All start times of some hours.

    windows: of each opening interval the first start time, until when a meeting may start, and which of `starts`
    are its own.
    """

    starts: list[int]
    windows: list[tuple[int, int, int, int]]
    increment: int


@lru_cache(maxsize=256)
def _grid(hours: tuple[Interval, ...], duration: int, increment: int) -> _Grid:
    """Lay out the start times of hours that nothing takes; a page is asked for the same ones again and again."""
    starts: list[int] = []
    windows = []
    for anchor, end in _start_windows(hours, duration):
        first = len(starts)
        starts += range(anchor, end, increment)
        windows.append((anchor, end, first, len(starts)))
    return _Grid(starts, windows, increment)


def _start_windows(hours: Sequence[Interval], duration: int) -> list[Interval]:
    """Cut each opening interval to where a meeting may start; where none fits the end comes first."""
    windows: list[Interval] = []
    closing = following = None
    for start, end in reversed(hours):
        closing = end if closing is None or end != following else closing
        windows.append((start, min(end, closing - duration + 1)))
        following = start
    return windows[::-1]


def _blocked(diary: Diary, policy: Policy, within: Interval) -> list[Interval]:
    """Return all start times that something forbids, sorted by where they begin; they may overlap.

    Busy times, full periods and what lies outside of `within` are the same to the sweep.
    """
    before, after = policy.duration - 1 + policy.buffer_after, policy.buffer_before
    blocked = [(start - before, end + after) for start, end in diary.events if start < end]
    blocked += _kept_clear(diary.busy, policy)
    blocked += [(-sys.maxsize, within[0]), (within[1], sys.maxsize)]
    blocked += [(start, end) for start, end, _ in diary.full]
    blocked.sort(key=itemgetter(0))
    return blocked


def _kept_clear(busy: Iterable[Busy], policy: Policy) -> list[Interval]:
    """Return for each busy time, in the order given, the start times it forbids.

    The gap on either side is the larger of the two wishes. Written out without calls: this runs for every
    busy time of every host on every page view.
    """
    before, after, length = policy.buffer_before, policy.buffer_after, policy.duration - 1
    return [
        (
            start - length - (wish_before if wish_before > after else after),  # noqa: FURB136 - twice as fast as max()
            end + (wish_after if wish_after > before else before),  # noqa: FURB136 - twice as fast as max()
        )
        for start, end, _, wish_before, wish_after in busy
        if start < end
    ]


def _sweep(grid: _Grid, *, blocked: Iterable[Interval]) -> list[int]:
    """Walk once along windows and blocked start times; list what is on a window's grid and not blocked.

    The last start times that are blocked have no end, so that there is always one more to come.
    """
    slots: list[int] = []
    starts, windows, increment = grid
    following = iter(blocked)
    hole, hole_end = next(following)
    for anchor, end, first, beyond in windows:
        minute, index = anchor, first
        while hole < end:
            if minute < hole_end:
                if minute < hole:
                    slots += starts[index : first - (anchor - hole) // increment]
                minute, index = hole_end, first - (anchor - hole_end) // increment
            if hole_end > end:
                break  # it reaches on, perhaps into the next window
            hole, hole_end = next(following)
        if index < beyond:
            slots += starts[index:beyond]
    return slots


def _wrong_moment(minute: int, policy: Policy, now_minute: int) -> Iterator[Reason]:
    earliest, end = _bounds(policy, now_minute)
    if minute < now_minute:
        yield Reason(Code.PAST, now_minute)
    elif minute < earliest:
        yield Reason(Code.NOTICE, earliest)
    if minute >= end:
        yield Reason(Code.HORIZON, end)


def _wrong_hours(minute: int, policy: Policy, diary: Diary) -> Iterator[Reason]:
    moment = minute, minute + 1
    if not (window := overlapping(diary.hours, moment)):
        yield _closed(minute, diary)
        return
    closing = overlapping(merge(diary.hours), moment)[0][1]
    if closing < minute + policy.duration:
        yield Reason(Code.DURATION_DOES_NOT_FIT, closing)
    if beyond := (minute - window[0][0]) % policy.increment:
        yield Reason(Code.INCREMENT, minute - beyond)


def _closed(minute: int, diary: Diary) -> Reason:
    for start, end, kind, label in diary.special:
        if start <= minute < end:
            if kind is not DayKind.OVERRIDE:
                return Reason(_SPECIAL[kind], end, label=label)
            opened = overlapping(diary.hours, (start, end))
            return Reason(Code.OVERRIDE, opened[0][0] if opened else None)
    return Reason(Code.HOURS)


def _in_the_way(minute: int, policy: Policy, busy: Iterable[Busy]) -> Iterator[Reason]:
    for one in sorted(busy):
        for first, end in _kept_clear([one], policy):
            if one.start_minute - policy.duration < minute < one.end_minute:
                yield Reason(_TAKEN[one.kind], busy=one)
            elif first <= minute < end:
                yield Reason(
                    Code.BUFFER, first - 1 + policy.duration if minute < one.start_minute else end, one
                )


def _at_the_cap(minute: int, full: Iterable[FullPeriod]) -> Iterator[Reason]:
    for start, end, cap in full:
        if start <= minute < end:
            yield Reason(_CAPPED[cap.period], end, cap=cap)


def _shut(diary: Diary) -> Iterator[Reason]:
    for name in diary.unreadable:
        yield Reason(Code.PROVIDER_UNREADABLE, label=name)
    if not diary.usable:
        yield Reason(Code.NO_MEETING_TYPE)
    yield from map(Reason, diary.shut)
