"""Each rule, set as hosts set it, is told in a sentence, with its code and the setting that changes it."""

from datetime import date

import pytest
import time_machine
from django.test import Client

from timetuna.availability.slots import Code
from timetuna.bookings.tests.asking import MONDAY, NOW, TUESDAY, ask, book_at, only_line, page_of, tab
from timetuna.bookings.tests.test_host_rules import hours, save_date, save_settings, save_tab
from timetuna.pages.models import Duration, MeetingType


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page(alice):
    return page_of(alice)


@pytest.fixture
def as_alice(alice):
    client = Client()
    client.force_login(alice)
    return client


def test_past(as_alice, page):
    line = only_line(as_alice, page, date(2027, 2, 28), "10:10")

    assert line == (Code.PAST, "This time is over: it is Monday 1 March, 07:00 now.", [])


def test_notice(as_alice, page):
    save_tab(as_alice, page, increment_minutes=60, notice=2, notice_unit="days")

    assert only_line(as_alice, page, TUESDAY) == (
        Code.NOTICE,
        "Guests have to book 2 days ahead: a meeting can start from Wednesday 3 March, 07:00 on, as things are now.",
        [f"{tab(page)}#id_notice"],
    )


@pytest.mark.parametrize(
    ("horizon", "last"),
    [
        ({"horizon_kind": "rolling", "horizon_days": 3}, "Thursday 4 March 2027"),
        ({"horizon_kind": "date", "horizon_date": "2027-03-09"}, "Tuesday 9 March 2027"),
        ({"horizon_kind": "date", "horizon_date": "2027-02-09"}, "Tuesday 9 February 2027"),
    ],
)
def test_horizon(as_alice, page, horizon, last):
    save_tab(as_alice, page, increment_minutes=60, **horizon)

    assert only_line(as_alice, page, date(2027, 3, 10)) == (
        Code.HORIZON,
        f"It is too far ahead: guests can book until {last}.",
        [f"{tab(page)}#id_horizon_kind"],
    )


def test_hours_of_a_schedule(as_alice, page):
    assert only_line(as_alice, page, date(2027, 3, 6)) == (
        Code.HOURS,
        "Your hours are closed at this time of a Saturday.",
        [f"/availability/schedules/{page.schedule_id}#day5"],
    )


def test_hours_of_the_page_itself(as_alice, page):
    save_tab(as_alice, page, own=hours({0: [("20:00", "21:00")]}))

    assert only_line(as_alice, page)[2] == [f"{tab(page)}#day0"]


def test_override(as_alice, page):
    save_date(as_alice, page.schedule_id, "2027-03-01", "")
    save_date(as_alice, page.schedule_id, "2027-03-02", "11-12")
    place = f"/availability/schedules/{page.schedule_id}#dates"

    closed, later = only_line(as_alice, page), only_line(as_alice, page, TUESDAY)

    assert closed == (Code.OVERRIDE, "This date has other hours than its weekday: it is closed.", [place])
    assert later == (
        Code.OVERRIDE,
        "This date has other hours than its weekday: they begin at 11:00 and are closed then.",
        [place],
    )


def test_out_of_office(as_alice, page):
    save_settings(as_alice, away=[{"first": "2027-03-02", "last": "2027-03-04", "note": "Skiing."}])

    assert only_line(as_alice, page, TUESDAY) == (
        Code.OUT_OF_OFFICE,
        "You are out of office then. Your note says: Skiing.",
        ["/availability/out-of-office"],
    )


def test_holiday(as_alice, page):
    save_settings(as_alice, holiday_country="DE", holiday_region="")

    assert only_line(as_alice, page, date(2027, 3, 26)) == (
        Code.HOLIDAY,
        "It is a public holiday: Good Friday.",
        ["/availability/holidays"],
    )


def test_duration_does_not_fit(as_alice, page):
    Duration.objects.create(page=page, minutes=90)

    assert only_line(as_alice, page, time="16:00", duration=90) == (
        Code.DURATION_DOES_NOT_FIT,
        "A meeting of 1 hour 30 minutes does not fit: your hours end at 17:00.",
        [
            f"/availability/schedules/{page.schedule_id}#day0",
            f"/booking-pages/{page.pk}/booking#durations",
        ],
    )


def test_another_duration_is_offered_where_one_fits(as_alice, page):
    Duration.objects.create(page=page, minutes=90)

    (moment,) = ask(as_alice, page, time="16:00", duration=90).context["answer"].moments

    (other,) = moment.others
    assert (other.text, moment.public) == ("30 minutes", None)
    assert other.url.endswith("/intro-call?duration=30&day=2027-03-01&zone=Europe%2FBerlin")


@pytest.mark.parametrize(
    ("time", "nearest"),
    [
        ("10:20", "The nearest start times are 10:00 and 11:00."),
        ("16:20", "The nearest start time is 16:00."),
    ],
)
def test_increment(as_alice, page, time, nearest):
    assert only_line(as_alice, page, time=time) == (
        Code.INCREMENT,
        f"Meetings start every 1 hour. {nearest}",
        [f"{tab(page)}#id_increment_minutes"],
    )


def test_own_booking(as_alice, page):
    booking = book_at(page, MONDAY, 10)

    assert only_line(as_alice, page) == (
        Code.OWN_BOOKING,
        "Your booking “Intro call with Sam Guest” takes 10:00 to 10:30.",
        [f"/bookings/{booking.pk}"],
    )


def test_held(as_alice, client, page):
    client.get("/alice/intro-call/book", {"start": "2027-03-01T09:00Z", "duration": "30"})

    assert only_line(as_alice, page) == (
        Code.HELD,
        "A guest who is about to book holds 10:00 to 10:30, until 07:05 at most.",
        [f"{tab(page)}#id_holds"],
    )


def test_buffer_of_the_page_on_either_side(as_alice, page):
    book_at(page, MONDAY, 12)
    save_tab(as_alice, page, increment_minutes=60, buffer_before_minutes=90, buffer_after_minutes=45)

    before, after = only_line(as_alice, page, time="11:00"), only_line(as_alice, page, time="13:00")

    near = "It comes too near to your booking “Intro call with Sam Guest”, 12:00 to 12:30"
    assert before == (
        Code.BUFFER,
        f"{near}: a meeting before it has to end by 11:15.",
        [f"{tab(page)}#id_buffer_after_minutes"],
    )
    assert after == (
        Code.BUFFER,
        f"{near}: a meeting after it can start at 14:00.",
        [f"{tab(page)}#id_buffer_before_minutes"],
    )


def test_buffer_that_the_other_booking_asks_for(as_alice, page):
    save_tab(as_alice, page, increment_minutes=60, buffer_after_minutes=45)
    booking = book_at(page, MONDAY, 12)
    save_tab(as_alice, page, increment_minutes=60, buffer_after_minutes=0)

    assert only_line(as_alice, page, time="13:00")[2] == [f"/bookings/{booking.pk}"]


@pytest.mark.parametrize(
    ("cap", "code", "full"),
    [
        ("cap_day", Code.CAP_DAY, "1 booking a day, and Monday 1 March has them."),
        ("cap_week", Code.CAP_WEEK, "1 booking a week, and the week from Monday 1 March has them."),
        ("cap_month", Code.CAP_MONTH, "1 booking a month, and March 2027 has them."),
    ],
)
def test_caps_of_the_page_and_of_all_pages(as_alice, page, cap, code, full):
    book_at(page, MONDAY, 12)

    save_tab(as_alice, page, increment_minutes=60, **{cap: 1})
    of_page = only_line(as_alice, page)
    save_tab(as_alice, page, increment_minutes=60)
    save_settings(as_alice, **{cap: 1})
    of_host = only_line(as_alice, page)

    assert of_page == (code, f"This page takes {full}", [f"{tab(page)}#id_{cap}"])
    assert of_host == (code, f"All your pages together take {full}", [f"/availability/limits#id_{cap}"])


def test_no_meeting_type(as_alice, page):
    MeetingType.objects.filter(page=page).update(kind="zoom")

    assert only_line(as_alice, page) == (
        Code.NO_MEETING_TYPE,
        "This page has no meeting type that can be used, so no time is offered.",
        [f"/booking-pages/{page.pk}/booking#meeting-type", "/settings/providers"],
    )
