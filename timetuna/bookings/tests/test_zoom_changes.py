"""Moves and cancellations at Zoom: carried where the grant allows it, missed nowhere where it does not."""

from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.fulfilment.ensure import ensure_conference
from timetuna.bookings.models import Conference
from timetuna.bookings.tests.conftest import due_now, make_page, order, tomorrow, work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]
GUEST, HOST = "sam@guest.example", "alice@host.example"
EXTRA = ["meeting:update:meeting", "meeting:delete:meeting"]


def booked(alice, client, zoom, *, scopes=()):
    zoom.control.app(extra_scopes=list(scopes))
    zoom.connect(client, alice)
    booking = book(order(make_page(alice, kinds=(("zoom", ""),)), kind="zoom"), now=present())
    work_off()
    return booking


def move(booking, **later):
    start = tomorrow() + timedelta(**later)
    return reschedule(booking.pk, start_minute=minute_of(start), actor="guest", now=present())


def kinds(zoom):
    return [call["kind"] for call in zoom.control.calls("v2")]


def test_a_move_without_the_scope_keeps_the_link_and_makes_no_call(alice, client, zoom):
    booking = booked(alice, client, zoom)
    link = Conference.objects.get().join_url

    move(booking, days=2)
    work_off()

    assert kinds(zoom) == ["v2.users_me", "v2.create"]
    assert Conference.objects.get().join_url == link
    assert link in zoom.mails(GUEST)[-1]["text"]
    assert "still shows the earlier time" in zoom.mails(HOST)[-1]["text"]
    assert zoom.control.violations() == []


def test_a_move_with_the_scope_is_carried_to_zoom(alice, client, zoom):
    booking = booked(alice, client, zoom, scopes=EXTRA)

    move(booking, days=2)
    work_off()

    assert kinds(zoom) == ["v2.users_me", "v2.create", "v2.update"]
    assert zoom.control.meetings()[0]["start_time"] == f"{tomorrow() + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    assert "still shows the earlier time" not in zoom.mails(HOST)[-1]["text"]


def test_a_move_beyond_the_links_life_makes_another_meeting(alice, client, zoom):
    booking = booked(alice, client, zoom)
    link = Conference.objects.get().join_url

    move(booking, days=35)
    work_off()

    assert kinds(zoom) == ["v2.users_me", "v2.create", "v2.create"]
    assert Conference.objects.get().join_url != link
    assert Conference.objects.get().join_url in zoom.mails(GUEST)[-1]["text"]
    assert len(zoom.mails(GUEST)) == 2


def test_a_new_link_that_comes_late_is_mailed_all_the_same(midday, alice, client, zoom):
    booking = booked(alice, client, zoom)
    zoom.control.fault("rate_limit_daily")
    move(booking, days=35)
    work_off()
    assert "follows" in zoom.mails(GUEST)[-1]["text"]

    due_now()
    work_off()

    assert [mail["subject"].split(":")[0] for mail in zoom.mails(GUEST)][1:] == ["Moved", "Zoom link"]
    assert Conference.objects.get().join_url in zoom.mails(GUEST)[-1]["text"]


def test_a_cancellation_without_the_scope_tells_the_host_what_stays(alice, client, zoom):
    booking = booked(alice, client, zoom)
    number = Conference.objects.get().reference

    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()

    assert kinds(zoom) == ["v2.users_me", "v2.create"]
    assert f"Zoom meeting {number} stays" in zoom.mails(HOST)[-1]["text"]
    assert "METHOD:CANCEL" in zoom.mails(GUEST)[-1]["ics"][0]


def test_a_cancellation_with_the_scope_deletes_the_meeting(alice, client, zoom):
    booking = booked(alice, client, zoom, scopes=EXTRA)

    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()

    assert kinds(zoom) == ["v2.users_me", "v2.create", "v2.delete"]
    assert zoom.control.meetings()[0]["deleted"]
    assert "stays" not in zoom.mails(HOST)[-1]["text"]


def test_extra_scopes_change_nothing_until_something_changes(alice, client, zoom):
    booked(alice, client, zoom, scopes=EXTRA)

    assert kinds(zoom) == ["v2.users_me", "v2.create"]


def test_a_meeting_that_is_made_while_its_booking_is_called_off_is_removed(alice, client, zoom):
    zoom.control.app(extra_scopes=EXTRA)
    zoom.connect(client, alice)
    booking = book(order(make_page(alice, kinds=(("zoom", ""),)), kind="zoom"), now=present())

    cancel(booking.pk, actor="guest", note_text="", now=present())
    ensure_conference(booking)  # the worker had read it before
    work_off()

    assert kinds(zoom) == ["v2.users_me", "v2.create", "v2.delete"]
    assert zoom.control.meetings()[0]["deleted"]
