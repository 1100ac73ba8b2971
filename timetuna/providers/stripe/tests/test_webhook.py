"""Signatures of Stripe's calls: over the raw bytes, five minutes, several at once, and nothing that is not one."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from stripe import WebhookSignature

from sandbox.stripe.events import signature
from tests.clock import present
from timetuna.providers.stripe.webhook import is_signed, read_call

SECRET = "whsec_one"
BODY = json.dumps(
    {
        "id": "evt_1",
        "type": "checkout.session.completed",
        "account": "acct_1",
        "data": {
            "object": {
                "id": "cs_test_1",
                "object": "checkout.session",
                "client_reference_id": "bk_1",
                "payment_intent": "pi_1",
                "status": "complete",
            }
        },
    }
).encode()


def header(*, at=None, body=BODY, secret=SECRET):
    moment = at or present()
    return signature(secret, timestamp=int(moment.timestamp()), body=body)


def test_good_calls_are_taken_and_the_sdk_agrees():
    sent = header()

    assert is_signed(BODY, sent, [SECRET], now=present())
    assert WebhookSignature.verify_header(BODY.decode(), sent, SECRET, tolerance=300)


def test_one_of_two_secrets_and_one_of_two_signatures_are_enough():
    wrong, right = header(secret="whsec_other").split(",")[1], header().split(",")

    assert is_signed(BODY, header(), ["whsec_new", SECRET], now=present())
    assert is_signed(BODY, ",".join([right[0], wrong, right[1]]), [SECRET], now=present())


@pytest.mark.parametrize("minutes", [-6, 6])
def test_five_minutes_either_way(minutes):
    now = present()

    assert not is_signed(BODY, header(at=now + timedelta(minutes=minutes)), [SECRET], now=now)
    assert is_signed(BODY, header(at=now + timedelta(minutes=minutes * 0.8)), [SECRET], now=now)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "t=,v1=",
        "t=abc,v1=00",
        "t=" + "9" * 20 + ",v1=00",
        "t=-1,v1=00",
        "v1=00",
        "t=1",
        "t=1,t=2,v1=00",
        "nonsense",
        "t=1,v0=" + "0" * 64,
    ],
)
def test_what_is_no_signature_is_none(wrong):
    assert not is_signed(BODY, wrong, [SECRET], now=present())


def test_another_body_or_secret_or_none_is_refused():
    now = present()

    assert not is_signed(BODY + b" ", header(), [SECRET], now=now)
    assert not is_signed(BODY, header(), ["whsec_other"], now=now)
    assert not is_signed(BODY, header(), [], now=now)
    assert not is_signed(BODY, header(secret=""), [""], now=now) if SECRET else True


def test_what_it_is_about_is_read():
    call = read_call(BODY)

    assert (call.id, call.kind, call.account) == ("evt_1", "checkout.session.completed", "acct_1")
    assert (call.session, call.intent, call.booking) == ("cs_test_1", "pi_1", "bk_1")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b'{"id": 1}', b'{"id": "evt_1"}', b'{"id": "../x", "type": "a"}', b"[" * 100_000],
    ids=["nothing", "a list", "null", "a number", "no type", "a path", "deep"],
)
def test_what_is_no_event_is_none(body):
    assert read_call(body) is None


@given(some.binary(max_size=300), some.text(max_size=200))
def test_nothing_hostile_gets_through_or_breaks(body, sent):
    assert not is_signed(body, sent, [SECRET], now=present())
    read_call(body)
