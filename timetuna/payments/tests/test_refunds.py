"""Money that goes back: by hand, by rule, at Stripe; and what a bank takes."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
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
from timetuna.pages.tests.conftest import signed_in
from timetuna.payments.actions.connect import connect_by_key
from timetuna.payments.actions.refund import refund
from timetuna.payments.actions.settle import settle
from timetuna.payments.models import Payment, Refund
from timetuna.payments.secrets import unsealed
from timetuna.payments.tests.paying import payment_of, price
from timetuna.payments.tests.test_shown import hosts_page, text_of
from timetuna.payments.tests.test_way import buy, events, stands
from timetuna.payments.tests.test_webhooks import path_of, post, signed

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def booked(paid_page, paying):
    booking = buy(paid_page, start=tomorrow() + timedelta(days=3))
    paying.pay(payment_of(booking))
    settle(booking.pk)
    return booking


def test_a_part_and_then_the_rest(booked, paying, alice):
    payment = refund(booked.pk, 1500, by=alice.pk).payment
    assert (payment.state, payment.refunded, payment.left()) == ("partly_refunded", 1500, 3000)
    assert stands(booked) == ("confirmed", "partly_refunded", True)

    payment = refund(booked.pk, 3000, by=alice.pk).payment
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


@pytest.mark.parametrize("outcome", ["won", "warning_closed", "lost"])
def test_a_dispute_that_is_over_is_none_any_more(booked, paying, account, outcome):
    paying.control.dispute(payment_of(booked).session_id)
    paying.tell()
    work_off()
    payment = payment_of(booked)
    about = {"object": "dispute", "payment_intent": payment.intent_id, "status": outcome}
    body = json.dumps({"id": "evt_end", "type": "charge.dispute.closed", "data": {"object": about}})
    assert post(path_of(account), body, signed(body, unsealed(account, "webhook_secret"))) == 200
    work_off()
    settle(booked.pk)

    payment.refresh_from_db()
    assert not payment.disputed  # although Stripe’s charge says for ever that it was
    assert payment.state == ("lost" if outcome == "lost" else "paid")
    assert events(booked).count("disputed") == events(booked).count("dispute_ended") == 1
    assert Job.objects.filter(arguments__kind="disputed").count() == 1


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


@pytest.fixture
def press(booked, alice):
    """Send the form of the booking's page, and return what is said then."""

    def press(amount, form=""):
        url = reverse("booking_refund", args=[booked.pk])
        return text_of(signed_in(alice).post(url, {"amount": amount, "once": form}, follow=True))

    return press


def test_the_button_gives_back_what_is_typed(booked, paying, press):
    assert "12.50 € goes back to your guest" in press("12,50")
    assert paying.charged() == 3250
    assert "Write an amount" in press("abc")
    assert "There is not so much left" in press("99")
    assert "Write an amount" in press("")
    assert "Write an amount" in press("0.001")
    assert "“1.000” can be read in two ways. For thousands, write 1000." in press("1.000")
    assert paying.charged() == 3250
    press("32.50")
    assert paying.charged() == 0


def test_the_form_names_what_goes_back_and_wants_it_written(booked, alice):
    page = hosts_page(alice, booked)

    assert f'data-confirm-title="Give {{amount}} back to {booked.booker.name}?"' in page
    assert 'data-words="45.00 €"' in page
    assert 'name="once"' in page
    assert 'required value="45.00"' in " ".join(page.split())


def test_the_same_form_five_times_gives_it_back_once(booked, paying, press):
    form = str(uuid4())
    said = [press(amount, form) for amount in ("10", "10", "10", "10", "20")]

    assert paying.charged() == 3500
    assert Refund.objects.count() == 1
    assert all("10.00 € goes back to your guest" in one for one in said)
    press("10", str(uuid4()))
    assert paying.charged() == 2500


def test_with_a_dead_key_nothing_goes_back_then_or_later(booked, paying, press):
    paying.control.account(key_good=False)
    said = press("5")

    assert "Nothing went back to your guest. Stripe does not accept the key any more." in said
    assert [(one.state, one.amount) for one in Refund.objects.all()] == [("failed", 500)]
    assert "refund_failed" in events(booked)
    due_now()
    work_off()
    paying.control.account(key_good=True)
    press("7")
    due_now()
    work_off()
    assert paying.charged() == 3800


def test_one_that_waits_is_shown_and_no_other_comes_on_top(booked, paying, alice, press):
    paying.control.fault("stripe_500")
    said = press("5")

    assert "5.00 € waits to go back to your guest." in said
    assert "Refund …" not in said
    paying.control.fault("stripe_500")
    press("7")
    assert [(one.state, one.amount) for one in Refund.objects.all()] == [("waiting", 500)]
    due_now()
    work_off()
    assert paying.charged() == 4000
    assert "Refund …" in hosts_page(alice, booked)


def test_one_that_waits_fails_once_its_key_is_dead(booked, paying, press):
    paying.control.fault("stripe_500")
    press("5")
    paying.control.account(key_good=False)
    due_now()
    work_off()

    assert [(one.state, one.amount) for one in Refund.objects.all()] == [("failed", 500)]


def test_one_that_stripe_does_not_take_for_thirty_days_fails_and_is_told(booked, paying, alice, press):
    paying.control.fault("stripe_500", times=100)
    press("5")
    found = []
    for days in (0, 29, 31):
        with time_machine.travel(present() + timedelta(days=days), tick=True):
            due_now(name="payments.settle")
            work_off()
        found.append(Refund.objects.get().state)

    assert found == ["waiting", "waiting", "failed"]
    assert booked.history.filter(event="refund_failed").count() == 1
    assert Job.objects.filter(name="bookings.mail", arguments__kind="refund_failed").count() == 1
    paying.control.clear_faults()
    due_now()
    work_off()
    assert paying.charged() == 4500


def test_what_a_rule_gives_back_goes_once_stripe_is_connected_again(paid_page, paying, alice, account):
    booking = buy(price(paid_page, refund_hours=1), start=tomorrow() + timedelta(days=3))
    paying.pay(payment_of(booking))
    settle(booking.pk)
    paying.control.account(key_good=False)
    cancel(booking.pk, actor="host", note_text="", now=present())
    work_off()
    account.delete()
    work_off()
    assert paying.charged() == 4500
    paying.control.account(key_good=True)
    connect_by_key(paying.control.key(), host_id=alice.pk)
    work_off()

    assert paying.charged() == 0


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"disputed": True}, "bank disputes this payment, so it cannot be given back here."),
        ({"account": None}, "Give the money back at Stripe itself."),
    ],
)
def test_what_cannot_go_back_here_is_not_offered(booked, paying, alice, press, columns, sentence):
    Payment.objects.filter(booking=booked).update(**columns)
    page = hosts_page(alice, booked)

    assert sentence in page
    assert "Refund …" not in page
    assert sentence in press("5")
    assert paying.charged() == 4500
    assert not Refund.objects.exists()


def test_nobody_else_gives_it_back(booked, paying, bob, charlie):
    url = reverse("booking_refund", args=[booked.pk])
    for person in (bob, charlie):
        client = Client()
        client.force_login(person)
        assert client.post(url, {"amount": ""}).status_code == 404
    assert Client().post(url, {"amount": ""}).status_code == 302
    assert paying.charged() == 4500
