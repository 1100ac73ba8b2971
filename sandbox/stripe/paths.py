"""Which call of Stripe's a request is."""

import re

from sandbox.base.wire import Request

HOME = "/stripe"
_ID = r"([A-Za-z0-9_]{1,100})"
_CALLS = [
    ("GET", r"/v1/account", "v1.account"),
    ("POST", r"/v1/checkout/sessions", "v1.checkout"),
    ("GET", rf"/v1/checkout/sessions/{_ID}", "v1.session"),
    ("POST", rf"/v1/checkout/sessions/{_ID}/expire", "v1.expire"),
    ("GET", rf"/v1/payment_intents/{_ID}", "v1.intent"),
    ("POST", rf"/v1/payment_intents/{_ID}/capture", "v1.capture"),
    ("POST", rf"/v1/payment_intents/{_ID}/cancel", "v1.cancel"),
    ("GET", rf"/v1/charges/{_ID}", "v1.charge"),
    ("POST", r"/v1/refunds", "v1.refund"),
    ("GET", rf"/v1/refunds/{_ID}", "v1.read_refund"),
    ("GET", rf"/v1/disputes/{_ID}", "v1.dispute"),
    ("GET", rf"/v1/events/{_ID}", "v1.event"),
    ("POST", r"/v1/webhook_endpoints", "v1.register"),
    ("DELETE", rf"/v1/webhook_endpoints/{_ID}", "v1.unregister"),
    ("GET", r"/oauth/authorize", "authorize"),
    ("POST", r"/oauth/authorize", "consent"),
    ("POST", r"/oauth/token", "token"),
    ("POST", r"/oauth/deauthorize", "deauthorize"),
    ("GET", rf"/pay/{_ID}", "pay"),
    ("POST", rf"/pay/{_ID}", "paying"),
    ("GET", rf"/receipts/{_ID}", "receipt"),
]
_READY = [(method, re.compile(path), kind) for method, path, kind in _CALLS]


def kind_of(request: Request) -> str:
    """Name the call; the names are what faults and the log use."""
    return f"stripe.{_found(request)[0]}"


def id_in(request: Request) -> str:
    """Return the id in the path, or an empty text."""
    return _found(request)[1]


def _found(request: Request) -> tuple[str, str]:
    path = request.path.removeprefix(HOME)
    method = "GET" if request.method == "HEAD" else request.method
    for one, pattern, kind in _READY:
        if one == method and (found := pattern.fullmatch(path)):
            return kind, found[1] if pattern.groups else ""
    return "other", ""
