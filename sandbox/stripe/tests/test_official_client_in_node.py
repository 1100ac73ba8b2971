"""Stripe's own library for Node finds the same amounts in the stand-in, and believes the signatures that we believe."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.stripe.control import StripeControl
from sandbox.stripe.events import signature
from tests.clock import present
from tests.npm import node_modules
from tests.running import ROOT
from timetuna.providers.stripe.webhook import is_signed

PEER = ROOT / "tests/node/stripe"
HOME, SECRET = "http://app.example/b/1", "whsec_of_this_test"


class RefusedError(Exception):
    pass


@contextmanager
def node(sandbox: Sandbox, key: str) -> Iterator[Any]:
    """Start a program that does with the library what it is told: each line is answered by one."""
    environment = {"PATH": os.environ["PATH"], "PACKAGES": str(node_modules(PEER))}
    with subprocess.Popen(
        ["node", str(PEER / "peer.mjs"), sandbox.http_url, key],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as peer:  # fmt: skip

        def say(do: str, **more: Any) -> Any:
            print(json.dumps({"do": do, **more}), file=peer.stdin, flush=True)
            told = json.loads(peer.stdout.readline())
            if "refused" in told:
                raise RefusedError(told["refused"], told["code"])
            return told["result"]

        yield say
        peer.stdin.close()


@pytest.fixture(scope="module")
def library(running: Sandbox) -> Iterator[Any]:
    with node(running, "rk_test_sandboxRobin0001") as say:
        yield say


@pytest.fixture
def stripe(library: Any, control: StripeControl) -> Any:
    """Call the library as its documentation does: stripe("refunds.create", {...}, {...})."""
    assert control
    return lambda name, *given: library("call", name=name, given=given)


def asked(amount: int, currency: str, **more: Any) -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Zoë 🐟"}}
    item = {"price_data": price, "quantity": 1}
    found = {"mode": "payment", "line_items": [item], "success_url": HOME, "cancel_url": HOME}
    return found | {"metadata": {"booking": "bk_1"}, "client_reference_id": "bk_1"} | more


@pytest.mark.parametrize(
    ("amount", "currency", "taxed", "total"),
    [(4500, "eur", False, 4500), (4500, "eur", True, 5355), (5000, "jpy", False, 5000), (12_340, "kwd", False, 12_340)],
    ids=["euros", "euros and tax", "yen", "dinars"],
)  # fmt: skip
def test_amounts_are_paid_and_go_back_in_minor_units(stripe, control, amount, currency, taxed, total):
    tax = {"automatic_tax": {"enabled": taxed}}
    made = stripe("checkout.sessions.create", asked(amount, currency, **tax), {"idempotencyKey": "one"})
    control.pay(made["id"])
    wanted = {"expand": ["payment_intent.latest_charge"]}
    paid = stripe("checkout.sessions.retrieve", made["id"], wanted)
    intent = paid["payment_intent"]
    part = {"payment_intent": intent["id"], "amount": 700}
    once = [stripe("refunds.create", part, {"idempotencyKey": "part"})["id"] for _ in range(2)]
    with pytest.raises(RefusedError, match="StripeInvalidRequestError"):
        stripe("refunds.create", part | {"amount": total}, {"idempotencyKey": "too much"})

    charge = stripe("charges.retrieve", intent["latest_charge"]["id"])
    assert (paid["amount_subtotal"], paid["amount_total"], paid["currency"]) == (amount, total, currency)
    assert (charge["amount_captured"], charge["amount_refunded"]) == (total, 700)
    assert once[0] == once[1]
    assert control.violations() == []


def test_what_is_set_aside_is_taken_or_let_go(stripe, control):
    manual = {"payment_intent_data": {"capture_method": "manual"}}
    found = []
    for number, do in enumerate(("capture", "cancel")):
        session = stripe(
            "checkout.sessions.create", asked(4500, "eur", **manual), {"idempotencyKey": str(number)}
        )
        control.pay(session["id"])
        intent = stripe("checkout.sessions.retrieve", session["id"])["payment_intent"]
        done = stripe(f"paymentIntents.{do}", intent)
        found.append((done["status"], done["amount_received"]))

    assert found == [("succeeded", 4500), ("canceled", 0)]


def test_a_page_that_is_over_cannot_be_expired(stripe, control):
    session = stripe("checkout.sessions.create", asked(4500, "eur"))
    control.pay(session["id"])

    with pytest.raises(RefusedError, match="StripeInvalidRequestError"):
        stripe("checkout.sessions.expire", session["id"])


def test_the_stand_ins_events_are_believed_by_the_library(stripe, library, control):
    address = {"url": "http://app.example/hook", "enabled_events": ["*"]}
    secret = stripe("webhookEndpoints.create", address)["secret"]
    control.pay(stripe("checkout.sessions.create", asked(4500, "eur"))["id"])
    told = [one for one in control.take() if one["type"] == "checkout.session.completed"]
    [sent] = [{"body": one["body"], "header": one["headers"]["Stripe-Signature"]} for one in told]

    event = library("verify", secret=secret, at=now(), **sent)

    assert event["data"]["object"]["amount_total"] == 4500
    with pytest.raises(RefusedError, match="StripeSignatureVerificationError"):
        library("verify", secret="whsec_other", at=now(), **sent)


SENT = json.dumps(
    {"id": "evt_1", "object": "event", "type": "charge.refunded", "name": "Zoë 🐟"}, ensure_ascii=False
)


def now() -> int:
    return int(present().timestamp())


@pytest.mark.parametrize(
    ("body", "secret", "seconds", "holds"),
    [
        (SENT, SECRET, 0, True),
        (SENT, SECRET, -290, True),
        (SENT, SECRET, -310, False),
        (SENT + " ", SECRET, 0, False),
        (SENT.replace("Zoë", "Zoe"), SECRET, 0, False),
        (SENT, "whsec_other", 0, False),
    ],
    ids=["good", "nearly old", "old", "a blank more", "another letter", "another secret"],
)  # fmt: skip
def test_both_believe_the_same_signatures(library, body, secret, seconds, holds):
    """Signed by the library and by the stand-in, judged by the library and by the product."""
    stamp = now() + seconds
    theirs = library("sign", payload=SENT, secret=SECRET, timestamp=stamp)["header"]
    ours = signature(SECRET, timestamp=stamp, body=SENT.encode())

    assert ours.startswith(theirs)
    for header in (theirs, ours):
        assert is_signed(body.encode(), header, [secret], now=present()) is holds
        try:
            believed = library("verify", body=body, header=header, secret=secret, at=now())["id"] == "evt_1"
        except RefusedError:
            believed = False
        assert believed is holds
