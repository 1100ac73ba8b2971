"""Stripe's own library for Python, used as its documentation says, finds in the stand-in what it finds at Stripe."""

import httpx2
import pytest
import stripe

from sandbox import Sandbox
from sandbox.config import example_app
from sandbox.stripe.control import StripeControl
from tests.clock import present

HOME = "http://app.example/b/1"
APP = example_app("stripe")


@pytest.fixture
def client(sandbox: Sandbox, control: StripeControl) -> stripe.StripeClient:
    addresses = {"api": f"{sandbox.http_url}/stripe", "connect": f"{sandbox.http_url}/stripe"}
    return stripe.StripeClient(control.key(), base_addresses=addresses, max_network_retries=0)


def asked(**more):
    price = {"currency": "eur", "unit_amount": 4500, "product_data": {"name": "Intro call"}}
    item = {"price_data": price, "quantity": 1}
    found = {"mode": "payment", "line_items": [item], "success_url": HOME, "cancel_url": HOME}
    return found | {"metadata": {"booking": "bk_1"}, "client_reference_id": "bk_1"} | more


def paid_session(client, control, **more):
    session = client.v1.checkout.sessions.create(asked(**more), {"idempotency_key": "bk_1:1"})
    control.pay(session.id)
    return client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})


def test_an_account_is_read(client):
    account = client.v1.accounts.retrieve_current()

    assert (account.id, account.email, account.charges_enabled) == (
        "acct_sandboxRobin01",
        "robin@host.example",
        True,
    )


def test_a_session_is_made_paid_and_read_with_its_charge(client, control):
    session = paid_session(client, control)

    assert (session.status, session.payment_status, session.amount_total) == ("complete", "paid", 4500)
    assert session.payment_intent.latest_charge.receipt_url
    assert session.metadata["booking"] == "bk_1"
    assert control.violations() == []


def test_the_same_key_is_one_session_and_other_parameters_are_refused(client):
    first = client.v1.checkout.sessions.create(asked(), {"idempotency_key": "same"})
    again = client.v1.checkout.sessions.create(asked(), {"idempotency_key": "same"})
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.create(asked(cancel_url=f"{HOME}?x"), {"idempotency_key": "same"})

    assert first.id == again.id


@pytest.mark.parametrize("ahead", [29 * 60, 25 * 3600])
def test_a_session_ends_between_thirty_minutes_and_a_day_from_now(client, ahead):
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(asked(expires_at=int(present().timestamp()) + ahead))


def test_a_session_is_expired_once_and_never_after_it_was_paid(client, control):
    over = client.v1.checkout.sessions.create(asked(), {"idempotency_key": "one"})
    client.v1.checkout.sessions.expire(over.id)
    paid = client.v1.checkout.sessions.create(asked(), {"idempotency_key": "two"})
    control.pay(paid.id)

    for session in (over, paid):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.checkout.sessions.expire(session.id)
    with pytest.raises(ValueError, match="expired"):
        control.pay(over.id)


def test_what_is_set_aside_is_captured_or_let_go(client, control):
    manual = {"payment_intent_data": {"capture_method": "manual"}}
    session = paid_session(client, control, **manual)
    assert (session.payment_status, session.payment_intent.status) == ("unpaid", "requires_capture")

    taken = client.v1.payment_intents.capture(session.payment_intent.id)
    assert (taken.status, taken.amount_received) == ("succeeded", 4500)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.cancel(session.payment_intent.id)


def test_what_is_set_aside_is_let_go_by_itself_after_seven_days(client, control):
    session = paid_session(client, control, payment_intent_data={"capture_method": "manual"})
    control.clock(offset_seconds=7 * 86_400 + 1)

    assert client.v1.payment_intents.retrieve(session.payment_intent.id).status == "canceled"


def test_money_is_given_back_in_parts_and_never_more_than_there_was(client, control):
    intent = paid_session(client, control).payment_intent.id
    part = client.v1.refunds.create({"payment_intent": intent, "amount": 1500}, {"idempotency_key": "r1"})
    same = client.v1.refunds.create({"payment_intent": intent, "amount": 1500}, {"idempotency_key": "r1"})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent, "amount": 3001}, {"idempotency_key": "r2"})
    client.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "r3"})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "r4"})

    assert part.id == same.id


def test_an_endpoint_hears_of_events_with_a_signature_that_the_library_verifies(client, control):
    events = ["checkout.session.completed", "charge.refunded"]
    made = client.v1.webhook_endpoints.create({"url": "http://app.example/hook", "enabled_events": events})
    session = paid_session(client, control)
    control.refund(session.id)
    control.dispute(session.id)
    told = control.take()

    kinds = []
    for one in told:
        event = stripe.Webhook.construct_event(
            one["body"], one["headers"]["Stripe-Signature"], made.secret, tolerance=None
        )
        kinds.append(event.type)
    assert kinds == events
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(one["body"], one["headers"]["Stripe-Signature"], "whsec_other")
    client.v1.webhook_endpoints.delete(made.id)


def test_events_are_lost_doubled_forged_and_turned_round_as_faults_say(client, control):
    client.v1.webhook_endpoints.create({"url": "http://app.example/hook", "enabled_events": ["*"]})
    control.fault("stripe_event_lost")
    control.fault("stripe_event_twice")
    paid_session(client, control)  # the first event is lost, the second comes twice

    told = control.take(newest_first=True)
    assert [one["type"] for one in told] == ["checkout.session.completed"] * 2


def test_a_business_is_connected_and_disconnected_by_the_platform(client, control, sandbox):
    address = f"{sandbox.http_url}/stripe/oauth/authorize"
    control.decide("allow")
    query = {
        "response_type": "code",
        "client_id": APP.client_id,
        "scope": "read_write",
        "state": "s",
        "redirect_uri": "http://localhost:8000/api/calendar-accounts/stripe/callback",
    }
    back = httpx2.get(address, params=query).headers["Location"]
    code = httpx2.URL(back).params["code"]
    platform = stripe.StripeClient(
        APP.client_secret, base_addresses=client._requestor._options.base_addresses
    )
    granted = platform.oauth.token({"grant_type": "authorization_code", "code": code})

    own = {"stripe_account": granted.stripe_user_id}
    assert platform.v1.accounts.retrieve_current(None, own).email == "robin@host.example"
    platform.oauth.deauthorize({"client_id": APP.client_id, "stripe_user_id": granted.stripe_user_id})
    with pytest.raises(stripe.PermissionError):
        platform.v1.accounts.retrieve_current(None, own)


def test_keys_that_are_wrong_and_accounts_that_cannot_be_paid_are_refused(client, control, sandbox):
    with pytest.raises(stripe.AuthenticationError):
        client.v1.accounts.retrieve_current(None, {"api_key": "rk_test_wrong"})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(asked(), {"api_key": control.key("new")})
    secret = control.key("robin")
    assert secret not in repr(control.known())
