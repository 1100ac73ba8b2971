"""Money: paid on a session, captured or let go, given back, disputed."""

from typing import Any

from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.stripe import events
from sandbox.stripe.answers import missing, nested, refused, whole
from sandbox.stripe.oauth import STRIPE
from sandbox.stripe.paths import HOME, id_in
from sandbox.stripe.sessions import intent_with_charge
from sandbox.stripe.state import StripeAccount, new_id, public

Json = dict[str, Any]
AUTHORIZED_FOR = 7 * 86_400


def pay(world: World, session: Json) -> Json:
    """Have the money taken, or set aside, as the session says; return the payment."""
    data, now, manual = STRIPE.of(world), int(world.store.now()), session["_capture"] == "manual"
    intent: Json = {
        "id": new_id("pi"),
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_received": 0 if manual else session["amount_total"],
        "amount_capturable": session["amount_total"] if manual else 0,
        "currency": session["currency"],
        "capture_method": session["_capture"],
        "status": "requires_capture" if manual else "succeeded",
        "created": now,
        "latest_charge": None,
        "metadata": {},
        "livemode": False,
        "_account": session["_account"],
        "_until": now + AUTHORIZED_FOR,
    }
    charge = _charge(world, intent, captured=not manual)
    intent["latest_charge"] = charge["id"]
    data.intents[intent["id"]], data.charges[charge["id"]] = intent, charge
    session |= {"status": "complete", "url": None, "payment_intent": intent["id"]}
    session["payment_status"] = "unpaid" if manual else "paid"
    first = "payment_intent.amount_capturable_updated" if manual else "payment_intent.succeeded"
    events.tell(world, first, intent)
    events.tell(world, "checkout.session.completed", session)
    return intent


def _charge(world: World, intent: Json, *, captured: bool) -> Json:
    name = new_id("ch")
    return {
        "id": name,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if captured else 0,
        "amount_refunded": 0,
        "refunded": False,
        "captured": captured,
        "disputed": False,
        "currency": intent["currency"],
        "payment_intent": intent["id"],
        "receipt_url": f"{world.public_url}{HOME}/receipts/{name}",
        "status": "succeeded",
        "created": int(world.store.now()),
        "livemode": False,
        "_account": intent["_account"],
    }


def of(world: World, table: str, kind: str, name: str, account: StripeAccount) -> Json:
    """Return an object of this account. Raises RefusedError."""
    row: Json | None = getattr(STRIPE.of(world), table).get(name)
    if row is None or row["_account"] != account.id:
        raise missing(kind, name)
    return row


def intent(world: World, request: Request, call: Call, account: StripeAccount) -> Response:  # noqa: ARG001
    """Return a payment."""
    row = of(world, "intents", "payment_intent", id_in(request), account)
    lapse(world, row)
    return Response.json(
        intent_with_charge(STRIPE.of(world), row["id"], "latest_charge" in request.url.query)
    )


def charge(world: World, request: Request, call: Call, account: StripeAccount) -> Response:  # noqa: ARG001
    """Return a charge."""
    return Response.json(public(of(world, "charges", "charge", id_in(request), account)))


def lapse(world: World, row: Json) -> None:
    """Let go what was set aside for too long."""
    if row["status"] == "requires_capture" and row["_until"] <= world.store.now():
        _let_go(world, row, "automatic")


def capture(world: World, request: Request, call: Call, account: StripeAccount) -> Response:  # noqa: ARG001
    """Take what was set aside."""
    row, data = of(world, "intents", "payment_intent", id_in(request), account), STRIPE.of(world)
    lapse(world, row)
    if row["status"] != "requires_capture":
        words = f"This PaymentIntent could not be captured because it has a status of {row['status']}."
        raise refused("payment_intent_unexpected_state", words)
    row |= {"status": "succeeded", "amount_received": row["amount"], "amount_capturable": 0}
    paid = data.charges[row["latest_charge"]]
    paid |= {"captured": True, "amount_captured": row["amount"]}
    for session in data.sessions.values():
        if session["payment_intent"] == row["id"]:
            session["payment_status"] = "paid"
    events.tell(world, "payment_intent.succeeded", row)
    events.tell(world, "charge.captured", paid)
    return Response.json(intent_with_charge(data, row["id"], "latest_charge" in request.body.decode()))


def cancel(world: World, request: Request, call: Call, account: StripeAccount) -> Response:  # noqa: ARG001
    """Let go what was set aside."""
    row = of(world, "intents", "payment_intent", id_in(request), account)
    if row["status"] != "requires_capture":
        words = f"You cannot cancel this PaymentIntent because it has a status of {row['status']}."
        raise refused("payment_intent_unexpected_state", words)
    _let_go(world, row, "requested_by_customer")
    return Response.json(public(row))


def _let_go(world: World, row: Json, reason: str) -> None:
    row |= {"status": "canceled", "amount_capturable": 0, "cancellation_reason": reason}
    events.tell(world, "payment_intent.canceled", row)


def refund(world: World, request: Request, call: Call, account: StripeAccount) -> Response:  # noqa: ARG001
    """Give money back, all that is left or a part of it."""
    asked = nested(request.body)
    row = of(world, "intents", "payment_intent", str(asked.get("payment_intent", "")), account)
    paid = STRIPE.of(world).charges[row["latest_charge"]]
    if not paid["captured"]:
        raise refused("charge_not_refundable", "This charge was not captured.")
    left = paid["amount"] - paid["amount_refunded"]
    amount = whole(asked["amount"], "amount") if "amount" in asked else left
    if not left:
        raise refused("charge_already_refunded", "Charge has already been refunded.")
    if not 0 < amount <= left:
        raise refused(
            "amount_too_large", f"Refund amount ({amount}) is greater than unrefunded amount ({left})"
        )
    return Response.json(public(give_back(world, row, amount, metadata=asked.get("metadata", {}))))


def give_back(world: World, row: Json, amount: int, *, metadata: Json) -> Json:
    """Write the refund down and tell of it."""
    data = STRIPE.of(world)
    paid = data.charges[row["latest_charge"]]
    status = "failed" if world.faults.rules("stripe_refund_fails", kind="stripe.v1.refund") else "succeeded"
    made = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "currency": row["currency"],
        "charge": paid["id"],
        "payment_intent": row["id"],
        "status": status,
        "created": int(world.store.now()),
        "metadata": metadata,
        "_account": row["_account"],
    }
    data.refunds[made["id"]] = made
    if status == "succeeded":
        paid["amount_refunded"] += amount
        paid["refunded"] = paid["amount_refunded"] == paid["amount"]
        events.tell(world, "charge.refunded", paid)
    return made


def read_refund(world: World, request: Request, call: Call, account: StripeAccount) -> Response:  # noqa: ARG001
    """Return a refund."""
    return Response.json(public(of(world, "refunds", "refund", id_in(request), account)))


def dispute(world: World, row: Json) -> Json:
    """Have the payer's bank take the money back."""
    data = STRIPE.of(world)
    paid = data.charges[row["latest_charge"]]
    paid["disputed"] = True
    made = {
        "id": new_id("dp"),
        "object": "dispute",
        "amount": paid["amount"],
        "currency": paid["currency"],
        "charge": paid["id"],
        "payment_intent": row["id"],
        "reason": "fraudulent",
        "status": "needs_response",
        "created": int(world.store.now()),
        "livemode": False,
        "_account": row["_account"],
    }
    data.disputes[made["id"]] = made
    events.tell(world, "charge.dispute.created", made)
    return made


def read_dispute(world: World, request: Request, call: Call, account: StripeAccount) -> Response:  # noqa: ARG001
    """Return a dispute."""
    return Response.json(public(of(world, "disputes", "dispute", id_in(request), account)))
