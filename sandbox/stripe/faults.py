"""What can go wrong at Stripe."""

from typing import Any

from sandbox.base.faults import Fault, before, not_json, page_of_html, reset_now
from sandbox.base.wire import Response
from sandbox.stripe.answers import error

Json = dict[str, Any]
CALLS = ("stripe.v1", "stripe.token", "stripe.deauthorize")
MADE = ("stripe.v1.checkout", "stripe.v1.refund", "stripe.v1.capture", "stripe.v1.expire", "stripe.v1.cancel")


def _too_many(_: Json) -> Response:
    return error("rate_limit", "Too many requests", status=429)


def _forbidden(_: Json) -> Response:
    return error("", "The provided key does not have the required permissions for this endpoint", status=403)


def _declined(_: Json) -> Response:
    return error("card_declined", "Your card was declined.", status=402, kind="card_error")


FAULTS = {
    "stripe_slow": Fault("Stripe is slow", "slow", CALLS, {"seconds": 4}),
    "stripe_500": before("500, with a page of HTML", CALLS, page_of_html(500)),
    "stripe_not_json": before("200, and no JSON", CALLS, not_json),
    "stripe_reset": before("The connection is reset", CALLS, reset_now),
    "stripe_429": before("Too many requests", CALLS, _too_many),
    "stripe_forbidden": before("The key may not do that", CALLS, _forbidden),
    "stripe_lost_answer": Fault("It is done, and the answer is lost", "after", MADE, {"ending": "reset"}),
    "stripe_refund_fails": Fault("A refund fails", "rule", ("stripe.v1.refund",)),
    "stripe_capture_refused": before("What was set aside is refused", ("stripe.v1.capture",), _declined),
    "stripe_event_lost": Fault("The event never comes", "event", ("stripe.event",)),
    "stripe_event_late": Fault("It comes late", "event", ("stripe.event",), {"seconds": 120}),
    "stripe_event_twice": Fault("It comes twice", "event", ("stripe.event",)),
    "stripe_event_forged": Fault("Its signature is wrong", "event", ("stripe.event",)),
}
