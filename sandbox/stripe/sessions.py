"""Checkout Sessions: made, read, expired (docs.stripe.com/api/checkout/sessions)."""

from typing import Any

from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.stripe import events
from sandbox.stripe.answers import missing, nested, refused, rows, whole
from sandbox.stripe.oauth import STRIPE
from sandbox.stripe.paths import HOME, id_in
from sandbox.stripe.state import StripeAccount, new_id, public

Json = dict[str, Any]
SHORTEST, LONGEST, LONGEST_TEXT = 30 * 60, 24 * 3600, 5_000
_LEAST, _MOST, _TAX = 50, 99_999_999, 19
_TAKEN = """
    aud bhd brl cad chf clp cny czk dkk eur gbp huf inr isk jod jpy krw kwd mxn nok nzd omr pln ron sek sgd tnd ugx
    usd vnd xaf
"""
CURRENCIES = frozenset(_TAKEN.split())
_ASKED = (
    "mode line_items success_url cancel_url expires_at client_reference_id metadata customer_email locale "
    "payment_intent_data payment_method_types automatic_tax expand submit_type"
)
_KNOWN = frozenset(_ASKED.split())


def create(world: World, request: Request, call: Call, account: StripeAccount) -> Response:
    """Make a page on which somebody can pay."""
    asked = nested(request.body)
    if unknown := sorted(asked.keys() - _KNOWN):
        raise refused("parameter_unknown", f"Received unknown parameter: {unknown[0]}")
    if not account.charges_enabled:
        raise refused("account_invalid", "Your account cannot currently make live charges.", status=400)
    if asked.get("mode") != "payment" or not str(asked.get("success_url", "")).startswith("http"):
        raise refused("parameter_missing", "mode and success_url are needed")
    if set(asked.get("metadata", {})) - {"booking"}:
        world.violation(call, STRIPE.rule("personal-metadata"), ", ".join(sorted(asked["metadata"])))
    session = _session(world, asked, account)
    STRIPE.of(world).sessions[session["id"]] = session
    return Response.json(public(session))


def _session(world: World, asked: Json, account: StripeAccount) -> Json:
    now = int(world.store.now())
    ends = whole(asked["expires_at"], "expires_at") if "expires_at" in asked else now + LONGEST
    if not now + SHORTEST - 5 <= ends <= now + LONGEST + 5:
        raise refused("parameter_invalid", "expires_at must be between 30 minutes and 24 hours from now")
    subtotal, total, currency, title = _amounts(asked)
    name = new_id("cs_test")
    return {
        "id": name,
        "object": "checkout.session",
        "status": "open",
        "payment_status": "unpaid",
        "mode": "payment",
        "amount_subtotal": subtotal,
        "amount_total": total,
        "currency": currency,
        "client_reference_id": asked.get("client_reference_id"),
        "customer_email": asked.get("customer_email"),
        "created": now,
        "expires_at": ends,
        "livemode": False,
        "metadata": asked.get("metadata", {}),
        "payment_intent": None,
        "success_url": asked["success_url"],
        "cancel_url": asked.get("cancel_url"),
        "url": f"{world.public_url}{HOME}/pay/{name}",
        "_account": account.id,
        "_title": title,
        "_capture": asked.get("payment_intent_data", {}).get("capture_method", "automatic"),
    }


def _amounts(asked: Json) -> tuple[int, int, str, str]:
    """Return subtotal, total, currency and what is bought."""
    items = rows(asked.get("line_items"))
    if not items:
        raise refused("parameter_missing", "line_items are needed")
    subtotal, added, currency, title = 0, 0, "", ""
    for item in items:
        price = item.get("price_data", {})
        amount, count = (
            whole(price.get("unit_amount"), "unit_amount"),
            whole(item.get("quantity"), "quantity"),
        )
        currency = str(price.get("currency", ""))
        title = str(price.get("product_data", {}).get("name", ""))[:LONGEST_TEXT]
        if not title:
            raise refused("parameter_missing", "product_data[name] is needed")
        subtotal += amount * count
        taxed = asked.get("automatic_tax", {}).get("enabled") == "true"
        if taxed and price.get("tax_behavior") != "inclusive":
            added += round(amount * count * _TAX / 100)
    if currency.lower() not in CURRENCIES:
        raise refused("parameter_invalid", f"Invalid currency: {currency[:10]}")
    if not _LEAST <= subtotal <= _MOST:
        code = "amount_too_small" if subtotal < _LEAST else "amount_too_large"
        raise refused(code, "The Checkout Session's total amount is outside what can be charged")
    return subtotal, subtotal + added, currency.lower(), title


def read(world: World, request: Request, call: Call, account: StripeAccount) -> Response:  # noqa: ARG001
    """Return the session, with what was asked to be expanded."""
    session = of(world, id_in(request), account)
    end_if_over(world, session)
    return Response.json(expanded(world, session, request.url.query))


def expire(world: World, request: Request, call: Call, account: StripeAccount) -> Response:  # noqa: ARG001
    """End an open session; nobody can pay on it any more."""
    session = of(world, id_in(request), account)
    end_if_over(world, session)
    if session["status"] != "open":
        words = f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        raise refused("resource_not_open", words)
    _end(world, session)
    return Response.json(public(session))


def of(world: World, name: str, account: StripeAccount) -> Json:
    """Return a session of this account. Raises RefusedError."""
    session: Json | None = STRIPE.of(world).sessions.get(name)
    if session is None or session["_account"] != account.id:
        raise missing("checkout.session", name)
    return session


def end_if_over(world: World, session: Json) -> bool:
    """End it where its time is over."""
    over = bool(session["status"] == "open" and session["expires_at"] <= world.store.now())
    if over:
        _end(world, session)
    return over


def _end(world: World, session: Json) -> None:
    session["status"], session["url"] = "expired", None
    events.tell(world, "checkout.session.expired", session)


def expanded(world: World, session: Json, query: str) -> Json:
    """Return the session with its payment and its charge as objects, where that was asked for."""
    shown, data = public(session), STRIPE.of(world)
    if "payment_intent" in query and "expand" in query and session["payment_intent"]:
        shown["payment_intent"] = intent_with_charge(
            data, session["payment_intent"], "latest_charge" in query
        )
    return shown


def intent_with_charge(data: Any, name: str, charge_too: bool) -> Json:  # noqa: FBT001
    """Return a payment, where wanted with its charge as an object."""
    intent = public(data.intents[name])
    if charge_too and intent["latest_charge"]:
        intent["latest_charge"] = public(data.charges[intent["latest_charge"]])
    return intent
