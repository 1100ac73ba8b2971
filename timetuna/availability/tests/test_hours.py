from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timetuna.availability.hours import (
    Away,
    DayKind,
    Hours,
    SpecialDay,
    Trip,
    date_start,
    day_start,
    host_date,
    open_hours,
    open_hours_around,
    periods,
    special_days,
)
from timetuna.availability.interval import Interval, merge
from timetuna.availability.policy import Period

calm = settings(derandomize=True, max_examples=60, deadline=None, database=None)

ZONES = (
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Pacific/Chatham",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Beirut",
    "Europe/Dublin",
    "Pacific/Apia",
)
EVERY_DAY_ODD = tuple(
    (day, *window) for day in range(7) for window in ((0, 45), (75, 150), (155, 1000), (1385, 1440))
)


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) // 60


def shown(intervals: list[Interval]) -> list[str]:
    return [
        " to ".join(f"{datetime.fromtimestamp(m * 60, UTC):%d %H:%M}" for m in pair) for pair in intervals
    ]


def weekly(zone: str, *windows: tuple[int, int]) -> Hours:
    return Hours(zone=ZoneInfo(zone), weekly=tuple((day, *window) for day in range(7) for window in windows))


def one_day(zone: str, day: str, *windows: tuple[int, int]) -> list[str]:
    only = date.fromisoformat(day)
    return shown(open_hours(weekly(zone, *windows), first=only, last=only))


def windows_of(hours: Hours, day: date) -> tuple[Interval, ...]:
    """Decide by the sentences about `Hours`."""
    if any(away.first <= day <= away.last for away in hours.away):
        return ()
    if day in hours.overrides:
        return hours.overrides[day]
    return () if day in hours.holidays else tuple((s, e) for on, s, e in hours.weekly if on == day.weekday())


def zone_on(hours: Hours, day: date) -> ZoneInfo:
    return next((trip.zone for trip in hours.travel if trip.first <= day <= trip.last), hours.zone)


def date_at(hours: Hours, minute: int) -> date:
    """Return the last of the dates around that has begun where the host is on it."""
    utc_date = datetime.fromtimestamp(minute * 60, UTC).date()
    around = [utc_date + timedelta(days=more) for more in (-3, -2, -1, 0, 1, 2)]
    return max(day for day in around if day_start(day, zone=zone_on(hours, day)) <= minute)


def wall_clock_says(hours: Hours, minute: int) -> bool:
    local = datetime.fromtimestamp(minute * 60, hours.zone)
    if hours.travel:
        day = date_at(hours, minute)
        local = datetime.fromtimestamp(minute * 60, zone_on(hours, day))
        if local.date() != day:
            return False  # neither there any more nor here yet
    windows = windows_of(hours, local.date())
    return any(start <= local.hour * 60 + local.minute < end for start, end in windows)


def agrees(hours: Hours, start: int, end: int, *, step: int = 1) -> bool:
    """Walk the minutes from start until before end and ask the wall clock about each."""
    edges = [*chain.from_iterable(merge(open_hours_around(hours, span=(start, end))))]
    return all(
        bisect_right(edges, minute) % 2 == wall_clock_says(hours, minute)
        for minute in range(start, end, step)
    )


def changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the half hours from which another offset holds."""
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


def test_out_of_office_beats_an_override_which_beats_a_holiday_which_beats_the_weekday() -> None:
    monday, tuesday, wednesday, thursday = (date(2027, 3, day) for day in (1, 2, 3, 4))
    hours = Hours(
        zone=ZoneInfo("UTC"),
        weekly=tuple((day, 540, 1020) for day in range(7)),
        overrides={monday: ((600, 660),), tuesday: ((600, 660),)},
        holidays={monday: "Spring Day", tuesday: "Spring Day", wednesday: "Spring Day"},
        away=(Away(monday, monday, "Fishing"),),
    )
    span = utc("2027-03-01"), utc("2027-03-04")

    assert shown(open_hours(hours, first=monday, last=thursday)) == [
        "02 10:00 to 02 11:00",
        "04 09:00 to 04 17:00",
    ]
    assert special_days(hours, span=span) == [
        SpecialDay(utc("2027-03-01"), utc("2027-03-02"), DayKind.OUT_OF_OFFICE, "Fishing"),
        SpecialDay(utc("2027-03-02"), utc("2027-03-03"), DayKind.OVERRIDE),
        SpecialDay(utc("2027-03-03"), utc("2027-03-04"), DayKind.HOLIDAY, "Spring Day"),
    ]


def journey(zone: str, first: str, last: str) -> Hours:
    trip = Trip(date.fromisoformat(first), date.fromisoformat(last), ZoneInfo(zone))
    return Hours(zone=ZoneInfo("Europe/Berlin"), weekly=all_day(), travel=(trip,))


def all_day() -> tuple[tuple[int, int, int], ...]:
    return tuple((day, 0, 1440) for day in range(7))


def test_on_a_trip_the_hours_are_by_the_clock_there() -> None:
    trip = Trip(date(2027, 3, 2), date(2027, 3, 3), ZoneInfo("America/New_York"))
    hours = replace(weekly("Europe/Berlin", (540, 1020)), travel=(trip,))

    assert shown(open_hours(hours, first=date(2027, 3, 1), last=date(2027, 3, 4))) == [
        "01 08:00 to 01 16:00",
        "02 14:00 to 02 22:00",
        "03 14:00 to 03 22:00",
        "04 08:00 to 04 16:00",
    ]


def test_a_flight_westwards_leaves_a_gap_and_the_flight_back_cuts_the_last_date_short() -> None:
    hours = journey("America/New_York", "2027-03-02", "2027-03-02")

    assert shown(open_hours(hours, first=date(2027, 3, 1), last=date(2027, 3, 3))) == [
        "28 23:00 to 01 23:00",
        "02 05:00 to 02 23:00",
        "02 23:00 to 03 23:00",
    ]


def test_a_flight_over_the_date_line_may_leave_nothing_of_a_date() -> None:
    hours = replace(
        journey("Pacific/Kiritimati", "2027-03-03", "2027-03-09"), zone=ZoneInfo("Pacific/Pago_Pago")
    )

    assert shown(open_hours(hours, first=date(2027, 3, 1), last=date(2027, 3, 3))) == [
        "01 11:00 to 02 10:00",
        "02 10:00 to 03 10:00",
    ]
    assert host_date(hours, utc("2027-03-02T10:00")) == date(2027, 3, 3)
    assert date_start(hours, date(2027, 3, 2)) == date_start(hours, date(2027, 3, 3))


def test_of_two_trips_on_one_date_the_first_given_holds() -> None:
    tokyo = Trip(date(2027, 3, 1), date(2027, 3, 2), ZoneInfo("Asia/Tokyo"))
    delhi = Trip(date(2027, 3, 2), date(2027, 3, 3), ZoneInfo("Asia/Kolkata"))
    hours = replace(weekly("UTC", (540, 600)), travel=(tokyo, delhi))

    assert shown(open_hours(hours, first=date(2027, 3, 1), last=date(2027, 3, 4))) == [
        "01 00:00 to 01 01:00",
        "02 00:00 to 02 01:00",
        "03 03:30 to 03 04:30",
        "04 09:00 to 04 10:00",
    ]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period.DAY, ["27 23:00 to 28 22:00", "28 22:00 to 29 22:00"]),
        (Period.WEEK, ["21 23:00 to 28 22:00", "28 22:00 to 04 22:00"]),
        (Period.MONTH, ["28 23:00 to 31 22:00"]),
    ],
)
def test_periods_are_as_long_as_the_host_has_them(period: Period, expected: list[str]) -> None:
    span = utc("2027-03-28T12:00"), utc("2027-03-29T12:00")

    assert shown(periods(weekly("Europe/Berlin"), period=period, span=span)) == expected


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


windows = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda window: window[0] < window[1])


zones = st.sampled_from((*ZONES, "Pacific/Kiritimati", "Pacific/Pago_Pago")).map(ZoneInfo)
days = st.integers(-6, 6).map(lambda more: date(2027, 3, 28) + timedelta(days=more))
ranges = st.tuples(days, st.integers(0, 4)).map(lambda of: (of[0], of[0] + timedelta(days=of[1])))
any_hours = st.builds(
    Hours,
    zone=zones,
    weekly=st.lists(st.tuples(st.integers(0, 6), windows).map(lambda of: (of[0], *of[1])), max_size=12).map(
        tuple
    ),
    overrides=st.dictionaries(days, st.lists(windows, max_size=2).map(tuple), max_size=3),
    holidays=st.dictionaries(days, st.just("Easter"), max_size=2),
    away=st.lists(ranges.map(lambda of: Away(*of, "Fishing")), max_size=1).map(tuple),
    travel=st.lists(st.builds(lambda of, zone: Trip(*of, zone), ranges, zones), max_size=3).map(tuple),
)


@calm
@given(any_hours)
def test_any_hours_agree_with_the_wall_clock(hours: Hours) -> None:
    assert agrees(hours, utc("2027-03-21T07:13"), utc("2027-04-06T12:00"), step=7)


@calm
@given(any_hours)
def test_intervals_are_disjoint_and_each_lies_in_one_of_the_hosts_dates(hours: Hours) -> None:
    opened = open_hours(hours, first=date(2027, 3, 20), last=date(2027, 4, 5))

    assert all(ours[1] <= theirs[0] for ours, theirs in pairwise(opened))
    assert all(host_date(hours, start) == host_date(hours, end - 1) for start, end in opened)


@calm
@given(any_hours, st.integers(0, 14 * 1440))
def test_every_minute_lies_in_the_host_date_that_began_last(hours: Hours, more: int) -> None:
    minute = utc("2027-03-21") + more

    day = host_date(hours, minute)

    assert day == date_at(hours, minute)
    assert date_start(hours, day) <= minute < date_start(hours, day + timedelta(days=1))


@calm
@given(any_hours, st.sampled_from(Period), st.integers(0, 14 * 1440), st.integers(1, 40 * 1440))
def test_periods_follow_each_other_and_hold_whole_dates(
    hours: Hours, period: Period, more: int, length: int
) -> None:
    span = utc("2027-03-21") + more, utc("2027-03-21") + more + length

    found = periods(hours, period=period, span=span)

    assert all(ours[1] == theirs[0] for ours, theirs in pairwise(found))
    assert found[0][0] <= span[0]
    assert span[1] < found[-1][1]
    for start, end in found:
        if start < end:
            first, last = host_date(hours, start), host_date(hours, end - 1)
            following = host_date(hours, end)
            named = {
                Period.DAY: [each.isoformat() for each in (first, last, following)],
                Period.WEEK: [f"{each:%G-%V}" for each in (first, last, following)],
                Period.MONTH: [f"{each:%Y-%m}" for each in (first, last, following)],
            }[period]
            assert named[0] == named[1] != named[2]


@calm
@given(any_hours)
def test_special_days_are_those_something_else_decides_about(hours: Hours) -> None:
    span = utc("2027-03-21"), utc("2027-04-05")

    said = {host_date(hours, day.start_minute): day for day in special_days(hours, span=span)}

    for more in range(15):
        day = date(2027, 3, 21) + timedelta(days=more)
        if date_start(hours, day) == date_start(hours, day + timedelta(days=1)):
            continue
        kind, label = said[day].kind if day in said else None, said[day].label if day in said else ""
        if any(away.first <= day <= away.last for away in hours.away):
            assert (kind, label) == (DayKind.OUT_OF_OFFICE, "Fishing")
        elif day in hours.overrides:
            assert (kind, label) == (DayKind.OVERRIDE, "")
        elif day in hours.holidays:
            assert (kind, label) == (DayKind.HOLIDAY, "Easter")
        else:
            assert kind is None


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


@pytest.mark.parametrize("kind", ["away", "travel"])
def test_a_range_of_dates_that_ends_before_it_begins_is_refused(kind: str) -> None:
    backwards = Trip(date(2027, 3, 2), date(2027, 3, 1), ZoneInfo("UTC"))

    with pytest.raises(ValueError, match=r"^A range of dates ends no sooner than it begins"):
        Hours(zone=ZoneInfo("UTC"), **{kind: (backwards,)})
