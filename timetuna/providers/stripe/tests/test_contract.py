"""Our client at the stand-in, over sockets: each call once, each refusal once."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browsing import WEB
from tests.clock import present
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.stripe.provider import Checkout, StripeKey, StripeRefused
from timetuna.providers.stripe.tests.conftest import build


def wanted(**changes):
    checkout = Checkout(
        booking="bk_123456789ABCDEFGHJ",
        title="Intro call",
        amount=4500,
        currency="eur",
        email="sam@guest.example",
        language="de",
        success_url="http://localhost:8000/b/token/paid",
        cancel_url="http://localhost:8000/b/token",
        ends_at=present() + timedelta(minutes=70),
    )
    return replace(checkout, **changes)


def test_whose_account_it_is(provider, key, control):
    mine = provider.account(key)

    assert (mine.id, mine.name, mine.currency, mine.can_charge) == (
        "acct_sandboxRobin01",
        "Robin’s Coaching",
        "eur",
        True,
    )
    assert not provider.account(StripeKey(control.key("new"))).can_charge


def test_paid_and_given_back_in_two_parts(provider, key, control):
    session = provider.create_session(key, wanted(), once="one")
    assert session.is_open
    assert session.url
    assert (session.subtotal, session.total, session.currency) == (4500, 4500, "eur")
    assert (session.booking, session.intent) == ("bk_123456789ABCDEFGHJ", None)

    control.pay(session.id)
    paid = provider.session(key, session.id)
    assert paid.is_complete
    assert paid.paid
    assert paid.intent.taken
    assert paid.intent.charge.captured
    assert paid.intent.charge.receipt_url

    first = provider.refund(key, paid.intent.id, 1500, once="r1")
    assert provider.refund(key, paid.intent.id, 1500, once="r1") == first
    provider.refund(key, paid.intent.id, 3000, once="r2")
    assert provider.session(key, session.id).intent.charge.refunded == 4500
    assert not provider.read_refund(key, first.id).failed
    with pytest.raises(StripeRefused) as refused:
        provider.refund(key, paid.intent.id, 1, once="r3")
    assert refused.value.reason == "charge_already_refunded"


def test_set_aside_then_taken_or_let_go(provider, key, control):
    taken, let_go = (provider.create_session(key, wanted(by_hand=True), once=name) for name in ("one", "two"))
    for session in (taken, let_go):
        control.pay(session.id)
    first, second = (provider.session(key, one.id).intent for one in (taken, let_go))
    assert first.set_aside
    assert not first.taken
    assert first.capture_before > present() + timedelta(days=6)

    provider.capture(key, first.id, once="capture")
    provider.cancel_intent(key, second.id, once="cancel")

    assert provider.intent(key, first.id).taken
    assert provider.intent(key, second.id).over
    with pytest.raises(StripeRefused):
        provider.capture(key, second.id, once="again")


def test_nobody_pays_on_a_page_that_was_ended(provider, key, control):
    session = provider.create_session(key, wanted(), once="one")

    assert provider.expire_session(key, session.id, once="end").is_expired
    assert provider.session(key, session.id).is_expired
    with pytest.raises(StripeRefused):
        provider.expire_session(key, session.id, once="again")
    paid = provider.create_session(key, wanted(), once="two")
    control.pay(paid.id)
    with pytest.raises(StripeRefused):
        provider.expire_session(key, paid.id, once="end two")


def test_tax_comes_on_top(provider, key):
    session = provider.create_session(key, wanted(taxed=True), once="one")

    assert (session.subtotal, session.total) == (4500, 5355)


def test_the_same_key_makes_one_page(provider, key, control):
    checkout = wanted()
    first, second = (provider.create_session(key, checkout, once="one") for _ in range(2))

    assert first.id == second.id
    assert len(control.sessions()) == 1
    with pytest.raises(StripeRefused) as refused:
        provider.create_session(key, wanted(amount=4600), once="one")
    assert refused.value.key_used_otherwise


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": 10}, "amount_too_small"),
        ({"currency": "xxx"}, "parameter_invalid"),
        ({"ends_at": None}, "parameter_invalid"),
    ],
    ids=["too little", "no currency", "too short"],
)
def test_what_stripe_refuses_is_permanent(provider, key, change, reason):
    change = {
        name: present() + timedelta(minutes=5) if value is None else value for name, value in change.items()
    }
    with pytest.raises(StripeRefused) as refused:
        provider.create_session(key, wanted(**change), once="one")

    assert refused.value.permanent
    assert refused.value.reason == reason


def test_a_wrong_key_has_to_be_mended(provider, control):
    with pytest.raises(NeedsReconnect) as error:
        provider.account(StripeKey("rk_test_wrong"))

    assert "rk_test" not in str(error.value)
    control.account(key_good=False)
    with pytest.raises(NeedsReconnect):
        provider.account(StripeKey("rk_test_sandboxRobin0001"))


@pytest.mark.parametrize(
    "fault",
    ["stripe_500", "stripe_not_json", "stripe_reset", "stripe_429", "stripe_forbidden"],
)
def test_faults_are_told_apart(provider, key, control, fault):
    control.fault(fault)

    with pytest.raises((ProviderError, NeedsReconnect)) as error:
        provider.create_session(key, wanted(), once="one")

    assert isinstance(error.value, NeedsReconnect) == (fault == "stripe_forbidden")
    assert not getattr(error.value, "permanent", False)
    assert provider.create_session(key, wanted(), once="one").is_open


def test_a_lost_answer_is_had_again_by_its_key(provider, key, control):
    checkout = wanted()
    control.fault("stripe_lost_answer")
    with pytest.raises(ProviderError) as error:
        provider.create_session(key, checkout, once="one")

    assert error.value.outcome_unknown
    assert provider.create_session(key, checkout, once="one").id == control.sessions()[0]["id"]
    assert len(control.sessions()) == 1


def test_a_refund_that_fails_says_so(provider, key, control):
    session = provider.create_session(key, wanted(), once="one")
    control.pay(session.id)
    control.fault("stripe_refund_fails")

    given = provider.refund(key, provider.session(key, session.id).intent.id, 100, once="r")

    assert given.failed


def test_an_endpoint_is_registered_and_forgotten(provider, key, control):
    endpoint = provider.create_endpoint(key, "http://localhost:8000/api/webhooks/stripe/x", once="e")

    assert endpoint.secret.startswith("whsec_")
    assert endpoint.secret not in repr(endpoint)
    assert len(control.known()["endpoints"]) == 1
    provider.delete_endpoint(key, endpoint.id)
    provider.delete_endpoint(key, endpoint.id)
    assert control.known()["endpoints"] == []


def test_an_account_is_connected_by_the_platform_and_disconnected(provider, control):
    answer = WEB.get(provider.authorize_url(state="a-state"))
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["state"] == ["a-state"]

    account, live = provider.exchange(query["code"][0])

    assert (account, live) == ("acct_sandboxRobin01", False)
    key = provider.key_of(account)
    session = provider.create_session(key, wanted(), once="one")
    control.pay(session.id)
    assert provider.session(key, session.id).paid
    provider.deauthorize(account)
    provider.deauthorize(account)
    with pytest.raises(NeedsReconnect):
        provider.session(key, session.id)


def test_where_it_is_paid_is_told_beforehand(provider, running):
    assert provider.pays_at() == (running[0].http_url,)
    real = build("http://x", STRIPE_API_URL="https://api.stripe.com")
    assert real.pays_at() == ("https://checkout.stripe.com",)


def test_what_stripe_never_called_so_gets_into_no_path(provider, key, control):
    for name in ("../account", "cs_1/expire", "", "cs_1?x"):
        with pytest.raises(StripeRefused):
            provider.session(key, name)

    assert control.calls("stripe.v1.account") == []


def test_no_key_is_in_what_is_shown(provider, key):
    assert key.secret not in repr(key)
    assert key.secret not in repr(provider)
