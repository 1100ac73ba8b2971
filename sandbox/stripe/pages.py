"""What people see at Stripe: the page to pay on, the receipt, and the list of payments."""

from typing import Any

from sandbox.base.pages import missing, page
from sandbox.base.parts import Page
from sandbox.base.rendering import render
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.stripe import payments, sessions
from sandbox.stripe.oauth import STRIPE
from sandbox.stripe.paths import id_in
from sandbox.stripe.state import StripeData

Json = dict[str, Any]
_WHOLE, _THOUSANDTHS = ("clp", "jpy", "krw", "vnd", "xaf"), ("bhd", "jod", "kwd", "omr", "tnd")
_EXPONENTS = {**dict.fromkeys(_WHOLE, 0), **dict.fromkeys(_THOUSANDTHS, 3)}
_DECLINED = "Your card was declined. Try another one."


def money(amount: int, currency: str) -> str:
    """Return an amount of minor units for people."""
    digits = _EXPONENTS.get(currency, 2)
    return f"{amount / 10**digits:.{digits}f} {currency.upper()}"


def show(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    """Show the page to pay on; one that is over leads nowhere."""
    session = STRIPE.of(world).sessions.get(id_in(request))
    if session is None:
        return missing(world, request)
    sessions.end_if_over(world, session)
    return _shown(session)


def act(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    """Do what the person chose: pay, have the card declined, prove who they are, go back."""
    session = STRIPE.of(world).sessions.get(id_in(request))
    if session is None:
        return missing(world, request)
    sessions.end_if_over(world, session)
    chosen = request.form().get("card", "") if session["status"] == "open" else ""
    if chosen == "back":
        return Response.redirect(session["cancel_url"] or session["success_url"])
    if chosen in {"decline", "proof-failed"}:
        return _shown(session, problem=_DECLINED)
    if chosen == "proof":
        return _shown(session, proof=True)
    if chosen != "pay":
        return _shown(session)
    payments.pay(world, session)
    return Response.redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))


def _shown(session: Json, *, problem: str = "", proof: bool = False) -> Response:
    values = {
        "title": "Checkout",
        "stands_for": "Stripe",
        "what": session["_title"],
        "amount": money(session["amount_total"], session["currency"]),
        "open": session["status"] == "open",
        "done": session["status"] == "complete",
        "held": session["_capture"] == "manual",
        "problem": problem,
        "proof": proof,
    }
    return Response.html(render("stripe/pay.html", **values), status=402 if problem else 200)


def receipt(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    """Show what was paid."""
    row = STRIPE.of(world).charges.get(id_in(request))
    if row is None:
        return missing(world, request)
    back = money(row["amount_refunded"], row["currency"]) if row["amount_refunded"] else ""
    values = {"amount": money(row["amount"], row["currency"]), "back": back, "number": row["id"]}
    return Response.html(render("stripe/receipt.html", title="Receipt", stands_for="Stripe", **values))


def chosen(request: Request) -> Page | None:
    """Return the page for people that was asked for."""
    return _PAGES.get((request.method, request.path))


def _payments(world: World, _: Request) -> Response:
    data = STRIPE.of(world)
    rows = [_line(data, one) for one in reversed(data.sessions.values())]
    keys = [(one.name, one.email, one.about, one.key_of_its_own) for one in data.accounts]
    return page(world, "stripe/payments.html", title="Payments", rows=rows, keys=keys)


def _line(data: StripeData, session: Json) -> Json:
    intent = data.intents.get(session["payment_intent"] or "")
    charge = data.charges[intent["latest_charge"]] if intent else {}
    account = data.account(session["_account"])
    return {
        "what": session["_title"],
        "whose": account.name if account else "",
        "amount": money(session["amount_total"], session["currency"]),
        "state": intent["status"] if intent else session["status"],
        "back": money(charge["amount_refunded"], session["currency"])
        if charge.get("amount_refunded")
        else "",
        "disputed": charge.get("disputed", False),
        "id": session["id"],
        "can": bool(charge) and charge["captured"] and not charge["refunded"],
    }


def _refund(world: World, request: Request) -> Response:
    """Give all of it back at Stripe, as its owner would in the dashboard."""
    row = _intent(world, request)
    if row is not None:
        paid = STRIPE.of(world).charges[row["latest_charge"]]
        if left := paid["amount"] - paid["amount_refunded"]:
            payments.give_back(world, row, left, metadata={})
    world.store.save()
    return Response.redirect("/payments")


def _dispute(world: World, request: Request) -> Response:
    row = _intent(world, request)
    if row is not None:
        payments.dispute(world, row)
    world.store.save()
    return Response.redirect("/payments")


def _intent(world: World, request: Request) -> Json | None:
    data = STRIPE.of(world)
    session = data.sessions.get(request.form().get("session", ""), {})
    return data.intents.get(session.get("payment_intent") or "")


_PAGES: dict[tuple[str, str], Page] = {
    ("GET", "/payments"): _payments,
    ("POST", "/payments/refund"): _refund,
    ("POST", "/payments/dispute"): _dispute,
}
