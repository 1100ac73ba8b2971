"""Caps, and all rules at once against the minute walk of wall_clock.py."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timetuna.availability.caps import FullPeriod, counted_span, full_periods
from timetuna.availability.hours import (
    Cap,
    CapScope,
    Hours,
    Period,
    Policy,
    Trip,
    open_hours_around,
    special_days,
)
from timetuna.availability.interval import Interval
from timetuna.availability.slots import Busy, Diary, Kind, open_slots, why_not
from timetuna.availability.tests.strategies import any_hours, calm
from timetuna.availability.tests.wall_clock import date_at, is_listed, utc, walked, weekly

ONE_A_DAY = Cap(Period.DAY, CapScope.PAGE, 1)
TWO_A_DAY_IN_ALL = Cap(Period.DAY, CapScope.HOST, 2)
BERLIN = weekly("Europe/Berlin")
MONDAY = utc("2027-02-28T23:00"), utc("2027-03-01T22:59")


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ({CapScope.PAGE: [utc("2027-02-28T22:59")]}, []),
        ({CapScope.PAGE: [utc("2027-02-28T23:00")]}, [ONE_A_DAY]),
        ({CapScope.PAGE: [utc("2027-03-01T22:59")]}, [ONE_A_DAY]),
        ({CapScope.PAGE: [utc("2027-03-01T23:00")]}, []),
        ({CapScope.HOST: [utc("2027-03-01T12:00")]}, []),
        ({CapScope.HOST: [utc("2027-03-01T12:00"), utc("2027-03-01T09:00")]}, [TWO_A_DAY_IN_ALL]),
        (
            {CapScope.HOST: [utc("2027-03-01T12:00")] * 3, CapScope.PAGE: [utc("2027-03-01T12:00")]},
            [ONE_A_DAY, TWO_A_DAY_IN_ALL],
        ),
    ],
)
def test_a_cap_counts_its_scope_in_the_hosts_own_day(
    starts: Mapping[CapScope, Sequence[int]], expected: list[Cap]
) -> None:
    full = full_periods(BERLIN, caps=[ONE_A_DAY, TWO_A_DAY_IN_ALL], starts=starts, span=MONDAY)

    assert full == [FullPeriod(MONDAY[0], MONDAY[1] + 1, cap) for cap in expected]


def test_on_a_trip_the_day_is_the_one_there() -> None:
    trip = Trip(date(2027, 3, 1), date(2027, 3, 1), ZoneInfo("America/New_York"))
    hours = Hours(zone=ZoneInfo("Europe/Berlin"), travel=(trip,))
    start = utc("2027-03-01T12:00")

    assert full_periods(hours, caps=[ONE_A_DAY], starts={CapScope.PAGE: [start]}, span=(start, start)) == [
        FullPeriod(utc("2027-03-01T05:00"), utc("2027-03-01T23:00"), ONE_A_DAY)
    ]


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ((), MONDAY),
        ((Period.DAY,), (utc("2027-02-28T23:00"), utc("2027-03-01T23:00"))),
        ((Period.DAY, Period.WEEK), (utc("2027-02-28T23:00"), utc("2027-03-07T23:00"))),
        ((Period.WEEK, Period.MONTH), (utc("2027-02-28T23:00"), utc("2027-03-31T22:00"))),
    ],
)
def test_what_has_to_be_counted(periods: tuple[Period, ...], expected: Interval) -> None:
    caps = [Cap(period, CapScope.HOST, 3) for period in periods]

    assert counted_span(BERLIN, caps=caps, span=MONDAY) == expected


def test_a_cap_of_none_closes_every_day() -> None:
    full = full_periods(BERLIN, caps=[Cap(Period.DAY, CapScope.HOST, 0)], starts={}, span=MONDAY)

    assert [(one.start_minute, one.end_minute) for one in full] == [(MONDAY[0], MONDAY[1] + 1)]


SPAN = utc("2027-03-26T16:00"), utc("2027-03-29T05:00")
around = st.integers(SPAN[0] - 3000, SPAN[1] + 3000)
NAMES = {Period.DAY: "%F", Period.WEEK: "%G-%V", Period.MONTH: "%Y-%m"}


def is_capped(hours: Hours, caps: list[Cap], starts: Mapping[CapScope, Sequence[int]], minute: int) -> bool:
    """Count by the names of dates, weeks and months."""
    return any(
        Counter(f"{date_at(hours, start):{NAMES[cap.period]}}" for start in starts.get(cap.scope, ()))[
            f"{date_at(hours, minute):{NAMES[cap.period]}}"
        ]
        >= cap.most
        for cap in caps
    )


@calm
@given(
    hours=any_hours,
    policy=st.builds(
        Policy,
        duration=st.integers(1, 400),
        increment=st.integers(1, 90),
        buffer_before=st.integers(0, 90),
        notice=st.integers(0, 900),
        horizon=st.none() | st.integers(2000, 6000),
    ),
    busy=st.lists(
        st.builds(
            lambda start, length: Busy(start, start + length, Kind.BOOKING, 0, 30),
            around,
            st.integers(0, 300),
        ),
        max_size=4,
    ),
    caps=st.lists(
        st.builds(Cap, st.sampled_from(Period), st.sampled_from(CapScope), st.integers(1, 3)), max_size=2
    ),
    starts=st.dictionaries(st.sampled_from(CapScope), st.lists(around, max_size=6)),
)
def test_all_rules_at_once_agree_with_the_minute_walk(
    hours: Hours, policy: Policy, busy: list[Busy], caps: list[Cap], starts: dict[CapScope, list[int]]
) -> None:
    now = SPAN[0] + 200
    kept = walked(hours, policy, busy=busy, now=now, span=SPAN)
    expected = [minute for minute in kept if not is_capped(hours, caps, starts, minute)]

    def diary(span: Interval) -> Diary:
        first, end = counted_span(hours, caps=caps, span=span)
        counted = {scope: [one for one in ours if first <= one < end] for scope, ours in starts.items()}
        return Diary(
            open_hours_around(hours, span=span),
            busy=busy,
            full=full_periods(hours, caps=caps, starts=counted, span=span),
            special=special_days(hours, span=span),
        )

    month = diary(SPAN)
    assert open_slots(month, policy=policy, now_minute=now, span=SPAN) == expected
    for minute in {*expected[:20], *range(*SPAN, 97)}:
        moment = diary((minute, minute + 1))
        assert is_listed(moment, minute=minute, policy=policy, now_minute=now) == (minute in expected)
        told = why_not(moment, minute=minute, policy=policy, now_minute=now)
        assert told == why_not(month, minute=minute, policy=policy, now_minute=now)
        assert (told == ()) == (minute in expected)
