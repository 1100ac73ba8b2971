"""Somebody leaves, and somebody else takes their meetings over."""

import pytest
from django.db.models import ProtectedError
from django.test import Client

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.delete_host import delete_host
from timetuna.bookings.actions.leave import Choice, Fate, settle_all
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.permissions import bookings_for
from timetuna.bookings.tests.conftest import (
    make_page,
    order,
    staff,
    tomorrow,
    work_off,
)
from timetuna.bookings.tests.google import PRIMARY
from timetuna.calendars.models import CalendarEvent

pytestmark = pytest.mark.django_db(transaction=True)
OTHERS = "casey@cohost.example"


def seen_by(host):
    return list(bookings_for(host).values_list("pk", flat=True))


def test_meetings_go_to_who_has_time_and_the_rest_stays(alice, bob):
    mine, theirs = make_page(alice), make_page(bob)
    goes = book(order(mine), now=present())
    stays = book(order(mine, tomorrow(12), email="kim@guest.example"), now=present())
    book(order(theirs, tomorrow(12), email="lee@guest.example"), now=present())

    found = settle_all(alice, Choice(Fate.HAND, bob.pk), now=present())

    assert (found.handed, [row.start_at for row, _ in found.left]) == (1, [tomorrow(12)])
    assert (goes.pk in seen_by(bob), seen_by(alice)) == (True, [stays.pk])
    goes.refresh_from_db()
    assert (goes.host, goes.revision) == (bob, 1)
    assert goes.history.last().text == "Handed over from Alice Host to Bob Teammate."


def test_event_and_mails_follow(alice, bob, google):
    google.connect(Client(), alice)
    google.connect(Client(), bob, account="casey")
    booking = book(order(make_page(alice)), now=present())
    work_off()

    settle_all(alice, Choice(Fate.HAND, bob.pk), now=present())
    work_off()

    assert (google.events(PRIMARY), len(google.events(OTHERS))) == ([], 1)
    assert CalendarEvent.objects.get(booking_uid=booking.uid, state="written").host == bob
    *_, guests = google.control.mail("sam@guest.example")
    assert guests["subject"].startswith("Now with Bob Teammate: Intro call")
    assert "You meet Bob Teammate instead of Alice Host." in guests["text"]
    [bobs] = google.control.mail("bob@host.example")
    assert "You take over a meeting" in bobs["text"]
    assert "Bob Teammate hosts it instead of you" in google.control.mail("alice@host.example")[-1]["text"]


def test_a_link_is_made_anew_by_the_new_hosts_account(alice, bob, zoom):
    zoom.connect(Client(), alice)
    booking = book(order(make_page(alice, kinds=(("zoom", ""),)), kind="zoom"), now=present())
    work_off()
    before = Conference.objects.get().join_url

    settle_all(alice, Choice(Fate.HAND, bob.pk), now=present())
    work_off()
    waiting = Conference.objects.get()
    assert (waiting.state, waiting.join_url) == ("waiting", "")

    zoom.connect(Client(), bob)
    work_off()
    booking.refresh_from_db()
    made = Conference.objects.get()
    assert made.state == "ready"
    assert made.join_url != before
    assert made.join_url in zoom.control.mail("sam@guest.example")[-1]["text"]


def test_a_busy_or_unreadable_calendar_keeps_a_meeting_where_it_is(alice, bob, google):
    account = google.connect(Client(), bob)
    book(order(make_page(alice)), now=present())
    account.calendars.update(read_at=None)

    assert settle_all(alice, Choice(Fate.HAND, bob.pk), now=present()).left[0][0].start_at == tomorrow()

    account.delete()
    assert settle_all(alice, Choice(Fate.HAND, bob.pk), now=present()).handed == 1


def test_who_hosts_it_already_leads_it(alice, bob):
    page = staff(make_page(alice), "all", bob)
    booking = book(order(page), now=present())

    assert settle_all(alice, Choice(Fate.HAND, bob.pk), now=present()).handed == 1

    booking.refresh_from_db()
    assert booking.host == bob
    assert list(booking.booking_hosts.values_list("host", flat=True)) == [bob.pk]


def test_nobody_is_deleted_with_a_booking_and_what_was_shared_stays_with_the_others(alice, bob, charlie):
    page = staff(make_page(alice), "all", bob)
    shared = book(order(page), now=present())
    alone = book(
        order(make_page(alice, slug="alone"), tomorrow(14), email="kim@guest.example"), now=present()
    )
    with pytest.raises(ProtectedError):
        alice.delete()
    for booking in (shared, alone):
        first = minute_of(present()) - 300
        booking.booking_hosts.update(active=False, start_minute=first, end_minute=first + 30)

    delete_host(alice)

    assert list(Booking.objects.values_list("pk", "host")) == [(shared.pk, bob.pk)]
    assert seen_by(bob) == [shared.pk]
