"""Handing over is taken back before anybody has heard of it, and has never been."""

import pytest
from django.test import Client

from tests.clock import present
from timetuna.bookings.actions.hand_over import UNDO, undo_hand_over
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import latest_handing
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import (
    due_now,
    staff,
    tomorrow,
    work_off,
)
from timetuna.bookings.tests.life import made
from timetuna.bookings.tests.test_reassign import BOB, give
from timetuna.pages.models import PageHost

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]


def test_undone_in_time_it_has_never_been(alice, bob, shared, zoom, google):
    google.connect(Client(), alice)
    booking = made(shared, tomorrow())
    mails, events = len(zoom.mails()), google.writes()
    before = Booking.objects.values().get()

    give(booking, alice, bob, undo=UNDO)
    work_off()
    undo_hand_over(booking.pk, now=present())
    due_now()
    work_off()

    assert Booking.objects.values().get() == before
    assert list(booking.booking_hosts.values_list("host", flat=True)) == [alice.pk]
    assert (len(zoom.mails()), google.writes()) == (mails, events)
    assert [entry.event for entry in booking.history.all()][-2:] == ["handed_over", "hand_over_undone"]

    give(booking, alice, bob, undo=UNDO)
    due_now()
    work_off()
    assert len(zoom.mails(BOB)) == 1
    with pytest.raises(NotPossible, match="under way"):
        undo_hand_over(booking.pk, now=present())


def test_undoing_gives_an_own_meeting_back_as_it_was(alice, bob, page, zoom):
    booking = made(page, tomorrow())

    give(booking, alice, bob, undo=UNDO)
    undo_hand_over(booking.pk, now=present())

    booking.refresh_from_db()
    assert (booking.host, booking.neutral_organizer, booking.revision) == (alice, False, 0)


def test_undoing_a_meeting_that_left_a_group(alice, bob, page, zoom):
    booking = made(staff(page, "all", bob), tomorrow())

    give(booking, alice, bob, undo=UNDO)
    assert list(booking.booking_hosts.values_list("host", flat=True)) == [bob.pk]
    undo_hand_over(booking.pk, now=present())

    booking.refresh_from_db()
    assert booking.host == alice
    assert set(booking.booking_hosts.values_list("host", flat=True)) == {alice.pk, bob.pk}


def test_the_turn_goes_over_and_comes_back_exactly(alice, bob, shared):
    booking = made(staff(shared, "any", bob), tomorrow(), worked=False)
    before = list(PageHost.objects.order_by("pk").values_list("balance", "last_turn_at"))

    give(booking, alice, bob, undo=UNDO)
    assert list(PageHost.objects.order_by("pk").values_list("balance", flat=True)) == [0, 0]
    assert booking.turns.get(undone=False).rule == "handed"

    undo_hand_over(booking.pk, now=present())
    assert list(PageHost.objects.order_by("pk").values_list("balance", "last_turn_at")) == before
    assert set(booking.turns.values_list("rule", "undone")) == {("ledger", False)}


def test_undone_to_one_who_hosts_it_too_it_has_never_been_and_no_later_mail_speaks_of_it(
    alice, bob, page, zoom
):
    staff(page, "all", bob)
    booking = made(page, tomorrow())
    booking.booking_hosts.filter(host=bob).update(part="optional")
    before = list(booking.booking_hosts.values_list("host", "part").order_by("host"))

    give(booking, bob, alice, undo=UNDO)
    undo_hand_over(booking.pk, now=present())

    assert list(booking.booking_hosts.values_list("host", "part").order_by("host")) == before
    assert latest_handing(booking) is None
    give(booking, alice, bob)
    give(booking, bob, alice, undo=UNDO)
    undo_hand_over(booking.pk, now=present())
    assert latest_handing(booking).changes["host"] == ["Alice Host", "Bob Teammate"]
