"""No text in the night of whom it goes to."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timetuna.bookings.notifications.quiet_hours import LEAST_AHEAD, is_quiet, moment_outside

BERLIN = ZoneInfo("Europe/Berlin")


def at(clock, day=10, zone=BERLIN):
    hour, minute = map(int, clock.split(":"))
    return datetime(2027, 3, day, hour, minute, tzinfo=zone).astimezone(UTC)


def went(due, start, *, now=None):
    moment = moment_outside(due, start=start, zone=BERLIN, now=now or at("12:00", 1))
    assert moment.tzinfo is UTC
    return moment


@pytest.mark.parametrize(
    ("clock", "quiet"), [("7:59", True), ("8:00", False), ("20:59", False), ("21:00", True), ("0:00", True)]
)
def test_the_night_begins_at_nine_and_ends_at_eight(clock, quiet):
    assert is_quiet(at(clock), BERLIN) is quiet


@pytest.mark.parametrize(
    ("due", "start", "goes"),
    [
        (at("9:00"), at("10:00"), at("9:00")),
        (at("7:00"), at("10:00"), at("8:00")),
        (at("7:00"), at("8:00"), at("20:55", 9)),
        (at("7:29"), at("8:29"), at("20:55", 9)),
        (at("7:30"), at("8:30"), at("8:00")),
        (at("21:30"), at("21:30", 11), at("20:55")),
        (at("1:00"), at("13:00"), at("20:55", 9)),
        (at("3:00"), at("15:00"), at("8:00")),
        (at("22:00"), at("23:00"), at("20:55")),
    ],
)
def test_it_goes_before_the_night_or_after_it_whichever_is_nearer(due, start, goes):
    assert went(due, start) == goes


def test_what_is_past_or_too_late_is_left_to_the_mail():
    late = at("23:00", 9)

    assert went(at("7:00"), at("8:00"), now=late) == at("7:00")
    assert went(at("2:00"), at("9:00"), now=late) == at("8:00")


def test_a_night_in_which_the_clocks_change():
    due = datetime(2027, 3, 28, 2, 30, tzinfo=UTC)

    assert went(due, due + timedelta(hours=12)) == datetime(2027, 3, 28, 6, tzinfo=UTC)


@given(
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo"]),
    st.integers(min_value=0, max_value=3 * 366 * 1_440),
    st.integers(min_value=1, max_value=3_000),
)
def test_no_text_is_ever_in_the_night_or_too_late(name, minute, ahead):
    zone, now = ZoneInfo(name), datetime(2027, 1, 1, tzinfo=UTC)
    start = now + timedelta(days=3, minutes=minute)
    due = start - timedelta(minutes=ahead)

    moment = moment_outside(due, start=start, zone=zone, now=now)

    if moment != due:
        assert is_quiet(due, zone)
        assert not is_quiet(moment, zone)
        assert moment < due or moment + LEAST_AHEAD <= start
        assert abs(moment - due) <= timedelta(hours=12, minutes=30)
