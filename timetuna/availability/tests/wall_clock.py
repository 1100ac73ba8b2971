"""The sentences about hours and start times, decided a minute at a time by asking the wall clock.

Independent of the engine: they share the values both are given, and where a date begins in a zone.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from timetuna.availability.hours import Away, Hours, Policy, day_start
from timetuna.availability.interval import Interval
from timetuna.availability.slots import Busy, Diary, open_slots

LONGEST = 26 * 60  # the longest local day, and so the longest stretch of open minutes


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) // 60


def shown(intervals: list[Interval]) -> list[str]:
    return [
        " to ".join(f"{datetime.fromtimestamp(m * 60, UTC):%d %H:%M}" for m in pair) for pair in intervals
    ]


def weekly(zone: str, *windows: tuple[int, int]) -> Hours:
    return Hours(zone=ZoneInfo(zone), weekly=tuple((day, *window) for day in range(7) for window in windows))


def windows_of(hours: Hours, day: date) -> tuple[Interval, ...]:
    """Decide by the sentences about `Hours`."""
    weekday = tuple((s, e) for on, s, e in hours.weekly if on == day.weekday())
    usual = hours.overrides.get(day, () if day in hours.holidays else weekday)
    return (
        without(usual, hours.away, day) if any(one.first <= day <= one.last for one in hours.away) else usual
    )


@lru_cache
def without(windows: tuple[Interval, ...], away: tuple[Away, ...], day: date) -> tuple[Interval, ...]:
    """Minute by minute: what is left where the host is there."""
    return tuple(
        (minute, minute + 1)
        for minute in range(1440)
        if any(start <= minute < end for start, end in windows)
        and not any((one.first, one.start) <= (day, minute) < (one.last, one.end) for one in away)
    )


def zone_on(hours: Hours, day: date) -> ZoneInfo:
    return next((trip.zone for trip in hours.travel if trip.first <= day <= trip.last), hours.zone)


def date_at(hours: Hours, minute: int) -> date:
    """The last of the dates around that has begun where the host is on it."""
    utc_date = datetime.fromtimestamp(minute * 60, UTC).date()
    around = [utc_date + timedelta(days=more) for more in (-3, -2, -1, 0, 1, 2)]
    return max(day for day in around if day_start(day, zone=zone_on(hours, day)) <= minute)


@lru_cache
def stretches(windows: tuple[Interval, ...]) -> list[int | None]:
    """For each minute of a day the one its stretch of open minutes begins with; None where closed."""
    found: list[int | None] = []
    for minute in range(1440):
        began = found[-1] if found else None
        is_open = any(start <= minute < end for start, end in windows)
        found.append((minute if began is None else began) if is_open else None)
    return found


def stretch_at(hours: Hours, minute: int) -> tuple[date, int] | None:
    """By which date and stretch of that date a UTC minute is open; None if it is not."""
    local = datetime.fromtimestamp(minute * 60, hours.zone)
    if hours.travel:
        day = date_at(hours, minute)
        local = datetime.fromtimestamp(minute * 60, zone_on(hours, day))
        if local.date() != day:
            return None  # neither there any more nor here yet
    began = stretches(windows_of(hours, local.date()))[local.hour * 60 + local.minute]
    return None if began is None else (local.date(), began)


def fitting_starts(hours: Hours, policy: Policy, *, span: Interval) -> Iterator[int]:
    """The minutes within the span that are whole increments into an opening, and whose meeting fits."""
    minutes = range(span[0] - LONGEST, span[1] + policy.duration)
    labels = {minute: stretch_at(hours, minute) for minute in minutes}
    anchor = closed = minutes[0]
    opened: set[int] = set()
    for minute in minutes:
        if labels[minute] is None:
            closed = minute
        elif labels[minute] != labels.get(minute - 1):
            anchor = minute
        if labels[minute] is not None and (minute - anchor) % policy.increment == 0:
            opened.add(minute)
        start = minute - policy.duration + 1
        if start in opened and closed < start and span[0] <= start < span[1]:
            yield start


def keeps_its_distance(start: int, busy: Busy, policy: Policy) -> bool:
    end = start + policy.duration
    if busy.start_minute >= busy.end_minute:
        return True
    if busy.end_minute <= start:
        return start - busy.end_minute >= max(busy.buffer_after, policy.buffer_before)
    if end <= busy.start_minute:
        return busy.start_minute - end >= max(policy.buffer_after, busy.buffer_before)
    return False


def walked(hours: Hours, policy: Policy, *, busy: Sequence[Busy], now: int, span: Interval) -> list[int]:
    end = span[1] if policy.horizon is None else now + policy.horizon
    return [
        minute
        for minute in fitting_starts(hours, policy, span=span)
        if now + policy.notice <= minute < end
        and all(keeps_its_distance(minute, one, policy) for one in busy)
    ]


def is_listed(diary: Diary, *, minute: int, policy: Policy, now_minute: int) -> bool:
    """Whether the engine offers that very minute."""
    return open_slots(diary, policy=policy, now_minute=now_minute, span=(minute, minute + 1)) == [minute]
