"""Events: signed as Stripe does (docs.stripe.com/webhooks), delivered late, twice, never or in disorder."""

import hashlib
import hmac
import json
import ssl
from functools import cache
from typing import Any

import httpx2

from sandbox.base.world import World
from sandbox.stripe.oauth import STRIPE
from sandbox.stripe.state import new_id, public

Json = dict[str, Any]
PATIENCE, TRIES, PAUSE, KEPT = 5.0, 6, 60.0, 500


def signature(secret: str, *, timestamp: int, body: bytes) -> str:
    """Return the `Stripe-Signature` header."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={signed},v0={'0' * 64}"


def tell(world: World, kind: str, row: Json) -> None:
    """Put an event into the queue, for each endpoint that wants it."""
    data, account = STRIPE.of(world), row["_account"]
    event: Json = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": "2026-10-28.sandbox",
        "created": int(world.store.now()),
        "data": {"object": public(row)},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
    data.events[event["id"]] = event | {"_account": account}
    for endpoint in data.endpoints.values():
        wanted = {"*", kind} & set(endpoint["enabled_events"])
        if wanted and endpoint["_account"] == account:
            _enqueue(world, event, endpoint["url"], endpoint["_secret"])
    known = data.account(account)
    if known is not None and STRIPE.connected(world, known):
        url = data.app.webhook_url.removesuffix("/deauthorize")
        _enqueue(world, event | {"account": account}, url, data.app.webhook_token)


def _enqueue(world: World, event: Json, url: str, secret: str) -> None:
    """Do with it what the faults say: lose it, send it twice, late, or with a wrong signature."""
    now, faults, kind = world.store.now(), world.faults, f"stripe.event.{event['type']}"
    if faults.take("event", kind=kind, name="stripe_event_lost"):
        return
    late = faults.take("event", kind=kind, name="stripe_event_late")
    twice = faults.take("event", kind=kind, name="stripe_event_twice")
    forged = faults.take("event", kind=kind, name="stripe_event_forged")
    row = {
        "event": event,
        "url": url,
        "secret": "another-secret" if forged else secret,
        "due": now + (float(late[1]["seconds"]) if late else 0),
        "attempt": 1,
    }
    STRIPE.of(world).queue.extend([row, dict(row)] if twice else [row])


def deliver_due(world: World) -> int:
    """Deliver what is due, unless a test holds events back; return how many events that were."""
    data = STRIPE.of(world)
    if data.holds or not data.queue:
        return 0
    return len(deliver(world))


def deliver(world: World, *, newest_first: bool = False, everything: bool = False) -> list[Json]:
    """Deliver now what is due, or everything; return how each went."""
    return [_send(world, row) for row in taken(world, newest_first=newest_first, everything=everything)]


def taken(world: World, *, newest_first: bool = False, everything: bool = False) -> list[Json]:
    """Return what is due, or everything, out of the queue."""
    with world.store.lock:
        data = STRIPE.of(world)
        due = [row for row in data.queue if everything or row["due"] <= world.store.now()]
        data.queue[:] = [row for row in data.queue if row not in due]
    return list(reversed(due)) if newest_first else due


def signed(world: World, row: Json) -> tuple[bytes, dict[str, str]]:
    """Return the bytes that go over the wire, and their headers."""
    body = json.dumps(row["event"], indent=2, ensure_ascii=False).encode()
    stamp = int(world.store.now())
    header = signature(row["secret"], timestamp=stamp, body=body)
    return body, {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header}


@cache
def _trust() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def _send(world: World, row: Json) -> Json:
    body, headers = signed(world, row)
    status, problem = None, ""
    try:
        with httpx2.Client(timeout=PATIENCE, trust_env=False, verify=_trust()) as client:
            status = client.post(row["url"], content=body, headers=headers).status_code
    except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
        problem = type(failure).__name__
    with world.store.lock:
        data = STRIPE.of(world)
        told = {
            "time": world.store.stamp(),
            "event": row["event"]["id"],
            "type": row["event"]["type"],
            "url": row["url"],
            "status": status,
            "problem": problem,
            "attempt": row["attempt"],
        }
        data.deliveries = [*data.deliveries, told][-KEPT:]
        good = status is not None and status < 300  # noqa: PLR2004
        if not good and row["attempt"] < TRIES:
            later = world.store.now() + PAUSE * 4 ** (row["attempt"] - 1)
            data.queue.append(row | {"attempt": row["attempt"] + 1, "due": later})
        world.store.save(STRIPE.part)
    return told
