"""What tests may ask of Stripe's stand-in, below /_control/stripe/."""

from typing import Any

from sandbox.base.service import changed
from sandbox.base.world import World
from sandbox.stripe import events, payments
from sandbox.stripe.oauth import STRIPE

Json = dict[str, Any]


def _session(world: World, wishes: Json) -> Json:
    found = STRIPE.of(world).sessions.get(str(wishes.get("session", "")))
    if found is None:
        raise ValueError("There is no such session.")
    return found


def _intent(world: World, wishes: Json) -> Json:
    name = _session(world, wishes)["payment_intent"]
    if not name:
        raise ValueError("Nobody has paid on it.")
    found: Json = STRIPE.of(world).intents[name]
    return found


def pay(world: World, wishes: Json) -> Json:
    """Pay on an open session, as its guest would."""
    with world.store.lock:
        session = _session(world, wishes)
        if session["status"] != "open":
            raise ValueError(f"It is {session['status']}.")
        return {"intent": payments.pay(world, session)["id"], "success_url": session["success_url"]}


def refund(world: World, wishes: Json) -> Json:
    """Give money back in the dashboard; all that is left, or `amount`."""
    with world.store.lock:
        row = _intent(world, wishes)
        paid = STRIPE.of(world).charges[row["latest_charge"]]
        left = paid["amount"] - paid["amount_refunded"] if paid["captured"] else 0
        amount = int(wishes.get("amount") or left)
        if not 0 < amount <= left:
            raise ValueError("There is not so much to give back.")
        return {"refund": payments.give_back(world, row, amount, metadata={})["id"]}


def dispute(world: World, wishes: Json) -> Json:
    """Have the payer's bank take the money back."""
    with world.store.lock:
        return {"dispute": payments.dispute(world, _intent(world, wishes))["id"]}


def account(world: World, wishes: Json) -> Json:
    """Change an account: `charges_enabled`, `key_good`. Stripe tells of it."""
    fields = {name: value for name, value in wishes.items() if name != "account"}
    row = changed(STRIPE.account_of(world, wishes), fields)
    events.tell(world, "account.updated", row.told() | {"_account": row.id})
    return {"account": row.id}


def key(world: World, wishes: Json) -> Json:
    """Return the key that its owner would copy out of Stripe."""
    return {"key": STRIPE.account_of(world, wishes).key_of_its_own}


def hold(world: World, wishes: Json) -> Json:
    """Hold events back, or let them go by themselves again."""
    STRIPE.of(world).holds = bool(wishes.get("held", True))
    return {}


def deliver(world: World, wishes: Json) -> Json:
    """Deliver what waits, in order or the newest first."""
    told = events.deliver(world, newest_first=bool(wishes.get("newest_first")), everything=True)
    return {"statuses": [row["status"] for row in told], "deliveries": told}


def take(world: World, wishes: Json) -> Json:
    """Take what waits out of the queue, signed, for a test that delivers it by itself."""
    rows = events.taken(world, newest_first=bool(wishes.get("newest_first")), everything=True)
    found = []
    for row in rows:
        body, headers = events.signed(world, row)
        found.append(
            {"url": row["url"], "body": body.decode(), "headers": headers, "type": row["event"]["type"]}
        )
    return {"events": found}


CONTROLS = STRIPE.controls() | {
    ("POST", "pay"): pay,
    ("POST", "refund"): refund,
    ("POST", "dispute"): dispute,
    ("POST", "account"): account,
    ("POST", "key"): key,
    ("POST", "hold"): hold,
    ("POST", "deliver"): deliver,
    ("POST", "take"): take,
}
