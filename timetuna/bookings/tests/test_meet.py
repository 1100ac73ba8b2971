"""Google Meet: the link comes with the event, and page and mails wait for it as they do for Zoom's."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.fulfilment.fulfil import sync_event
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import due_now, make_page, order, tomorrow, work_off
from timetuna.bookings.tests.diary import shown
from timetuna.calendars.actions.disconnect import disconnect
from timetuna.calendars.models import CalendarAccount

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]
GUEST, HOST = "sam@guest.example", "alice@host.example"


@pytest.fixture
def page(alice, google):
    google.connect(Client(), alice)
    return make_page(alice, kinds=(("google_meet", ""),))


@pytest.fixture
def booking(page):
    return book(order(page, kind="google_meet"), now=present())


def link():
    return Conference.objects.get().join_url


def patience_over():
    Booking.objects.update(created_at=present() - timedelta(minutes=5))
    due_now()
    work_off()


def subjects(google, to=GUEST):
    return [mail["subject"].split(":")[0] for mail in google.control.mail(to)]


def assert_link_everywhere(google, booking):
    assert link().startswith("https://meet.google.example/")
    assert link() in shown(Client().get(link_path(booking.booker)))
    for to in (GUEST, HOST):
        mail = google.control.mail(to)[-1]
        assert link() in mail["text"]
        assert f"LOCATION:{link()}" in mail["ics"][0].splitlines()
    [event] = google.events()
    assert event["location"] == link()
    assert event["hangoutLink"] == link()


def test_the_link_comes_with_the_event(google, booking):
    work_off()

    assert_link_everywhere(google, booking)
    assert subjects(google) == ["Intro call with Alice Host"]
    assert google.control.violations() == []


def test_a_link_that_takes_its_time_is_waited_for(google, booking):
    google.control.fault("google_conference_pending", looks=20)
    work_off()
    assert google.control.mail(GUEST) == []

    for _ in range(5):
        due_now()
        work_off()

    assert_link_everywhere(google, booking)
    assert subjects(google) == ["Intro call with Alice Host"]


def test_a_link_that_comes_too_late_is_mailed_once_more(google, booking):
    google.control.fault("google_503", times=None)
    work_off()
    patience_over()
    assert subjects(google) == ["Intro call with Alice Host"]
    assert "The Google Meet link follows" in google.control.mail(GUEST)[0]["text"]

    google.control.clear_faults()
    due_now()
    work_off()

    assert_link_everywhere(google, booking)
    assert subjects(google) == ["Intro call with Alice Host", "Google Meet link"]
    assert subjects(google, HOST)[-1] == "Google Meet link"


def test_an_outcome_nobody_heard_of_asks_no_host(google, booking):
    google.control.fault("google_lost_502")
    work_off()

    due_now()
    work_off()

    assert_link_everywhere(google, booking)
    assert Conference.objects.get().possible_duplicates == 0


def test_a_move_keeps_the_link(google, booking):
    work_off()
    before = link()

    reschedule(booking.pk, start_minute=minute_of(tomorrow(14)), actor="guest", now=present())
    work_off()

    assert link() == before
    assert_link_everywhere(google, Booking.objects.get())
    assert subjects(google)[1:] == ["Moved"]


def test_without_the_account_the_link_waits_until_it_is_connected_again(google, booking, alice):
    disconnect(CalendarAccount.objects.get().pk, host_id=alice.pk)
    work_off()
    assert subjects(google) == ["Intro call with Alice Host"]
    assert "link" in Conference.objects.get().problem

    google.connect(Client(), alice)
    work_off()

    assert_link_everywhere(google, booking)
    assert subjects(google) == ["Intro call with Alice Host", "Google Meet link"]


def test_an_event_made_anew_with_another_link_has_it_mailed(google, booking):
    work_off()
    Conference.objects.update(join_url="https://meet.google.com/gone")

    sync_event(booking.pk, check=True)
    work_off()

    assert_link_everywhere(google, booking)
    assert subjects(google)[1:] == ["Google Meet link"]
