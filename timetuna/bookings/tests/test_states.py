"""The table of states: what it allows, and what it refuses."""

from itertools import product

import pytest

from timetuna.bookings.events import (
    ENDED_BY,
    OFF,
    REQUESTS,
    TRANSITIONS,
    ForbiddenChangeError,
    Status,
    change_state,
    transition,
)
from timetuna.bookings.models import TAKES_TIME, Booking, BookingHost
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.bookings.tests.diary import put

ACTORS = ("guest", "host", "system", "further")
ALLOWED = {(one.start, one.to, one.by) for one in TRANSITIONS}


def test_each_change_stands_once():
    assert len(ALLOWED) == len(TRANSITIONS)


@pytest.mark.parametrize("one", [one for one in TRANSITIONS if one.start], ids=str)
def test_what_the_table_has_changes_the_booking_and_its_time(alice, one):
    booking = put(alice, tomorrow(), status=one.start)
    BookingHost.objects.update(active=one.start in TAKES_TIME)

    change_state(booking, one.to, actor=one.by, words="why", which="the request")

    booking = Booking.objects.get()
    assert (booking.status, booking.revision, booking.cancel_note) == (one.to, 1, "why")
    assert BookingHost.objects.get().active == (one.to in TAKES_TIME)
    last = booking.history.last()
    assert (last.event, last.actor, last.changes) == (one.event, one.by, {"status": [one.start, one.to]})


@pytest.mark.parametrize("start", [None, *Status])
def test_what_the_table_has_not_is_a_fault(start):
    for to, actor in product(Status, ACTORS):
        if (start, to, actor) not in ALLOWED:
            with pytest.raises(ForbiddenChangeError):
                transition(start, to, actor=actor)


def test_a_forbidden_change_leaves_the_booking_alone(alice):
    booking = put(alice, tomorrow(), cancelled_by="guest")

    with pytest.raises(ForbiddenChangeError):
        change_state(booking, Status.CONFIRMED, actor="host")

    assert Booking.objects.values_list("status", "revision").get() == ("cancelled_by_guest", 0)


def test_every_state_is_on_one_side_and_says_who_ended_it():
    assert set(Status) == TAKES_TIME | OFF
    assert ENDED_BY.keys() == OFF
    assert {one.to for one in TRANSITIONS} == set(Status)
    assert {Status.PENDING, Status.AWAITING_PAYMENT, Status.AWAITING_PHONE} == REQUESTS - OFF
