"""Where each booking is confirmed by its host: set aside, then taken with their yes or let go."""

from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.answer_request import approve, decline
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.cancel_together import restore_together
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import due_now, tomorrow, work_off
from timetuna.jobs.models import Job
from timetuna.payments.actions.settle import settle
from timetuna.payments.queries import stripe_key
from timetuna.payments.tests.paying import payment_of
from timetuna.payments.tests.test_way import buy, events, later, stands
from timetuna.stripe import stripe

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def asking(paid_page):
    paid_page.approval = True
    paid_page.approval_hours = 24
    paid_page.save()
    return paid_page


@pytest.fixture
def asked(asking, paying):
    """Return a request whose guest has given their card."""
    booking = buy(asking, start=tomorrow() + timedelta(days=20))
    paying.pay(payment_of(booking))
    settle(booking.pk)
    booking.refresh_from_db()
    return booking


def kinds():
    return sorted(Job.objects.filter(name="bookings.mail").values_list("arguments__kind", flat=True))


def test_set_aside_it_is_a_request(asked, paying):
    assert stands(asked) == ("pending", "authorised", True)
    assert paying.charged() == 0
    assert paying.set_aside() == 4500
    assert events(asked) == ["payment_awaited", "paid"]
    assert kinds() == ["requested", "requested"]
    assert asked.pending_until <= present() + timedelta(hours=24)


def test_yes_takes_it_and_then_confirms(asked, paying):
    booking = approve(asked.pk, source="host", now=present())

    assert booking.status == "confirmed"
    assert stands(asked) == ("confirmed", "paid", True)
    assert paying.charged() == 4500
    assert events(asked) == ["payment_awaited", "paid", "approved", "money_came"]
    assert approve(asked.pk, source="host", now=present()).status == "confirmed"
    work_off()
    assert paying.charged() == 4500


def test_no_lets_it_go(asked, paying):
    decline(asked.pk, note_text="", source="host", now=present())
    work_off()

    assert stands(asked) == ("declined", "released", False)
    assert (paying.charged(), paying.set_aside()) == (0, 0)


def test_taken_back_lets_it_go(asked, paying):
    cancel(asked.pk, actor="guest", note_text="", now=present())
    work_off()

    assert stands(asked) == ("withdrawn", "released", False)
    assert (paying.charged(), paying.set_aside()) == (0, 0)


def test_without_an_answer_it_lapses_and_is_let_go(asked, paying):
    with later(24 * 60 + 1):
        work_off()

        assert stands(asked) == ("lapsed", "released", False)
        assert (paying.charged(), paying.set_aside()) == (0, 0)


def test_the_answer_is_due_before_what_is_set_aside_lapses(asking, paying):
    asking.approval_hours = 24 * 14
    asking.save()
    booking = buy(asking, start=tomorrow() + timedelta(days=20))
    paying.pay(payment_of(booking))
    settle(booking.pk)
    booking.refresh_from_db()
    week = timedelta(days=7)

    assert present() + week - timedelta(hours=2) < booking.pending_until < present() + week

    with later(60 * 24):
        moved = reschedule(
            booking.pk,
            start_minute=minute_of(tomorrow(12) + timedelta(days=20)),
            actor="guest",
            now=present(),
        )
        moved.refresh_from_db()
        assert moved.pending_until == booking.pending_until


def test_what_cannot_be_taken_leaves_the_request_waiting(asked, paying):
    paying.control.fault("stripe_500", times=None)

    assert approve(asked.pk, source="host", now=present()).status == "pending"

    assert stands(asked) == ("pending", "authorised", True)
    paying.control.clear_faults()
    due_now(name="payments.settle")
    work_off()
    assert stands(asked) == ("confirmed", "paid", True)
    assert asked.history.get(event="approved").source == "host"


def test_what_was_let_go_at_stripe_ends_the_request(asked, paying):
    payment = payment_of(asked)
    stripe().cancel_intent(stripe_key(payment.account), payment.intent_id, once="x")

    approve(asked.pk, source="host", now=present())

    assert stands(asked) == ("lapsed", "released", False)


def test_yes_and_no_at_once_end_in_agreement(asked, paying):
    """The money is taken, and the yes is not known here yet, when a no comes."""
    paying.control.fault("stripe_lost_answer")
    approve(asked.pk, source="host", now=present())
    assert paying.charged() == 4500
    decline(asked.pk, note_text="", source="host", now=present())
    due_now()
    work_off()

    assert stands(asked) == ("declined", "refunded", False)
    assert paying.charged() == 0


def test_a_no_is_not_taken_back_once_the_money_is_gone(asked, paying):
    decline(asked.pk, note_text="", source="host", now=present())
    work_off()

    assert restore_together(Booking.objects.all(), [asked.pk], now=present()) == ([], 1)
    assert stands(asked) == ("declined", "released", False)


def test_refused_by_stripe_the_host_is_told(asked, paying):
    paying.control.fault("stripe_capture_refused")
    with pytest.raises(NotPossible):
        approve(asked.pk, source="host", now=present())

    assert stands(asked) == ("pending", "authorised", True)
    assert "capture_failed" in kinds()
    assert payment_of(asked).capture == {}
    work_off()
    assert stands(asked) == ("pending", "authorised", True)
    assert approve(asked.pk, source="host", now=present()).status == "confirmed"
