"""Money that goes back: by hand, by rule, at Stripe; and what a bank takes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.cancel_together import restore_together
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import due_now, tomorrow, work_off
from timetuna.jobs.models import Job
from timetuna.payments.actions.refund import refund
from timetuna.payments.actions.settle import settle
from timetuna.payments.models import Refund
from timetuna.payments.tests.paying import payment_of, price
from timetuna.payments.tests.test_way import buy, events, stands

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def booked(paid_page, paying):
    booking = buy(paid_page, start=tomorrow() + timedelta(days=3))
    paying.pay(payment_of(booking))
    settle(booking.pk)
    return booking


def test_a_part_and_then_the_rest(booked, paying, alice):
    payment = refund(booked.pk, 1500, by=alice.pk)
    assert (payment.state, payment.refunded, payment.left()) == ("partly_refunded", 1500, 3000)
    assert stands(booked) == ("confirmed", "partly_refunded", True)

    payment = refund(booked.pk, 3000, by=alice.pk)
    assert (payment.state, payment.refunded, payment.left()) == ("refunded", 4500, 0)
    assert paying.charged() == 0
    assert [row.text for row in booked.history.filter(event="refunded")] == [
        "15.00\xa0€ went back to the guest.",
        "30.00\xa0€ went back to the guest.",
    ]
    work_off()
    mails = Job.objects.filter(name="bookings.mail", arguments__kind="refunded")
    assert mails.count() == 2
    with pytest.raises(NotPossible):
        refund(booked.pk, 1, by=alice.pk)


@pytest.mark.parametrize("amount", [0, -5, 4501])
def test_no_more_than_was_paid(booked, paying, alice, amount):
    with pytest.raises(NotPossible):
        refund(booked.pk, amount, by=alice.pk)

    assert paying.charged() == 4500


def test_stripe_away_it_goes_back_later_and_once(booked, paying, alice):
    paying.control.fault("stripe_lost_answer")
    refund(booked.pk, 1500, by=alice.pk)
    due_now()
    work_off()

    assert paying.charged() == 3000
    assert payment_of(booked).refunded == 1500
    assert Refund.objects.count() == 1


def test_one_that_fails_is_told(booked, paying, alice):
    paying.control.fault("stripe_refund_fails", times=1)
    with pytest.raises(NotPossible):
        refund(booked.pk, 4500, by=alice.pk)

    assert stands(booked) == ("confirmed", "paid", True)
    assert "refund_failed" in events(booked)
    assert Job.objects.filter(arguments__kind="refund_failed").exists()


@pytest.mark.parametrize(
    ("actor", "hours", "back"),
    [
        ("guest", 24, True),
        ("guest", 24 * 30, False),
        ("guest", None, False),
        ("host", 24 * 30, True),
        ("host", None, False),
    ],
)
def test_the_rule_says_what_goes_back_when_it_is_called_off(paid_page, paying, actor, hours, back):
    booking = buy(price(paid_page, refund_hours=hours), start=tomorrow() + timedelta(days=3))
    paying.pay(payment_of(booking))
    settle(booking.pk)

    cancel(booking.pk, actor=actor, note_text="", now=present())
    work_off()

    assert paying.charged() == (0 if back else 4500)
    assert payment_of(booking).state == ("refunded" if back else "paid")


def test_the_rule_is_that_of_the_time_it_was_booked(booked, paid_page, paying):
    price(paid_page, refund_hours=1)
    cancel(booked.pk, actor="guest", note_text="", now=present())
    work_off()

    assert paying.charged() == 4500


def test_moved_it_keeps_its_payment(booked, paying):
    before = payment_of(booked)
    reschedule(
        booked.pk, start_minute=minute_of(tomorrow(15) + timedelta(days=4)), actor="guest", now=present()
    )
    work_off()

    after = payment_of(booked)
    assert (after.pk, after.state, after.intent_id) == (before.pk, "paid", before.intent_id)
    assert paying.charged() == 4500


def test_refunded_at_stripe_it_stands_in_the_history(booked, paying):
    session = payment_of(booked).session_id
    paying.control.take()
    paying.control.refund(session, 1000)
    assert paying.tell() == [200]
    work_off()
    assert (payment_of(booked).state, payment_of(booked).refunded) == ("partly_refunded", 1000)
    paying.control.refund(session)
    told = paying.control.take()
    assert [paying.send(one) for one in (*told, *told)] == [200, 200]
    work_off()

    assert (payment_of(booked).state, payment_of(booked).refunded) == ("refunded", 4500)
    assert events(booked).count("refunded_at_stripe") == 2
    assert "refunded" not in events(booked)
    assert stands(booked)[0] == "confirmed"


def test_a_dispute_stands_in_the_history_once(booked, paying):
    paying.control.take()
    paying.control.dispute(payment_of(booked).session_id)
    told = paying.control.take()
    assert [paying.send(one) for one in (*told, *told)] == [200, 200]
    work_off()
    settle(booked.pk)

    assert payment_of(booked).disputed
    assert events(booked).count("disputed") == 1
    assert Job.objects.filter(arguments__kind="disputed").count() == 1


def test_what_was_refunded_is_not_called_back_to_life(booked, paying, alice):
    refund(booked.pk, 4500, by=alice.pk)
    cancel(booked.pk, actor="host", note_text="", now=present())
    work_off()

    assert restore_together(Booking.objects.all(), [booked.pk], now=present()) == ([], 1)


def test_what_is_still_paid_is(booked, paying):
    cancel(booked.pk, actor="host", note_text="", now=present())
    work_off()

    assert restore_together(Booking.objects.all(), [booked.pk], now=present()) == ([booked.pk], 0)
    work_off()
    assert stands(booked) == ("confirmed", "paid", True)
    assert paying.charged() == 4500


def test_the_button_gives_back_what_is_typed_or_all(booked, paying, alice):
    client = Client()
    client.force_login(alice)
    url = reverse("booking_refund", args=[booked.pk])

    assert client.post(url, {"amount": "12,50"})["Location"] == reverse("booking", args=[booked.pk])
    assert paying.charged() == 3250
    client.post(url, {"amount": "abc"})
    client.post(url, {"amount": "99"})
    assert paying.charged() == 3250
    client.post(url, {"amount": ""})
    assert paying.charged() == 0


def test_nobody_else_gives_it_back(booked, paying, bob, charlie):
    url = reverse("booking_refund", args=[booked.pk])
    for person in (bob, charlie):
        client = Client()
        client.force_login(person)
        assert client.post(url, {"amount": ""}).status_code == 404
    assert Client().post(url, {"amount": ""}).status_code == 302
    assert paying.charged() == 4500
