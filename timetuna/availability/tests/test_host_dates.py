from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timetuna.availability.hours import (
    Away,
    DayKind,
    Hours,
    Period,
    SpecialDay,
    Trip,
    date_start,
    host_date,
    open_hours,
    periods,
    special_days,
)
from timetuna.availability.tests.strategies import any_hours, calm
from timetuna.availability.tests.wall_clock import date_at, shown, utc, weekly


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

    said = {
        day: one
        for one in special_days(hours, span=span)
        if (day := host_date(hours, one.start_minute))
        and one[:2] == (date_start(hours, day), date_start(hours, day + timedelta(days=1)))
    }

    for more in range(15):
        day = date(2027, 3, 21) + timedelta(days=more)
        if date_start(hours, day) == date_start(hours, day + timedelta(days=1)):
            continue
        kind, label = said[day].kind if day in said else None, said[day].label if day in said else ""
        if any(away.on(day) == (0, 1440) for away in hours.away):
            assert (kind, label) == (DayKind.OUT_OF_OFFICE, "Fishing")
        elif day in hours.overrides:
            assert (kind, label) == (DayKind.OVERRIDE, "")
        elif day in hours.holidays:
            assert (kind, label) == (DayKind.HOLIDAY, "Easter")
        elif any(away.on(day) for away in hours.away):
            assert kind in {None, DayKind.OUT_OF_OFFICE}  # a part is all of a date that a trip cuts short
        else:
            assert kind is None


def test_a_part_may_be_all_there_is_of_a_date_that_a_flight_cuts_short() -> None:
    day = date(2027, 3, 2)
    there = journey("America/New_York", "2027-03-02", "2027-03-02")
    hours = replace(there, away=(Away(day, day, "Flight", 0, 1_100),))

    assert special_days(hours, span=(utc("2027-03-02T12:00"), utc("2027-03-02T13:00"))) == [
        SpecialDay(utc("2027-03-02T05:00"), utc("2027-03-02T23:00"), DayKind.OUT_OF_OFFICE, "Flight")
    ]


@pytest.mark.parametrize("kind", ["away", "travel"])
def test_a_range_of_dates_that_ends_before_it_begins_is_refused(kind: str) -> None:
    backwards = Trip(date(2027, 3, 2), date(2027, 3, 1), ZoneInfo("UTC"))

    with pytest.raises(ValueError, match=r"^A range of dates ends no sooner than it begins"):
        Hours(zone=ZoneInfo("UTC"), **{kind: (backwards,)})


def test_part_of_a_date_is_away_and_says_so() -> None:
    """From Monday noon until Wednesday 10:00, by the wall clock, over the clock change of Sunday morning, too."""
    hours = replace(
        weekly("Europe/Berlin", (9 * 60, 17 * 60)),
        away=(
            Away(date(2027, 3, 1), date(2027, 3, 3), "Fishing", 12 * 60, 10 * 60),
            Away(date(2027, 3, 5), date(2027, 3, 5), "Dentist", 11 * 60, 12 * 60),
        ),
        overrides={date(2027, 3, 3): ((8 * 60, 11 * 60),)},
    )

    opened = open_hours(hours, first=date(2027, 3, 1), last=date(2027, 3, 5))
    said = special_days(hours, span=(utc("2027-03-01"), utc("2027-03-05T12:00")))

    assert shown(opened) == [
        "01 08:00 to 01 11:00",
        "03 09:00 to 03 10:00",
        "04 08:00 to 04 16:00",
        "05 08:00 to 05 10:00",
        "05 11:00 to 05 16:00",
    ]
    assert [(shown([one[:2]])[0], one.kind, one.label) for one in said] == [
        ("01 11:00 to 01 23:00", DayKind.OUT_OF_OFFICE, "Fishing"),
        ("01 23:00 to 02 23:00", DayKind.OUT_OF_OFFICE, "Fishing"),
        ("02 23:00 to 03 09:00", DayKind.OUT_OF_OFFICE, "Fishing"),
        ("02 23:00 to 03 23:00", DayKind.OVERRIDE, ""),
        ("05 10:00 to 05 11:00", DayKind.OUT_OF_OFFICE, "Dentist"),
    ]


def test_hours_away_end_after_they_begin() -> None:
    with pytest.raises(ValueError, match=r"^Hours start before they end"):
        Hours(zone=ZoneInfo("UTC"), away=(Away(date(2027, 3, 2), date(2027, 3, 2), "", 600, 600),))
