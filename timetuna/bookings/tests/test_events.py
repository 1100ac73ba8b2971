"""A booking as one event in the host's Google calendar, against the sandbox over real sockets."""

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import translation

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.integrations.event import digest, entry_of
from timetuna.bookings.tests.conftest import due_now, make_page, order, tomorrow, work_off
from timetuna.bookings.tests.diary import put_attendee
from timetuna.bookings.tests.google import FAMILY, PRIMARY
from timetuna.calendars.models import Calendar, CalendarEvent
from timetuna.lib.crypto import fingerprint
from timetuna.providers.base import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]
GUEST, HOST = "sam@guest.example", "alice@host.example"


@pytest.fixture
def page(alice, google):
    google.connect(Client(), alice)
    return make_page(alice)


def booked(page, **guest):
    booking = book(order(page, **guest), now=present())
    work_off()
    return booking


def move(booking, **later):
    start = tomorrow() + timedelta(**later)
    return reschedule(booking.pk, start_minute=minute_of(start), actor="guest", now=present())


def call_off(booking):
    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()


def told(booking):
    return [entry.text for entry in booking.history.filter(event__startswith="event_")]


def test_a_booking_becomes_an_event_in_the_hosts_primary_calendar(google, page):
    booking = booked(page, notes="See you, and look at evil.example/free first")

    [event] = google.events()
    assert event["summary"] == "Intro call: Sam Guest and Alice Host"
    assert event["location"] == "Room 1"
    assert [one["email"] for one in event["attendees"]] == [GUEST]
    assert datetime.fromisoformat(event["start"]["dateTime"]) == tomorrow()
    assert f"/bookings/{booking.pk}" in event["description"]
    assert "See you, and look at (address left out) first" in event["description"]
    assert told(booking) == [f"The event was written into the calendar {PRIMARY}."]
    assert google.control.violations() == []


def test_event_and_mails_are_one_invitation(google, page):
    booked(page)

    [event] = google.events()
    for to in (GUEST, HOST):
        [mail] = google.control.mail(to)
        assert f"UID:{event['iCalUID']}" in mail["ics"][0].splitlines()


def test_a_move_changes_the_event_in_place(google, page):
    booking = booked(page)
    before = google.events()[0]["id"]

    move(booking, days=2)
    work_off()

    [event] = google.events()
    assert event["id"] == before
    assert datetime.fromisoformat(event["start"]["dateTime"]) == tomorrow() + timedelta(days=2)
    assert CalendarEvent.objects.get().written_revision == 1


def test_a_cancellation_removes_the_event(google, page):
    booking = booked(page)

    call_off(booking)

    assert google.events() == []
    assert CalendarEvent.objects.get().state == "removed"
    assert told(booking)[-1] == f"The event was removed from the calendar {PRIMARY}."


def test_whom_the_guest_brings_is_in_the_event_and_the_invitations(google, page):
    booking = book(order(page), now=present())
    put_attendee(booking, name="Kim", email="kim@guest.example")
    put_attendee(booking, name="Lou", email="lou@guest.example", active=False)
    work_off()

    [event] = google.events()
    assert [(one["email"], one["responseStatus"]) for one in event["attendees"]] == [
        (GUEST, "accepted"),
        ("kim@guest.example", "needsAction"),
    ]
    assert "kim@guest.example" in google.control.mail(HOST)[0]["ics"][0].replace("\r\n ", "")


def test_an_event_speaks_its_hosts_language_whoever_writes_it(google, page):
    page.host.language = "de"
    page.host.save(update_fields=["language"])
    booking = book(order(page, notes="Bis dann"), now=present())
    work_off()

    [event] = google.events()
    assert "Anmerkungen von Sam Guest:" in event["description"]
    with translation.override("fr"):
        asked = digest(entry_of(booking, page.host_id))
    assert asked == CalendarEvent.objects.get().written_digest
    assert entry_of(booking, page.host_id).guest_word == "Gast"


def test_events_of_before_who_came_was_told_apart_are_not_written_anew(page):
    entry = entry_of(book(order(page), now=present()), page.host_id)
    said = asdict(entry)
    del said["organizer"], said["hosts"], said["guest_word"]
    for person in said["guests"]:
        del person["accepted"], person["leads"]

    assert digest(entry) == fingerprint(json.dumps(said, default=str, sort_keys=True))
    assert digest(replace(entry, guests=(Person("Kim", "kim@guest.example", accepted=False),))) != digest(
        replace(entry, guests=(Person("Kim", "kim@guest.example"),))
    )


def test_the_pages_own_choice_counts_once_and_later_choices_do_not_move_the_event(google, page):
    page.page_hosts.update(writes="chosen", write_calendar=Calendar.objects.get(outside_id=FAMILY))
    booking = booked(page)
    page.page_hosts.update(writes="default")

    move(booking, days=1)
    work_off()

    assert len(google.events(FAMILY)) == 1
    assert google.events() == []


def test_a_page_that_writes_nowhere_has_no_events(google, page):
    page.page_hosts.update(writes="nowhere")

    call_off(booked(page))

    assert google.writes() == []
    assert not CalendarEvent.objects.exists()


def test_without_a_calendar_a_booking_needs_none(alice, google):
    booked(make_page(alice))

    assert len(google.control.mail(GUEST)) == 1
    assert not CalendarEvent.objects.exists()


def test_an_event_that_was_made_unheard_is_found_and_not_made_again(google, page):
    google.control.fault("google_lost")
    booking = booked(page)
    due_now()
    work_off()

    [event] = google.events()
    assert CalendarEvent.objects.get().reference == event["id"]
    assert len(google.control.mail(GUEST)) == 1
    assert len(booking.history.filter(event="event_written")) == 1


def test_an_event_that_was_made_unheard_is_removed_when_the_booking_is_cancelled(google, page):
    google.control.fault("google_lost")
    booking = booked(page)

    call_off(booking)
    due_now()
    work_off()

    assert google.events() == []
    assert CalendarEvent.objects.get().state == "removed"
