"""A host who asks why a time is missing hears it of the moment and of the day; nobody else hears anything."""

from datetime import UTC, date, datetime
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from timetuna.availability.slots import Code
from timetuna.bookings.actions.book import book
from timetuna.bookings.tests.asking import MONDAY, NOW, TUESDAY, ask, book_at, lines_of, page_of, told
from timetuna.bookings.tests.conftest import order
from timetuna.bookings.tests.test_host_rules import hours, save_settings, save_tab
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.models import Duration, MeetingType

ALWAYS = {day: [("00:00", "00:00")] for day in range(7)}


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


def test_a_time_that_can_be_booked_is_said_to_be_with_the_page_guests_find_it_on(as_alice, client, page):
    answer = ask(as_alice, page)
    (moment,) = answer.context["answer"].moments

    assert moment.when == "Monday 1 March 2027, 10:00 to 10:30 · Germany, Berlin (UTC+1)"
    assert lines_of(answer) == ()
    assert "Guests can book this time" in told(answer)
    guest_sees = client.get(moment.public.removeprefix("http://localhost:8000")).content.decode()
    assert "start=2027-03-01T09%3A00Z" in guest_sees


def test_every_reason_is_told(as_alice, page):
    book_at(page, MONDAY, 10)
    save_tab(as_alice, page, increment_minutes=60, notice=4, cap_day=1)
    MeetingType.objects.filter(page=page).update(enabled=False)

    codes = [line.code for line in lines_of(ask(as_alice, page, time="10:15"))]

    assert codes == [Code.NOTICE, Code.INCREMENT, Code.OWN_BOOKING, Code.CAP_DAY, Code.NO_MEETING_TYPE]


def test_the_whole_day_is_shown_beside_the_moment(as_alice, page):
    booking = book_at(page, MONDAY, 10)
    save_tab(as_alice, page, increment_minutes=60, notice=3)

    answer = ask(as_alice, page, time="14:30").context["answer"]

    shown = [(start.time, start.line.name if start.line else "Offered") for start in answer.starts]
    assert shown == [
        ("09:00", "Notice"),
        ("10:00", "Own booking"),
        *((f"{hour}:00", "Offered") for hour in range(11, 17)),
    ]
    assert answer.starts[1].booking.url == f"/bookings/{booking.pk}"
    assert answer.starts[1].url == f"/booking-pages/{page.pk}/why?date=2027-03-01&time=10%3A00&duration=30"
    assert (answer.day_title, answer.opens) == ("Monday 1 March 2027", "09:00 to 17:00")


def test_a_closed_day_has_no_start_times(as_alice, page):
    answer = ask(as_alice, page, date(2027, 3, 6))

    assert "There are no start times on this day." in told(answer)
    assert answer.context["answer"].closed.code == Code.HOURS
    assert answer.context["answer"].later.startswith(f"/booking-pages/{page.pk}/why?date=2027-03-07&")


def open_always(client, page, **changes):
    save_tab(
        client,
        page,
        own=hours(ALWAYS),
        increment_minutes=30,
        horizon_kind="endless",
        horizon_days="",
        **changes,
    )


def test_an_hour_that_comes_twice_is_answered_twice(as_alice, page):
    open_always(as_alice, page)
    book(order(page, datetime(2027, 10, 31, 1, 30, tzinfo=UTC)), now=NOW)

    answer = ask(as_alice, page, date(2027, 10, 31), "02:30").context["answer"]

    assert [(moment.note, bool(moment.public)) for moment in answer.moments] == [
        ("CEST (first)", True),
        ("CET (second)", False),
    ]
    assert [start.time for start in answer.starts if start.asked] == [
        "02:30 CEST (first)",
        "02:30 CET (second)",
    ]


def test_an_hour_that_is_skipped_does_not_exist(as_alice, page):
    open_always(as_alice, page)

    text = told(ask(as_alice, page, date(2027, 3, 28), "02:30"))

    assert "02:30 does not exist on Sunday 28 March 2027: the clock in Germany, Berlin skips it" in text


def test_a_date_that_a_zone_never_had(as_alice, page):
    save_tab(as_alice, page, own=hours(ALWAYS, zone="Pacific/Apia"), increment_minutes=30)

    answer = ask(as_alice, page, date(2011, 12, 30), "12:00")

    assert "12:00 does not exist on Friday 30 December 2011" in told(answer)
    assert answer.context["answer"].starts == ()


def test_on_a_trip_the_clock_is_the_one_of_the_place(as_alice, page):
    save_settings(as_alice, travel=[{"first": "2027-03-02", "last": "2027-03-03", "time_zone": "London"}])

    answer = ask(as_alice, page, TUESDAY, "09:00")

    assert lines_of(answer) == ()
    assert "Date and time by your clock in United Kingdom, London, where you <a" in told(answer)
    assert answer.context["answer"].starts[0].time == "09:00"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"time": "10:00", "duration": "30"}, "Enter a date."),
        ({"date": "2027-03-01", "duration": "30"}, "Enter a time, such as 09:30 or 2 pm."),
        ({"date": "2027-03-01", "time": "10:00"}, "Choose a duration."),
        ({"date": "2027-02-30", "time": "10:00", "duration": "30"}, "Enter a date from 2000 to 2100."),
        ({"date": "9999-12-31", "time": "10:00", "duration": "30"}, "Enter a date from 2000 to 2100."),
        (
            {"date": "2027-03-01", "time": "25:99", "duration": "30"},
            "“25:99” is no time of day. Write it like 09:30.",
        ),
        ({"date": "2027-03-01", "time": "24:00", "duration": "30"}, "A day begins at 00:00."),
        ({"date": "2027-03-01", "time": "10:00", "duration": "45"}, "This page does not have that duration."),
        ({"date": "\x00", "time": "<b>", "duration": "9" * 5_000}, "Enter a date from 2000 to 2100."),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(as_alice, page, query, sentence):
    Duration.objects.create(page=page, minutes=90)

    answer = as_alice.get(f"/booking-pages/{page.pk}/why", query)

    text = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert sentence in text
    for name in ("date", "time"):
        assert f'name="{name}" value="{query[name]}"' in text if name in query else True


@pytest.mark.parametrize("day", [date(2000, 1, 1), date(2100, 12, 31)])
def test_the_farthest_dates_are_answered(as_alice, page, day):
    assert ask(as_alice, page, day).status_code == 200


def test_before_anything_is_asked_the_next_hour_is_proposed(as_alice, page):
    answer = as_alice.get(f"/booking-pages/{page.pk}/why?utm_source=mail")

    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="date" value="2027-03-01"' in text
    assert 'name="time" value="08:00"' in text
    assert "clock in Germany, Berlin" in text
    assert answer.context["answer"] is None


def test_a_page_with_one_duration_needs_none_in_the_address(as_alice, page):
    answer = as_alice.get(f"/booking-pages/{page.pk}/why", {"date": "2027-03-01", "time": "10:00"})

    assert lines_of(answer) == ()


def test_only_the_host_is_told(as_alice, charlie, client, page):
    query = f"/booking-pages/{page.pk}/why?date=2027-03-01&time=10:00&duration=30"
    client.force_login(charlie)

    assert as_alice.get(query).status_code == 200
    assert client.get(query).status_code == 404
    assert as_alice.get("/booking-pages/999999/why").status_code == 404
    assert as_alice.post(query).status_code == 405
    assert Client().get(query).headers["Location"].startswith("/signin?next=/booking-pages/")


def test_guests_are_given_no_reasons(as_alice, client, page):
    book_at(page, MONDAY, 10)
    save_tab(as_alice, page, increment_minutes=60, notice=3, buffer_before_minutes=45)
    answer = ask(as_alice, page).context["answer"]
    words = [start.line.name for start in answer.starts if start.line] + ["Sam Guest", "/why", "missing?"]
    words += [line.text for moment in answer.moments for one in moment.hosts for line in one.lines]

    seen = [
        client.get("/alice/intro-call", {"day": "2027-03-01"}),
        client.get("/alice/intro-call", {"day": "2027-03-01"}, headers={"HX-Request": "true"}),
        client.get("/api/pages/alice/intro-call/times", {"month": "2027-03", "duration": "30"}),
        client.get("/alice/intro-call/book", {"start": "2027-03-01T09:00Z", "duration": "30"}),
    ]

    assert {"Notice", "Own booking", "Buffer"} <= set(words)
    for response in seen:
        text = unescape(response.content.decode())
        assert [word for word in words if word in text] == []


def test_a_guests_name_stays_a_name(as_alice, page):
    book_at(page, MONDAY, 10, name="<b>Sam</b> & “Co”")

    text = ask(as_alice, page).content.decode()

    assert "<b>Sam" not in text
    assert "&lt;b&gt;Sam&lt;/b&gt; &amp; “Co”" in text


def test_the_dashboard_asks_for_the_page_first(as_alice, alice, charlie, client, page):
    query = "?date=2027-03-01&time=10%3A00"
    with_one = as_alice.get(f"/why{query}")
    other = create_page(alice, title="Other <page>", meeting_types={"in_person": "Room 1"})

    text = as_alice.get(f"/why{query}").content.decode()
    client.force_login(charlie)

    assert with_one.headers["Location"] == f"/booking-pages/{page.pk}/why{query}"
    for one in (page, other):
        assert f'href="/booking-pages/{one.pk}/why?date=2027-03-01&amp;time=10%3A00"' in text
    assert "Other &lt;page&gt;" in text
    assert "No page yet" in client.get("/why").content.decode()
    assert Client().get("/why").headers["Location"].startswith("/signin")


def queries_of(client, page):
    with CaptureQueriesContext(connection) as queries:
        ask(client, page)
    return len(queries)


def test_queries_do_not_grow(as_alice, page):
    save_tab(as_alice, page, increment_minutes=30, cap_day=40)
    book_at(page, MONDAY, 10)
    ask(as_alice, page)
    few = queries_of(as_alice, page)

    for number in range(11, 17):
        book_at(page, MONDAY, number, email=f"{number}@guest.example")
        book_at(page, TUESDAY, number, 30, email=f"{number}@guest.example")
    save_tab(as_alice, page, increment_minutes=5, cap_day=40)
    for minutes in (10, 15, 45, 60, 75, 90):
        Duration.objects.create(page=page, minutes=minutes)

    assert queries_of(as_alice, page) == few


def test_many_pages_are_looked_through_by_their_titles(as_alice, alice):
    for number in range(8):
        create_page(alice, title=f"Rowing {number}", meeting_types={"in_person": "Room 1"})

    text = as_alice.get("/why?q=ROW+7&date=2027-03-01").content.decode()
    nothing = as_alice.get("/why?q=sailing").content.decode()

    assert "Rowing 7</a>" in text
    assert "Rowing 6</a>" not in text
    assert '<input type="hidden" name="date" value="2027-03-01">' in text
    assert "No page is called “<bdi>sailing</bdi>”" in nothing
    assert 'type="search"' in as_alice.get("/why").content.decode()
