"""Which times can be booked, whether one can, and why one cannot: one sweep, three questions.

A start time is open if all of this holds.

- It is a whole number of increments after the beginning of the opening interval it lies in: hours from 9:10
  by 30 minutes give 9:10, 9:40, 10:10. No busy time moves this grid, nor does a clock change inside the
  interval: the instants go on by the same increment.
- The whole meeting lies within the hours. Intervals that touch, as at midnight, are one stretch for it.
- It is neither sooner than the notice nor at or beyond the horizon.
- It shares no minute with a busy time, and keeps the gap to it that the stricter of the two asks for: of two
  meetings one after the other, the larger of the first one's buffer after and the second one's buffer before.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from timetuna.availability.interval import Interval, merge, overlapping, widen
from timetuna.availability.policy import Policy


class Code(StrEnum):
    """Why a time cannot be booked, and what `Reason.minute` and `Reason.busy` then say."""

    PAST = "past"
    """It is over. minute: now."""
    NOTICE = "notice"
    """It is too soon. minute: the first that is not."""
    HORIZON = "horizon"
    """It is too far ahead. minute: the first that is."""
    HOURS = "hours"
    """The host is closed."""
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


class Kind(StrEnum):
    """What a busy time is."""

    CALENDAR = "calendar"
    BOOKING = "booking"
    HOLD = "hold"


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


@dataclass(frozen=True, slots=True)
class Diary:
    """One host's time: opening intervals, disjoint as `hours.py` gives them, and busy times in any order."""

    hours: Sequence[Interval]
    busy: Sequence[Busy] = ()


_TAKEN = {Kind.CALENDAR: Code.CALENDAR_BUSY, Kind.BOOKING: Code.OWN_BOOKING, Kind.HOLD: Code.HELD}


def open_slots(diary: Diary, *, policy: Policy, now_minute: int, span: Interval) -> list[int]:
    """Return every start time within `span` that can be booked, in UTC minutes and in order.

    now_minute: the present, rounded up if nothing that has begun shall be offered.
    The diary reaches a day beyond the span's end: a meeting may.
    """
    earliest, end = _bounds(policy, now_minute)
    within = max(span[0], earliest), min(span[1], end)
    hours = overlapping(diary.hours, widen(within, before=0, after=policy.duration))
    windows = _start_windows(hours, policy.duration)
    return _sweep(windows, blocked=_blocked(diary.busy, policy), increment=policy.increment, within=within)


def is_open(diary: Diary, *, minute: int, policy: Policy, now_minute: int) -> bool:
    """Say whether a meeting can start at `minute`, UTC: exactly if `open_slots` would list it."""
    return bool(open_slots(diary, policy=policy, now_minute=now_minute, span=(minute, minute + 1)))


def why_not(diary: Diary, *, minute: int, policy: Policy, now_minute: int) -> tuple[Reason, ...]:
    """Return every reason why no meeting can start at `minute`, UTC; none exactly if `is_open`.

    Each rule is asked by itself here, so that the host hears of all: moment, hours, then busy times in order.
    """
    return (
        *_wrong_moment(minute, policy, now_minute),
        *_wrong_hours(minute, policy, diary.hours),
        *_in_the_way(minute, policy, diary.busy),
    )


def _bounds(policy: Policy, now_minute: int) -> tuple[int, int]:
    """Return the first minute that respects the notice, and the first that is beyond the horizon."""
    return now_minute + policy.notice, sys.maxsize if policy.horizon is None else now_minute + policy.horizon


def _start_windows(hours: Sequence[Interval], duration: int) -> list[Interval]:
    """Cut each opening interval to where a meeting may start; where none fits the end comes first."""
    windows: list[Interval] = []
    closing = following = None
    for start, end in reversed(hours):
        closing = end if closing is None or end != following else closing
        windows.append((start, min(end, closing - duration + 1)))
        following = start
    return windows[::-1]


def _blocked(busy: Iterable[Busy], policy: Policy) -> list[Interval]:
    """Return the start times that busy times forbid, sorted by where they begin; they may overlap.

    The gap on either side is the larger of the two wishes. Written out without calls: this runs for every
    busy time of every host on every page view.
    """
    before, after, length = policy.buffer_before, policy.buffer_after, policy.duration - 1
    blocked = [
        (
            start - length - (wish_before if wish_before > after else after),  # noqa: FURB136 - twice as fast as max()
            end + (wish_after if wish_after > before else before),  # noqa: FURB136 - twice as fast as max()
        )
        for start, end, _, wish_before, wish_after in busy
        if start < end
    ]
    blocked.sort(key=itemgetter(0))
    return blocked


def _sweep(
    windows: Sequence[Interval], *, blocked: Sequence[Interval], increment: int, within: Interval
) -> list[int]:
    """Walk once along windows and blocked start times; list what is on a window's grid and not blocked."""
    slots: list[int] = []
    low, high = within
    following, beyond = iter(blocked), (high, high)
    hole, hole_end = next(following, beyond)
    for anchor, window_end in windows:
        minute = anchor if anchor >= low else low + (anchor - low) % increment
        end = min(window_end, high)
        while hole < end:
            if minute < hole:
                slots.extend(range(minute, hole, increment))
            if minute < hole_end:
                minute = hole_end + (anchor - hole_end) % increment
            if hole_end > end:
                break  # it reaches on, perhaps into the next window
            hole, hole_end = next(following, beyond)
        if minute < end:
            slots.extend(range(minute, end, increment))
    return slots


def _wrong_moment(minute: int, policy: Policy, now_minute: int) -> Iterator[Reason]:
    earliest, end = _bounds(policy, now_minute)
    if minute < now_minute:
        yield Reason(Code.PAST, now_minute)
    elif minute < earliest:
        yield Reason(Code.NOTICE, earliest)
    if minute >= end:
        yield Reason(Code.HORIZON, end)


def _wrong_hours(minute: int, policy: Policy, hours: Sequence[Interval]) -> Iterator[Reason]:
    moment = minute, minute + 1
    if not (window := overlapping(hours, moment)):
        yield Reason(Code.HOURS)
        return
    closing = overlapping(merge(hours), moment)[0][1]
    if closing < minute + policy.duration:
        yield Reason(Code.DURATION_DOES_NOT_FIT, closing)
    if beyond := (minute - window[0][0]) % policy.increment:
        yield Reason(Code.INCREMENT, minute - beyond)


def _in_the_way(minute: int, policy: Policy, busy: Iterable[Busy]) -> Iterator[Reason]:
    for one in sorted(busy):
        for first, end in _blocked([one], policy):
            if one.start_minute - policy.duration < minute < one.end_minute:
                yield Reason(_TAKEN[one.kind], busy=one)
            elif first <= minute < end:
                yield Reason(
                    Code.BUFFER, first - 1 + policy.duration if minute < one.start_minute else end, one
                )
