"""Where a time stands on a date: beside which others, and how far below which hour, whatever the clocks do."""

from datetime import date, datetime
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timetuna.availability.interval import minute_of, moment_of
from timetuna.bookings.status.day_grid import Column, axis_of, hours_at, whole_axis
from timetuna.bookings.status.lanes import Lane, lanes

TIMES = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60)).map(lambda one: (one[0], one[0] + one[1])), max_size=25
)


@given(TIMES)
@settings(max_examples=200)
def test_no_two_that_overlap_share_a_lane_and_there_are_no_more_lanes_than_needed(times):
    placed = lanes(times)

    for (one, here), (other, there) in combinations(zip(times, placed, strict=True), 2):
        if one[0] < other[1] and other[0] < one[1]:
            ours, theirs = ({*range(lane.number, lane.number + lane.width)} for lane in (here, there))
            assert here.of == there.of
            assert not ours & theirs
    for time, lane in zip(times, placed, strict=True):
        assert 0 <= lane.number < lane.number + lane.width <= lane.of
        if lane.of > 1:
            assert any(time[0] < end and start < time[1] for start, end in times if (start, end) is not time)
    deepest = max((sum(start <= at < end for start, end in times) for at, _ in times), default=0)
    assert max((lane.of for lane in placed), default=0) == deepest


def test_who_has_free_lanes_behind_takes_them():
    assert lanes([(0, 60), (0, 30), (0, 30), (30, 60)]) == [Lane(0, 3), Lane(1, 3), Lane(2, 3), Lane(1, 3, 2)]
    assert lanes([(0, 30), (30, 60)]) == [Lane(0, 1), Lane(0, 1)]


def column(zone, day):
    return Column.of(date.fromisoformat(day), ZoneInfo(zone))


BERLIN, HOWE = "Europe/Berlin", "Australia/Lord_Howe"
FORWARD, BACK = "Clocks go forward: {} hours", "Clocks go back: {} hours"
LENGTHS = [
    (BERLIN, "2026-11-25", (-12, 12), "", [], ""),
    (BERLIN, "2026-03-29", (-11, 12), FORWARD.format(23), [(-12, -11)], "00:00 CET, 01:00 CET"),
    (BERLIN, "2026-10-25", (-13, 12), BACK.format(25), [], "00:00 CEST, 01:00 CEST, 02:00 CEST"),
    ("America/Santiago", "2026-04-04", (-12, 13), BACK.format(25), [], "23:00 UTC-4"),
    (
        HOWE,
        "2026-10-04",
        (-11.5, 12),
        FORWARD.format("23:30"),
        [(-12, -11.5)],
        "00:30 UTC+10:30, 01:30 UTC+10:30",
    ),
    ("Pacific/Apia", "2011-12-30", (0, 0), "This date is skipped here.", [(-12, 0), (0, 12)], ""),
]


@pytest.mark.parametrize(("zone", "day", "hours", "note", "voids", "marks"), LENGTHS)
def test_a_date_is_as_long_as_it_is_and_its_hours_stand_beside_the_same_hours(
    zone, day, hours, note, voids, marks
):
    one = column(zone, day)
    axis = min(-720, one.whole()[0]), max(720, one.whole()[1])

    assert one.whole() == tuple(round(60 * hour) for hour in hours)
    assert (one.note(), [(start / 60, end / 60) for start, end in one.voids(axis)]) == (note, voids)
    assert ", ".join(mark.label for mark in one.marks(axis)) == marks


@pytest.mark.parametrize("zone", [BERLIN, "America/Santiago", HOWE, "Asia/Kathmandu", "Africa/Cairo"])
def test_noon_is_noon_and_what_begins_at_ten_stands_at_ten_on_every_date(zone):
    for number in range(366):
        one = Column.of(date.fromordinal(date(2026, 1, 1).toordinal() + number), ZoneInfo(zone))
        ten = minute_of(datetime(one.day.year, one.day.month, one.day.day, 10, tzinfo=ZoneInfo(zone)))

        assert moment_of(one.noon).astimezone(one.zone).strftime("%H:%M") == "12:00"
        assert one.piece((ten, ten + 60)) == (-120, -60)
        assert one.piece((one.start - 30, one.start)) is None
        assert one.is_filled_by((one.start, one.end))


def test_the_hours_that_are_shown_hold_what_is_there_and_the_usual_ones():
    days = [column(BERLIN, f"2026-10-{day}") for day in (24, 25)]

    assert axis_of(days, []) == (-240, 360)
    assert axis_of(days, [(-310, -300), (361, 500)]) == (-360, 540)
    assert whole_axis(days) == (-780, 720)
    marks = hours_at(whole_axis(days))
    assert [(mark.top, mark.label) for mark in (marks[0], marks[-1])] == [(60, "00:00"), (1440, "23:00")]
