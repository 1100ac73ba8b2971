"""Stripe's calls: who may make them, and that each is taken once."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from sandbox.stripe.events import signature
from tests.browsing import WEB
from tests.clock import present
from timetuna.bookings.tests.conftest import make_page, work_off
from timetuna.jobs.models import Job
from timetuna.pages.tests.conftest import signed_in
from timetuna.payments.actions.check_account import look_at_accounts
from timetuna.payments.actions.receive import forget_events
from timetuna.payments.actions.refund import refund
from timetuna.payments.actions.settle import settle
from timetuna.payments.models import StripeAccount, StripeEvent
from timetuna.payments.secrets import unsealed
from timetuna.payments.tests.paying import ACCOUNT, payment_of, price
from timetuna.payments.tests.test_connecting import connect
from timetuna.payments.tests.test_way import buy, later, stands
from timetuna.stripe import stripe

pytestmark = [pytest.mark.django_db(transaction=True)]


def post(path, body, header):
    client = Client(headers={"stripe-signature": header})
    return client.post(path, data=body, content_type="application/json").status_code


def path_of(account):
    return f"/api/webhooks/stripe/{account.address}"


def signed(body, secret, *, minutes=0):
    stamp = int(present().timestamp()) + 60 * minutes
    return signature(secret, timestamp=stamp, body=body.encode())


@pytest.fixture
def told(paid_page, paying):
    """Return a booking that is paid, and the events about it."""
    booking = buy(paid_page)
    paying.pay(payment_of(booking))
    return booking, paying.control.take()


def test_unsigned_forged_and_old_calls_do_nothing(told, account):
    booking, [event, *_] = told
    body, good = event["body"], event["headers"]["Stripe-Signature"]
    refused = [
        post(path_of(account), body, ""),
        post(path_of(account), body + " ", good),
        post(path_of(account), body, signed(body, "whsec_other")),
        post("/api/webhooks/stripe", body, good),
    ]

    with later(6):
        refused.append(post(path_of(account), body, good))

    assert refused == [401] * 5
    assert post("/api/webhooks/stripe/nobody", body, good) == 404
    assert Client().get("/api/webhooks/stripe").status_code == 405
    assert not StripeEvent.objects.exists()
    work_off()  # the job of the beginning looks by itself
    assert stands(booking)[0] in {"awaiting_payment", "confirmed"}


def test_a_body_that_is_too_large_is_not_read(account):
    assert post(path_of(account), "x" * (513 * 1024), "") == 413


@pytest.mark.parametrize("body", ["[]", "{}", "nonsense", '{"id": "evt_1"}'])
def test_signed_nonsense_is_refused_without_harm(account, body):
    assert post(path_of(account), body, signed(body, unsealed(account, "webhook_secret"))) == 400


def test_the_same_call_a_hundred_times_has_one_effect(told, paying):
    booking, events = told
    assert {paying.send(events[-1]) for _ in range(100)} == {200}

    assert StripeEvent.objects.count() == 1
    work_off()
    assert stands(booking) == ("confirmed", "paid", True)
    assert booking.history.filter(event="paid").count() == 1


def test_another_accounts_endpoint_says_nothing_of_this_payment(told, bob, paying):
    booking, [event, *_] = told
    other = paying.account(bob, key="casey", stripe_id="acct_sandboxCasey02")
    body = event["body"]
    assert post(path_of(other), body, signed(body, unsealed(other, "webhook_secret"))) == 200

    assert not Job.objects.filter(key__contains=":event:").exists()
    assert booking


def test_what_an_event_says_is_not_believed(told, account, paying):
    """Signed as it should be, it says that another booking is paid: Stripe is asked, and says no."""
    booking, [_, event] = told
    page = booking.page
    other = buy(page, start=booking.start_at.replace(hour=(booking.start_at.hour + 2) % 24))
    lie = json.loads(event["body"])
    lie["id"] = "evt_lie"
    lie["data"]["object"] |= {"id": payment_of(other).session_id, "client_reference_id": other.public_id}
    body = json.dumps(lie)

    assert post(path_of(account), body, signed(body, unsealed(account, "webhook_secret"))) == 200
    work_off()

    assert stands(other) == ("awaiting_payment", "awaiting", True)


def test_other_payments_of_the_account_are_none_of_ours(account, paying):
    body = json.dumps(
        {
            "id": "evt_x",
            "type": "charge.refunded",
            "data": {"object": {"object": "charge", "payment_intent": "pi_x"}},
        }
    )
    assert post(path_of(account), body, signed(body, unsealed(account, "webhook_secret"))) == 200
    assert paying.control.calls("stripe.v1.session") == []


def test_a_connected_account_is_told_of_at_the_platforms_address(alice, paying):
    paying.control.decide("allow")
    back = WEB.get(stripe().authorize_url(state="x")).headers["location"]
    code = back.partition("code=")[2].partition("&")[0]
    acct, _ = stripe().exchange(code)
    StripeAccount.objects.create(host=alice, kind="connect", stripe_id=acct, currency="eur")
    booking = buy(price(make_page(alice)))
    paying.pay(payment_of(booking))
    told = paying.control.take()
    assert {event["url"].partition(":8000")[2] for event in told} == {"/api/webhooks/stripe"}

    assert {paying.send(event) for event in told} == {200}
    work_off()

    assert stands(booking) == ("confirmed", "paid", True)


@pytest.fixture
def told_of_account(monkeypatch):
    letters = []
    monkeypatch.setattr("timetuna.payments.actions.check_account.deliver", letters.append)
    return letters


def deauthorized(number=1):
    event = {"type": "account.application.deauthorized", "account": ACCOUNT, "data": {"object": {}}}
    return json.dumps({"id": f"evt_{number}"} | event)


def connected(alice):
    return StripeAccount.objects.create(host=alice, kind="connect", stripe_id=ACCOUNT, currency="eur")


def test_stripe_ends_the_connection(alice, paying, told_of_account):
    account = connected(alice)
    body = deauthorized()
    assert post("/api/webhooks/stripe", body, signed(body, "sandbox-stripe-webhook")) == 200
    work_off()

    account.refresh_from_db()
    assert "ended" in account.problem
    assert [letter.subject for letter in told_of_account] == ["Guests cannot pay you by Stripe"]
    assert paying


def test_one_that_was_connected_again_is_not_ended_by_an_old_event(alice, paying):
    connect(signed_in(alice), paying)
    account = StripeAccount.objects.get()
    body = deauthorized()
    assert post("/api/webhooks/stripe", body, signed(body, "sandbox-stripe-webhook")) == 200
    work_off()

    account.refresh_from_db()
    assert account.works()


def test_trouble_of_the_account_is_told_before_anybody_wants_to_pay(
    account, paying, paid_page, told_of_account
):
    paying.control.account(charges_enabled=False)
    assert paying.tell() == [200]
    work_off()
    account.refresh_from_db()
    assert "does not let this account take payments yet" in account.problem
    assert [letter.subject for letter in told_of_account] == ["Guests cannot pay you by Stripe"]

    paying.control.account(charges_enabled=True)
    paying.tell()
    work_off()
    account.refresh_from_db()
    assert account.works()
    assert len(told_of_account) == 1
    assert paid_page


def test_without_a_word_of_stripes_it_is_looked_at_anyway(account, paying, paid_page, told_of_account):
    paying.control.account(key_good=False)
    look_at_accounts()
    work_off()

    account.refresh_from_db()
    assert not account.works()
    assert [letter.subject for letter in told_of_account] == ["Guests cannot pay you by Stripe"]
    assert paid_page


def test_while_stripe_says_nothing_what_is_known_stays(account, paying, paid_page):
    paying.control.fault("stripe_reset", times=3)
    look_at_accounts()
    work_off()

    account.refresh_from_db()
    assert account.works()
    assert Job.objects.filter(name="payments.look_at_account", state="waiting").exists()
    assert paid_page


def test_how_a_dispute_ends_is_written_down_once(told, account, paying):
    booking, _ = told
    settle(booking.pk)
    payment = payment_of(booking)
    for number, outcome in enumerate(("lost", "lost")):
        about = {"object": "dispute", "payment_intent": payment.intent_id, "status": outcome}
        body = json.dumps({"id": f"evt_{number}", "type": "charge.dispute.closed", "data": {"object": about}})
        assert post(path_of(account), body, signed(body, unsealed(account, "webhook_secret"))) == 200
    work_off()

    assert payment_of(booking).state == "lost"
    assert booking.history.filter(event="dispute_ended").count() == 1
    assert paying.charged() == 4500


def test_calls_that_come_in_any_order_months_later_change_nothing(told, account, alice, paying):
    """Signed anew as Stripe does when it repeats, once it is forgotten that they have come."""
    booking, events = told
    settle(booking.pk)
    refund(booking.pk, 1500, by=alice.pk)
    events += paying.control.take()
    work_off()
    before = (stands(booking), [*booking.history.values_list("event", flat=True)], paying.charged())
    for days in (0, 46, 92):
        with later(days * 24 * 60):
            forget_events()
            for event in [*reversed(events), *events]:
                header = signed(event["body"], unsealed(account, "webhook_secret"))
                assert post(path_of(account), event["body"], header) == 200
            work_off()

    assert (stands(booking), [*booking.history.values_list("event", flat=True)], paying.charged()) == before


def test_old_events_are_forgotten():
    for days in (10, 50):
        StripeEvent.objects.create(
            account="acct_1", event_id=f"evt_{days}", received_at=present() - timedelta(days=days)
        )

    forget_events()

    assert [row.event_id for row in StripeEvent.objects.all()] == ["evt_10"]
