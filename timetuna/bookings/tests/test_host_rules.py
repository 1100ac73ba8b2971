"""What a host sets in the editor and in the settings decides which times guests are offered."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from tests.forms import days_sent, submit
from timetuna.availability.hours import day_start
from timetuna.availability.interval import minute_of, moment_of
from timetuna.availability.slots import Code
from timetuna.bookings.actions.book import book
from timetuna.bookings.slots.availability import SlotQuery, bookable, offered, why
from timetuna.bookings.tests.conftest import order
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.actions.create_schedule import create_schedule
from timetuna.pages.models import BookingPage
from timetuna.pages.queries import page_settings

pytestmark = pytest.mark.vendor

NOW = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)  # a Monday, 7:00 in Berlin
MONDAY = date(2027, 3, 1)
BERLIN = ZoneInfo("Europe/Berlin")
TAB = {
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 0,
    "increment_minutes": 240,
    "notice": 0,
    "notice_unit": "hours",
    "horizon_kind": "rolling",
    "horizon_days": 60,
}
TWO_A_DAY = ["09:00", "13:00"]


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page(alice):
    page = create_page(alice, title="Intro call", meeting_types={"in_person": "Room 1"})
    BookingPage.objects.filter(pk=page.pk).update(increment_minutes=240, notice_minutes=0)
    return page


@pytest.fixture
def as_alice(alice):
    client = Client()
    client.force_login(alice)
    return client


def hours(days=None, zone="Europe/Berlin"):
    windows = {day: [("09:00", "17:00")] for day in range(5)} if days is None else days
    return {"time_zone": zone} | days_sent(windows)


def save_date(client, schedule_id, day, typed):
    data = {"state": "other" if typed else "closed", "hours": typed}
    answer = submit(client, f"/availability/schedules/{schedule_id}/dates/{day}", data)
    assert answer.status_code == 302, answer.content.decode()


def save_tab(client, page, own=None, **changes):
    data = TAB | {"schedule": "own" if own else str(page.schedule_id)} | (own or hours()) | changes
    answer = submit(client, f"/booking-pages/{page.pk}/availability", data)
    assert answer.status_code == 302, answer.content.decode()


def save_schedule(client, schedule_id, data, name="Working hours"):
    answer = submit(client, f"/availability/schedules/{schedule_id}", data | {"name": name})
    assert answer.status_code == 302, answer.content.decode()


def save_settings(client, away=(), travel=(), **changes):
    sent = [
        *(("/availability/out-of-office", one) for one in away),
        *(("/availability/trips", one) for one in travel),
        *(("/availability/holidays" if "holiday_country" in changes else "/availability/limits", changes),),
    ]
    for path, data in sent if changes else sent[:-1]:
        answer = submit(client, path, data)
        assert answer.status_code == 302, answer.content.decode()


def times(page, *, first=MONDAY, days=1, zone=BERLIN):
    """Return what guests are offered on these days, as the clock in the zone shows it."""
    span = day_start(first, zone=zone), day_start(first + timedelta(days=days), zone=zone)
    query = SlotQuery(page=page_settings(page.pk), minutes=30, now=NOW)
    starts = offered(query, span=span)
    assert all(bookable(query, start_minute=start) for start in starts)
    return [moment_of(start).astimezone(zone).strftime("%H:%M") for start in starts]


def days_with_times(page, *, first=MONDAY, days=14):
    found = [first + timedelta(days=number) for number in range(days)]
    return [day for day in found if times(page, first=day)]


def told(page, day, hour=9):
    start = datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN)
    query = SlotQuery(page=page_settings(page.pk), minutes=30, now=NOW)
    return [reason.code for reason in why(query, start_minute=minute_of(start)).every()]


def book_at(page, day, hour, **guest):
    start = datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN)
    return book(order(page, start, **guest), now=NOW)


def test_a_new_page_follows_the_hosts_working_hours(page):
    assert times(page) == TWO_A_DAY
    assert days_with_times(page, days=7) == [MONDAY + timedelta(days=number) for number in range(5)]


def test_changing_the_shared_hours_changes_all_their_pages(as_alice, alice, page):
    other = create_page(alice, title="Other", meeting_types={"in_person": "Room 1"})

    save_schedule(as_alice, page.schedule_id, hours({0: [("10:00", "11:00"), ("15:00", "16:00")]}))

    assert times(page) == ["10:00", "15:00"]
    assert times(other) == ["15:00", "15:30"]
    assert times(page, first=MONDAY + timedelta(days=1)) == []


def test_a_page_picks_another_schedule(as_alice, alice, page):
    evenings = create_schedule(alice)
    save_schedule(as_alice, evenings.pk, hours({0: [("20:00", "21:00")]}), name="Evenings")

    save_tab(as_alice, page, schedule=str(evenings.pk))

    assert times(page) == ["20:00"]


def test_own_hours_are_the_pages_alone_and_stay_while_it_uses_others(as_alice, alice, page):
    other = create_page(alice, title="Other", meeting_types={"in_person": "Room 1"})
    BookingPage.objects.filter(pk=other.pk).update(increment_minutes=240, notice_minutes=0)

    save_tab(as_alice, page, own=hours({0: [("07:30", "08:00")]}))
    own = times(page)
    save_tab(as_alice, page)
    shared = times(page)
    shown = as_alice.get(f"/booking-pages/{page.pk}/availability").content.decode()

    assert (own, shared, times(other)) == (["07:30"], TWO_A_DAY, TWO_A_DAY)
    assert 'name="day0" value="07:30–08:00"' in shown


def test_hours_are_meant_in_the_schedules_zone(as_alice, page):
    save_tab(as_alice, page, own=hours({0: [("09:00", "10:00")]}, zone="America/New_York"))

    assert times(page) == ["15:00"]
    assert page_settings(page.pk).time_zone == "America/New_York"


def test_a_date_can_be_closed_or_have_other_hours(as_alice, page):
    save_date(as_alice, page.schedule_id, "2027-03-02", "")
    save_date(as_alice, page.schedule_id, "2027-03-06", "11-12, 14-15")

    assert times(page, first=date(2027, 3, 2)) == []
    assert times(page, first=date(2027, 3, 6)) == ["11:00", "14:00"]
    assert told(page, date(2027, 3, 2)) == [Code.OVERRIDE]


def test_own_hours_have_dates_of_their_own(as_alice, page):
    save_date(as_alice, page.schedule_id, "2027-03-02", "")
    save_tab(as_alice, page, own=hours())
    save_date(as_alice, BookingPage.objects.get(pk=page.pk).schedule_id, "2027-03-01", "22-24")

    assert times(page) == ["22:00"]
    assert times(page, first=date(2027, 3, 2)) == [], "dates of the hours it had come along"


def test_nobody_finds_times_while_the_host_is_away(as_alice, client, page):
    save_settings(as_alice, away=[{"first": "2027-03-02", "last": "2027-03-04", "note": "Back on <Friday>."}])

    text = client.get("/alice/intro-call").content.decode()

    assert days_with_times(page, days=7) == [MONDAY, date(2027, 3, 5)]
    assert told(page, date(2027, 3, 3)) == [Code.OUT_OF_OFFICE]
    assert "Away from 2 March to 4 March: Back on &lt;Friday&gt;." in text


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2027-02-26", "2027-03-09", "Away until 9 March: Skiing."),
        ("2027-03-31", "2027-03-31", "Away on 31 March: Skiing."),
        ("2027-03-31", "2028-01-02", "Away from 31 March to 2 January 2028: Skiing."),
    ],
)
@pytest.mark.usefixtures("page")
def test_guests_read_how_long_the_host_is_away(as_alice, client, first, last, sentence):
    save_settings(as_alice, away=[{"first": first, "last": last, "note": "Skiing."}])

    assert sentence in client.get("/alice/intro-call", {"month": "2027-03"}).content.decode()


@pytest.mark.usefixtures("page")
def test_an_absence_without_a_note_is_nobodys_business(as_alice, client):
    save_settings(as_alice, away=[{"first": "2027-03-02", "last": "2027-03-04", "note": ""}])

    assert "Away" not in client.get("/alice/intro-call").content.decode()


def test_public_holidays_are_closed_but_for_dates_with_hours(as_alice, page):
    save_date(as_alice, page.schedule_id, "2027-03-29", "10-11")  # Easter Monday
    good_friday = date(2027, 3, 26)
    before = times(page, first=good_friday)

    save_settings(as_alice, holiday_country="DE", holiday_region="")

    assert (before, times(page, first=good_friday)) == (TWO_A_DAY, [])
    assert told(page, good_friday) == [Code.HOLIDAY]
    assert times(page, first=date(2027, 3, 29)) == ["10:00"]


def test_a_region_has_holidays_of_its_own(as_alice, page):
    corpus_christi, ascension = date(2027, 5, 27), date(2027, 5, 6)
    save_tab(as_alice, page, horizon_days=120)
    save_settings(as_alice, holiday_country="DE", holiday_region="BE")
    in_berlin = times(page, first=corpus_christi)

    save_settings(as_alice, holiday_country="DE", holiday_region="BY")

    assert in_berlin == TWO_A_DAY
    assert times(page, first=corpus_christi) == times(page, first=ascension) == []


def test_on_a_trip_hours_are_meant_where_the_host_is(as_alice, page):
    trip = {"first": "2027-03-02", "last": "2027-03-03", "time_zone": "London"}

    save_settings(as_alice, travel=[trip])

    assert times(page) == TWO_A_DAY
    assert times(page, first=date(2027, 3, 2)) == ["10:00", "14:00"]
    assert times(page, first=date(2027, 3, 4)) == TWO_A_DAY


def test_increment_buffers_and_notice(as_alice, page):
    book_at(page, MONDAY, 13)

    save_tab(
        as_alice, page, increment_minutes=60, buffer_before_minutes=90, buffer_after_minutes=30, notice=4
    )

    # 11:00 on because of the notice; after 13:00 to 13:30 there are 90 minutes of quiet, before it 30.
    assert times(page) == ["11:00", "12:00", "15:00", "16:00"]


@pytest.mark.parametrize(
    ("horizon", "last"),
    [
        ({"horizon_kind": "rolling", "horizon_days": 3}, date(2027, 3, 4)),
        ({"horizon_kind": "date", "horizon_date": "2027-03-09"}, date(2027, 3, 9)),
        ({"horizon_kind": "date", "horizon_date": "2027-03-01"}, date(2027, 3, 1)),
        ({"horizon_kind": "endless"}, date(2027, 3, 12)),
    ],
)
def test_the_last_day_that_can_be_booked(as_alice, page, horizon, last):
    save_tab(as_alice, page, **horizon)

    assert days_with_times(page)[-1] == last


def test_without_end_is_without_end(as_alice, client, page):
    save_tab(as_alice, page, horizon_kind="endless")

    assert times(page, first=date(2031, 3, 3)) == TWO_A_DAY
    assert "month=2031-04" in client.get("/alice/intro-call", {"month": "2031-03"}).content.decode()


def test_a_last_day_that_is_over_offers_nothing(as_alice, client, page):
    save_tab(as_alice, page, horizon_kind="date", horizon_date="2027-02-01", cap_month=3)

    assert days_with_times(page) == []
    assert client.get("/alice/intro-call").status_code == 200


def test_a_day_takes_as_many_bookings_as_the_host_wants(as_alice, page):
    save_tab(as_alice, page, cap_day=1)

    book_at(page, MONDAY, 9)

    assert days_with_times(page, days=2) == [date(2027, 3, 2)]
    assert told(page, MONDAY, 13) == [Code.CAP_DAY]


@pytest.mark.parametrize(
    ("cap", "full", "free"),
    [
        ("cap_week", date(2027, 3, 5), date(2027, 3, 8)),
        ("cap_month", date(2027, 3, 31), date(2027, 4, 1)),
    ],
)
def test_a_week_and_a_month_do_too(as_alice, page, cap, full, free):
    save_tab(as_alice, page, **{cap: 2})

    book_at(page, MONDAY, 9)
    one = times(page, first=full)
    book_at(page, date(2027, 3, 2), 9, email="other@guest.example")

    assert one == times(page, first=free) == TWO_A_DAY
    assert times(page, first=full) == []


def test_caps_of_a_page_leave_other_pages_alone_those_of_the_host_do_not(as_alice, alice, page):
    other = create_page(alice, title="Other", meeting_types={"in_person": "Room 1"})
    save_tab(as_alice, page, cap_day=1)
    save_tab(as_alice, other, cap_day=5)
    book_at(page, MONDAY, 9)
    before = times(other)

    save_settings(as_alice, cap_day=1)

    assert before == ["13:00"]
    assert times(other) == []
    assert times(other, first=date(2027, 3, 2)) == TWO_A_DAY


def test_a_booking_that_is_moved_does_not_count_against_its_own_day(as_alice, page):
    save_tab(as_alice, page, cap_day=1)
    booking = book_at(page, MONDAY, 9)

    query = SlotQuery(page=page_settings(page.pk), minutes=30, now=NOW, moving=booking.pk)

    assert len(offered(query, span=(minute_of(NOW), minute_of(NOW) + 1_440))) == 2
