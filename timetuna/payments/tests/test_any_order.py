"""Whatever happens in whatever order: money and booking agree in the end, and never is one there without the other.

PAYMENT_ORDERS=500 tries more orders than a change needs.
"""

import os
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count

import pytest
import time_machine
from django.db import connections
from django.test import Client
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.answer_request import approve, decline
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.cancel_together import restore_together
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import BookingRefused
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import due_now, order, tomorrow
from timetuna.jobs import queue
from timetuna.jobs.models import Job, Worker
from timetuna.lib.http import HttpClient
from timetuna.payments.actions.refund import refund
from timetuna.payments.models import TAKEN, Payment
from timetuna.payments.tests.paying import payment_of, price

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ORDERS = int(os.environ.get("PAYMENT_ORDERS", "60"))
_STARTS = count()


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed(*, after):
    """End whatever runs at its next call, before it leaves or once it has been answered."""
    asked = HttpClient.request

    def die(*args, **kwargs):
        if after:
            asked(*args, **kwargs)
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HttpClient, "request", die)
        try:
            yield
        except Killed:
            connections.close_all()
            Worker.objects.all().delete()
            queue.sweep()


def work():
    """As the worker does; what it was at when it was killed is begun anew."""
    worker = Worker.objects.create(machine="test", pid=1)
    for _ in range(100):
        job = queue.claim(worker)
        if job is None:
            break
        queue.attempt(job)()
    else:
        raise AssertionError("work never ends")
    worker.delete()


class Life:
    """One booking of a page that costs something, and all that can happen to it."""

    def __init__(self, page, paying, traveller):
        self.page, self.paying, self.traveller = page, paying, traveller
        number = next(_STARTS)
        start = tomorrow() + timedelta(days=9 + number // 20, minutes=30 * (number % 20))
        self.starts = [start + timedelta(days=step) for step in (40, 41, 42)]
        self.booking = book(order(page, start, email=f"g{number}@guest.example"), now=present())
        self.told = []
        self.by_hand = 0

    @property
    def payment(self):
        return payment_of(self.booking)

    def look(self):
        self.booking.refresh_from_db()

    def pay(self):
        """Nothing where the page to pay on is closed."""
        if session := self.payment.session_id:
            with suppress(ValueError):
                self.paying.control.pay(session)

    def come_back(self):
        Client().get(link_path(self.booking.booker, "booked_paid"))

    def take_events(self):
        self.told += self.paying.control.take()

    def first_event(self):
        self.take_events()
        if self.told:
            self.paying.send(self.told.pop(0))

    def last_event(self):
        self.take_events()
        if self.told:
            self.paying.send(self.told.pop())

    def event_twice(self):
        self.take_events()
        for event in self.told[:1] * 2:
            self.paying.send(event)

    def work(self):
        work()

    def minutes_pass(self):
        self.traveller.shift(timedelta(minutes=16))

    def hours_pass(self):
        self.traveller.shift(timedelta(hours=13))

    def die_before_a_call(self):
        with killed(after=False):
            due_now(name="payments.settle")
            work()

    def die_after_a_call(self):
        with killed(after=True):
            due_now(name="payments.settle")
            work()

    def lose_an_answer(self):
        self.paying.control.fault("stripe_lost_answer")

    def break_off(self):
        self.paying.control.fault("stripe_reset")

    def withdraw(self):
        cancel(self.booking.pk, actor="guest", note_text="", now=present())

    def call_off(self):
        cancel(self.booking.pk, actor="host", note_text="", now=present())

    def restore(self):
        restore_together(Booking.objects.all(), [self.booking.pk], now=present())

    def say_yes(self):
        approve(self.booking.pk, source="host", now=present())

    def say_no(self):
        decline(self.booking.pk, note_text="", source="host", now=present())

    def move(self):
        reschedule(self.booking.pk, start_minute=minute_of(self.starts.pop(0)), actor="guest", now=present())

    def give_some_back(self):
        refund(self.booking.pk, 700, by=self.page.host_id)
        self.by_hand += 700

    def refund_at_stripe(self):
        with suppress(ValueError):
            if self.payment.session_id:
                self.paying.control.refund(self.payment.session_id, 300)

    def dispute(self):
        with suppress(ValueError):
            if self.payment.session_id:
                self.paying.control.dispute(self.payment.session_id)


STEPS = [
    name for name in vars(Life) if not name.startswith("_") and name not in {"payment", "look", "take_events"}
]


def at_stripe(paying, booking):
    """What Stripe has of it: sessions, what was taken and what went back, what is set aside."""
    known = paying.control.known()
    mine = [one for one in known["sessions"] if one["client_reference_id"] == booking.public_id]
    intents = {one["payment_intent"] for one in mine}
    charges = [one for one in known["charges"] if one["payment_intent"] in intents]
    return {
        "charges": len(charges),
        "open": sum(one["status"] == "open" for one in mine),
        "taken": sum(one["amount_captured"] for one in charges),
        "back": sum(one["amount_refunded"] for one in charges),
        "aside": sum(one["amount_capturable"] for one in known["intents"] if one["id"] in intents),
    }


def check_now(paying, booking):
    """Hold at any moment."""
    booking.refresh_from_db()
    found = at_stripe(paying, booking)
    assert found["charges"] <= 1
    if booking.status == "confirmed":
        assert found["taken"] == 4500
    if booking.status == "pending":
        assert found["taken"] or found["aside"] or booking.pending_until
    takes = BookingHost.objects.filter(booking=booking, active=True).exists()
    assert takes == (not booking.is_off())


def check_in_the_end(paying, booking):
    payment, found = payment_of(booking), at_stripe(paying, booking)
    assert booking.status not in {"awaiting_payment", "pending"}
    assert found["open"] == found["aside"] == 0
    assert payment.refunded == found["back"]
    was_booked = booking.status in {"confirmed", "cancelled_by_guest", "cancelled_by_host"}
    if was_booked:
        assert found["taken"] == 4500
        assert payment.state in TAKEN
        by_rule = payment.refund_hours is not None and booking.status == "cancelled_by_host"
        assert found["back"] == 4500 or not by_rule
    else:
        assert found["taken"] == found["back"]
    events = [row.event for row in booking.history.all()]
    assert events.count("paid") <= 1
    assert events.count("money_came") == (1 if found["taken"] else 0)
    assert not Job.objects.filter(name="payments.settle", state="failed").exists()


def finish(life):
    """Let everything come that was lost, and all pauses pass."""
    life.paying.control.clear_faults()
    for _ in range(4):
        life.take_events()
        for event in life.told:
            life.paying.send(event)
        life.told.clear()
        due_now(name="payments.settle")
        work()
        life.traveller.shift(timedelta(days=3))


@given(
    steps=st.lists(st.sampled_from(STEPS), max_size=12),
    approval=st.booleans(),
    hours=st.sampled_from([None, 1]),
)
@example(["pay", "withdraw", "refund_at_stripe"], False, None)
@settings(
    max_examples=ORDERS, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_money_and_booking_agree(paid_page, paying, steps, approval, hours):
    note(f"{steps} {approval=} {hours=}")
    price(paid_page, refund_hours=hours, approval=approval, approval_hours=24)
    Job.objects.all().delete()
    paying.control.clear_faults()
    with time_machine.travel(present(), tick=True) as traveller:
        life = Life(paid_page, paying, traveller)
        for step in steps:
            with suppress(BookingRefused, IndexError):
                getattr(life, step)()
            check_now(paying, life.booking)
        finish(life)
        life.look()
        check_in_the_end(paying, life.booking)
    assert Payment.objects.filter(booking=life.booking).count() == 1
