"""The calls of Stripe's API: whose they are, and that the same one twice with one key is one."""

import hashlib
import json
import secrets
from collections.abc import Callable
from typing import Any

from sandbox.base.service import Handler
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.stripe import payments, sessions
from sandbox.stripe.answers import error, nested, refused, rows
from sandbox.stripe.oauth import STRIPE, account_of_call
from sandbox.stripe.paths import id_in
from sandbox.stripe.state import StripeAccount, new_id, public

Json = dict[str, Any]
Own = Callable[[World, Request, Call, StripeAccount], Response]
_FAILED = 400
_MOVES_MONEY = {"stripe.v1.checkout", "stripe.v1.refund", "stripe.v1.capture"}


def account(world: World, request: Request, call: Call, whose: StripeAccount) -> Response:  # noqa: ARG001
    """Return the account itself."""
    return Response.json(whose.told())


def register(world: World, request: Request, call: Call, whose: StripeAccount) -> Response:  # noqa: ARG001
    """Take an address that wants to hear of events; its secret is told here and never again."""
    asked = nested(request.body)
    url, wanted = str(asked.get("url", "")), rows(asked.get("enabled_events"))
    if not url.startswith(("http://", "https://")) or not wanted:
        raise refused("url_invalid", "Invalid URL: an explicit scheme and enabled_events are needed")
    secret = f"whsec_{secrets.token_urlsafe(24)}"
    row: Json = {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "url": url,
        "enabled_events": wanted,
        "status": "enabled",
        "created": int(world.store.now()),
        "livemode": False,
        "metadata": {},
        "_account": whose.id,
        "_secret": secret,
    }
    STRIPE.of(world).endpoints[row["id"]] = row
    return Response.json(public(row) | {"secret": secret})


def unregister(world: World, request: Request, call: Call, whose: StripeAccount) -> Response:  # noqa: ARG001
    """Forget an address."""
    row = payments.of(world, "endpoints", "webhook_endpoint", id_in(request), whose)
    del STRIPE.of(world).endpoints[row["id"]]
    return Response.json({"id": row["id"], "object": "webhook_endpoint", "deleted": True})


def event(world: World, request: Request, call: Call, whose: StripeAccount) -> Response:  # noqa: ARG001
    """Return an event."""
    return Response.json(public(payments.of(world, "events", "event", id_in(request), whose)))


def other(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    """Say that there is no such call."""
    return error("", f"Unrecognized request URL ({request.method}: {request.path})", status=404)


def _guarded(own: Own) -> Handler:
    def answer(world: World, request: Request, call: Call) -> Response:
        whose = account_of_call(world, request, call)
        if isinstance(whose, Response):
            return whose
        key = request.header("Idempotency-Key")
        if not key and call.kind in _MOVES_MONEY:
            world.violation(call, STRIPE.rule("no-idempotency"), call.kind)
        if not key:
            return own(world, request, call, whose)
        return _once(world, request, whose, key, lambda: own(world, request, call, whose))

    return answer


def _once(
    world: World, request: Request, whose: StripeAccount, key: str, do: Callable[[], Response]
) -> Response:
    kept, name = STRIPE.of(world).answers, f"{whose.id}:{key}"
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    if name in kept:
        if kept[name]["asked"] != digest:
            words = "Keys for idempotent requests can only be used with the same parameters they were first used with."
            return error("", words, kind="idempotency_error")
        answer = Response.json(kept[name]["answer"])
        answer.headers["Idempotent-Replayed"] = "true"
        return answer
    answer = do()  # what is refused is not kept: the same key may be used with better parameters
    if answer.status < _FAILED:
        kept[name] = {"asked": digest, "answer": json.loads(answer.body)}
    return answer


HANDLERS: dict[str, Handler] = {
    f"stripe.v1.{name}": _guarded(own)
    for name, own in {
        "account": account,
        "checkout": sessions.create,
        "session": sessions.read,
        "expire": sessions.expire,
        "intent": payments.intent,
        "capture": payments.capture,
        "cancel": payments.cancel,
        "charge": payments.charge,
        "refund": payments.refund,
        "read_refund": payments.read_refund,
        "dispute": payments.read_dispute,
        "event": event,
        "register": register,
        "unregister": unregister,
    }.items()
} | {"stripe.other": other}
