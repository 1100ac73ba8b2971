"""Every clock change of a zone: the engine's times around it compared with a walk through the minutes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from timetuna.availability.hours import Hours, Policy, open_hours_around
from timetuna.availability.slots import Busy, Diary, Kind, open_slots
from timetuna.availability.tests.wall_clock import walked

FIRST_YEAR, LAST_YEAR = 2025, 2037
AROUND = 36 * 60
STEP = 6 * 60

ODD = tuple(
    (day, *window)
    for day in range(7)
    for window in ((0, 45), (75, 150), (155, 615), (615, 1000), (1385, 1440))
)
POLICY = Policy(duration=25, increment=10, buffer_before=5, buffer_after=15)


def clock_changes(zone: ZoneInfo) -> list[int]:
    """The UTC minutes from which another offset holds, none missed that lasts six hours."""
    first, end = (
        int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) // 60 for year in (FIRST_YEAR, LAST_YEAR + 1)
    )
    steps = ((minute, offset(minute, zone)) for minute in range(first, end + 1, STEP))
    return [
        next(minute for minute in range(before, after + 1) if offset(minute, zone) != old)
        for (before, old), (after, new) in pairwise(steps)
        if old != new
    ]


def offset(minute: int, zone: ZoneInfo) -> object:
    return datetime.fromtimestamp(minute * 60, zone).utcoffset()


def differences(zone: ZoneInfo, change: int) -> tuple[int, set[int]]:
    """How many times are offered within 36 hours of a change, and those the two do not agree about."""
    hours, span = Hours(zone=zone, weekly=ODD), (change - AROUND, change + AROUND)
    busy = list(meetings(change))
    diary = Diary(open_hours_around(hours, span=span), busy)

    offered = open_slots(diary, policy=POLICY, now_minute=span[0], span=span)
    expected = walked(hours, POLICY, busy=busy, now=span[0], span=span)

    return len(expected), set(offered) ^ set(expected)


def meetings(change: int) -> Iterator[Busy]:
    for start, length in ((-190, 20), (-7, 9), (101, 30)):
        yield Busy(change + start, change + start + length, Kind.BOOKING, 10, 10)
