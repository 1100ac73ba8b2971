from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timetuna.availability.hours import Hours, day_start, open_hours, open_hours_around
from timetuna.availability.interval import Interval, merge
from timetuna.availability.tests.strategies import ZONES, any_hours, calm
from timetuna.availability.tests.wall_clock import shown, stretch_at, utc, weekly

EVERY_DAY_ODD = tuple(
    (day, *window) for day in range(7) for window in ((0, 45), (75, 150), (155, 1000), (1385, 1440))
)


def one_day(zone: str, day: str, *windows: tuple[int, int]) -> list[str]:
    only = date.fromisoformat(day)
    return shown(open_hours(weekly(zone, *windows), first=only, last=only))


def agrees(hours: Hours, start: int, end: int, *, step: int = 1) -> bool:
    """Walk the minutes from start until before end and ask the wall clock about each."""
    edges = [*chain.from_iterable(merge(open_hours_around(hours, span=(start, end))))]
    return all(
        bisect_right(edges, minute) % 2 == (stretch_at(hours, minute) is not None)
        for minute in range(start, end, step)
    )


def changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    moments = [first + timedelta(minutes=30 * n) for n in range((last - first) // timedelta(minutes=30))]
    for before, after in pairwise(moments):
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield after


def test_an_ordinary_day() -> None:
    assert one_day("Europe/Berlin", "2027-03-01", (540, 720), (780, 1020)) == [
        "01 08:00 to 01 11:00",
        "01 12:00 to 01 16:00",
    ]


def test_weekdays_count_from_monday() -> None:
    hours = Hours(zone=ZoneInfo("UTC"), weekly=((0, 0, 60), (6, 60, 120)))

    assert shown(open_hours(hours, first=date(2027, 3, 1), last=date(2027, 3, 7))) == [
        "01 00:00 to 01 01:00",
        "07 01:00 to 07 02:00",
    ]


def test_overlapping_and_touching_windows_of_a_day_are_one() -> None:
    assert one_day("UTC", "2027-03-01", (600, 660), (540, 610), (660, 700)) == ["01 09:00 to 01 11:40"]


def test_days_that_touch_at_midnight_stay_two() -> None:
    hours = weekly("UTC", (0, 1440))

    assert shown(open_hours(hours, first=date(2027, 3, 1), last=date(2027, 3, 2))) == [
        "01 00:00 to 02 00:00",
        "02 00:00 to 03 00:00",
    ]


def test_an_override_stands_in_place_of_the_weekday() -> None:
    hours = Hours(
        zone=ZoneInfo("UTC"),
        weekly=((0, 540, 1020), (1, 540, 1020)),
        overrides={date(2027, 3, 1): (), date(2027, 3, 3): ((0, 30), (600, 660))},
    )

    assert shown(open_hours(hours, first=date(2027, 3, 1), last=date(2027, 3, 3))) == [
        "02 09:00 to 02 17:00",
        "03 00:00 to 03 00:30",
        "03 10:00 to 03 11:00",
    ]


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        pytest.param((60, 300), ["28 00:00 to 28 03:00"], id="over the missing hour: an hour shorter"),
        pytest.param((120, 180), [], id="exactly the missing hour"),
        pytest.param((130, 170), [], id="inside the missing hour"),
        pytest.param((150, 240), ["28 01:00 to 28 02:00"], id="begins when the clock has jumped"),
        pytest.param((60, 150), ["28 00:00 to 28 01:00"], id="ends when the clock jumps"),
    ],
)
def test_spring_in_berlin(window: Interval, expected: list[str]) -> None:
    assert one_day("Europe/Berlin", "2027-03-28", window) == expected


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        pytest.param((60, 240), ["24 23:00 to 25 03:00"], id="over the repeated hour: an hour longer"),
        pytest.param((120, 180), ["25 00:00 to 25 02:00"], id="exactly the repeated hour: twice"),
        pytest.param(
            (130, 170), ["25 00:10 to 25 00:50", "25 01:10 to 25 01:50"], id="inside it: twice, apart"
        ),
        pytest.param(
            (60, 150), ["24 23:00 to 25 00:30", "25 01:00 to 25 01:30"], id="ends in it: closed between"
        ),
        pytest.param((150, 240), ["25 00:30 to 25 01:00", "25 01:30 to 25 03:00"], id="begins in it"),
    ],
)
def test_autumn_in_berlin(window: Interval, expected: list[str]) -> None:
    assert one_day("Europe/Berlin", "2026-10-25", window) == expected


def test_windows_on_both_sides_of_the_missing_hour_stay_two() -> None:
    assert one_day("Europe/Berlin", "2027-03-28", (60, 120), (180, 240)) == [
        "28 00:00 to 28 01:00",
        "28 01:00 to 28 02:00",
    ]


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Australia/Lord_Howe", "2027-04-04", 24 * 60 + 30),
        ("Australia/Lord_Howe", "2027-10-03", 24 * 60 - 30),
        ("Antarctica/Troll", "2027-03-28", 22 * 60),
        ("Antarctica/Troll", "2027-10-31", 26 * 60),
        ("Africa/Cairo", "2027-04-30", 23 * 60),
        ("Africa/Cairo", "2027-10-28", 25 * 60),
        ("Asia/Beirut", "2027-03-28", 23 * 60),
        ("Asia/Beirut", "2027-10-30", 25 * 60),
        ("America/Santiago", "2027-09-05", 23 * 60),
        ("Asia/Kathmandu", "2027-10-31", 24 * 60),
        ("Pacific/Apia", "2011-12-29", 24 * 60),
        ("Pacific/Apia", "2011-12-30", 0),
    ],
)
def test_a_whole_day_is_as_long_as_it_is(zone: str, day: str, length: int) -> None:
    only = date.fromisoformat(day)

    opened = open_hours(weekly(zone, (0, 1440)), first=only, last=only)

    assert sum(end - start for start, end in opened) == length
    assert (
        day_start(only + timedelta(days=1), zone=ZoneInfo(zone)) - day_start(only, zone=ZoneInfo(zone))
        == length
    )


@pytest.mark.parametrize("zone", ZONES)
def test_the_wall_clock_agrees_over_two_years(zone: str) -> None:
    assert agrees(weekly(zone, (8, 615), (1385, 1440)), utc("2026-01-01"), utc("2028-01-01"), step=61)


@pytest.mark.parametrize("zone", ZONES)
def test_the_wall_clock_agrees_in_every_minute_around_each_change(zone: str) -> None:
    hours = Hours(zone=ZoneInfo(zone), weekly=EVERY_DAY_ODD)
    for change in changes(hours.zone, datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)):
        minute = int(change.timestamp()) // 60
        assert agrees(hours, minute - 1560, minute + 1560), change


def test_the_wall_clock_agrees_where_a_date_was_skipped() -> None:
    hours = Hours(zone=ZoneInfo("Pacific/Apia"), weekly=EVERY_DAY_ODD)

    assert agrees(hours, utc("2011-12-28"), utc("2012-01-02"))
    assert open_hours(hours, first=date(2011, 12, 30), last=date(2011, 12, 30)) == []


def test_the_wall_clock_agrees_where_midnight_itself_came_twice() -> None:
    hours = Hours(zone=ZoneInfo("America/St_Johns"), weekly=EVERY_DAY_ODD)

    assert agrees(hours, utc("2010-11-05"), utc("2010-11-09"))


@calm
@given(any_hours)
def test_any_hours_agree_with_the_wall_clock(hours: Hours) -> None:
    assert agrees(hours, utc("2027-03-21T07:13"), utc("2027-04-06T12:00"), step=7)


@calm
@given(st.sampled_from(ZONES), st.integers(0, 400), st.integers(0, 60), st.integers(0, 5))
def test_the_dates_asked_for_do_not_change_an_interval(zone: str, day: int, more: int, sooner: int) -> None:
    hours = Hours(zone=ZoneInfo(zone), weekly=EVERY_DAY_ODD)
    first = date(2026, 9, 1) + timedelta(days=day)

    few = open_hours(hours, first=first, last=first)
    many = open_hours(hours, first=first - timedelta(days=sooner), last=first + timedelta(days=more))

    assert set(few) <= set(many)


@pytest.mark.parametrize("window", [(0, 0, 1441), (0, -1, 60), (0, 60, 60), (7, 0, 60), (-1, 0, 60)])
def test_hours_that_cannot_be_are_refused(window: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"^(Hours start before they end|A weekday is a number)"):
        Hours(zone=ZoneInfo("UTC"), weekly=(window,))


def test_overrides_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^Hours start before they end"):
        Hours(zone=ZoneInfo("UTC"), overrides={date(2027, 3, 1): ((600, 540),)})
