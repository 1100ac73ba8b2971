"""Events that Zoom sends to the app: built, signed, delivered, and sent again (zoom.md, sections 8 and 9)."""

import json
import secrets
import ssl
import time
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import httpx2

from sandbox.base.world import World
from sandbox.zoom.oauth import ZOOM
from sandbox.zoom.signing import encrypted_token, event_signature
from sandbox.zoom.state import Delivery, ZoomUser

PATIENCE = 3.0
RETRY_AFTER = (300, 1200, 3600)
_DONE = {200, 204}
_ABSENT = "absent"

Json = dict[str, Any]


@dataclass(frozen=True)
class EventOptions:
    """How an event is to look and to come; offsets are seconds added to the sandbox's clock.

    `retention` is None, True, False, a text, or "absent" for an event that lacks the field.
    """

    shape: str = "2025"
    retention: Any = None
    event_time_offset: float = 0
    timestamp_offset: float = 0
    duplicate: int = 1
    bad_signature: bool = False
    no_signature: bool = False
    reindent: bool = False
    emoji: bool = False
    other_client: bool = False
    without_user: bool = False
    event: str = "app_deauthorized"
    hold: bool = False
    lost: bool = False

    @classmethod
    def read(cls, wishes: Json) -> "EventOptions":
        """Return the options named in *wishes*; names that are no option are left alone."""
        known = {entry.name for entry in fields(cls)}
        return cls(**{name: value for name, value in wishes.items() if name in known})


def remove_app(world: World, user: ZoomUser, *, options: EventOptions) -> list[Delivery]:
    """Kill what *user* granted and send the event; return how its deliveries went."""
    with world.store.lock:
        for grant in ZOOM.of(world).grants:
            grant.revoked = grant.revoked or grant.account == user.key
        for _, args in world.faults.take_all("event", kind="event"):
            options = EventOptions.read(vars(options) | args)
        outgoing = _outgoing(world, user, options)
        if options.hold:
            ZOOM.of(world).held.append(outgoing)
        world.store.save()
    if options.lost or options.hold:
        return []
    return [_deliver(world, outgoing, attempt=1) for _ in range(max(1, options.duplicate))]


def let_go(world: World, *, newest_first: bool = False) -> list[Delivery]:
    """Deliver the events that were held back."""
    with world.store.lock:
        held = list(ZOOM.of(world).held)
        ZOOM.of(world).held.clear()
    return [_deliver(world, outgoing, attempt=1) for outgoing in (reversed(held) if newest_first else held)]


def retry_due(world: World) -> int:
    """Send again what is due by the sandbox's clock; return how many events that were."""
    with world.store.lock:
        retries = ZOOM.of(world).retries
        due = [row for row in retries if row["due"] <= world.store.now()]
        retries[:] = [row for row in retries if row not in due]
    for row in due:
        _deliver(world, row["outgoing"], attempt=row["attempt"])
    return len(due)


def url_validation(world: World, *, plain_token: str = "") -> Json:
    """Ask the app to prove that it knows the secret; return what it answered and whether that was right."""
    plain = plain_token or secrets.token_urlsafe(16)
    with world.store.lock:
        body = {
            "event": "endpoint.url_validation",
            "event_ts": int(world.store.now() * 1000),
            "payload": {"plainToken": plain},
        }
        outgoing = _signed(world, body, EventOptions(event="endpoint.url_validation"), user="")
        secret = ZOOM.of(world).app.webhook_token
    answered: list[bytes] = []
    delivery = _deliver(world, outgoing, attempt=1, answered=answered)
    expected = {"plainToken": plain, "encryptedToken": encrypted_token(secret, plain)}
    problem = _validation_problem(delivery, answered[0] if answered else b"", expected)
    return {"ok": not problem, "problem": problem, "status": delivery.status, "seconds": delivery.seconds}


def _validation_problem(delivery: Delivery, body: bytes, expected: Json) -> str:
    if delivery.status is None:
        return delivery.error
    if delivery.status != 200:  # noqa: PLR2004
        return f"The app answered {delivery.status}; 200 is expected."
    try:
        content = json.loads(body)
    except ValueError:
        return "The answer is no JSON."
    return "" if content == expected else "plainToken or encryptedToken is wrong."


def _outgoing(world: World, user: ZoomUser, options: EventOptions) -> Json:
    """Return the signed event, ready to be delivered now or later."""
    payload = _payload(world, user, options)
    ZOOM.of(world).sent_payloads[user.id] = payload
    body: Json = {"event": options.event, "payload": payload}
    if options.shape != "legacy":
        moment = world.store.now() + options.event_time_offset
        body = {"event": options.event, "event_ts": int(moment * 1000), "payload": payload}
    return _signed(world, body, options, user=user.id)


def _payload(world: World, user: ZoomUser, options: EventOptions) -> Json:
    payload: Json = {
        "user_data_retention": options.retention,
        "account_id": user.account_id,
        "user_id": user.id,
        "signature": secrets.token_hex(32),
        "deauthorization_time": world.store.stamp(milliseconds=True, offset=options.event_time_offset),
        "client_id": "SomebodyElsesClient" if options.other_client else ZOOM.of(world).app.client_id,
    }
    if options.retention == _ABSENT:
        del payload["user_data_retention"]
    if options.without_user:
        del payload["user_id"]
    if options.emoji:
        payload["note"] = "Zoë 🐟"
    return payload if options.shape == "legacy" else dict(sorted(payload.items()))


def _signed(world: World, body: Json, options: EventOptions, *, user: str) -> Json:
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    sent = json.dumps(body, indent=2, ensure_ascii=False) if options.reindent else text
    outgoing: Json = {
        "event": options.event,
        "user": user,
        "text": text,
        "body": sent,
        "signed": not options.no_signature,
        "key": "another-key" if options.bad_signature else "",
        "ours": bool(user) and not (options.other_client or options.without_user),
    }
    return outgoing | {"timestamp": str(int(world.store.now() + options.timestamp_offset))}


def _headers(world: World, outgoing: Json) -> dict[str, str]:
    app = ZOOM.of(world).app
    headers = {
        "content-type": "application/json; charset=utf-8",
        "authorization": "sandbox-legacy-verification-token",
        "user-agent": "Zoom Marketplace/1.0a",
        "clientid": app.client_id,
    }
    if outgoing["signed"]:
        secret = outgoing["key"] or app.webhook_token
        signed = event_signature(secret, timestamp=outgoing["timestamp"], body=outgoing["text"].encode())
        headers |= {"x-zm-request-timestamp": outgoing["timestamp"], "x-zm-signature": signed}
    return headers


@cache
def _trust() -> ssl.SSLContext:
    """Return the certificates to trust; reading them takes longer than a whole delivery."""
    return httpx2.create_ssl_context()


def _deliver(world: World, outgoing: Json, *, attempt: int, answered: list[bytes] | None = None) -> Delivery:
    """POST the event once, write down how it went, and plan the next try where Zoom would."""
    with world.store.lock:
        if attempt > 1 and not world.faults.rules("stale_retries", kind="event"):
            outgoing["timestamp"] = str(int(world.store.now()))
        url, headers = ZOOM.of(world).app.webhook_url, _headers(world, outgoing)
    started = time.monotonic()
    status, problem = None, ""
    try:
        with httpx2.Client(timeout=PATIENCE, trust_env=False, verify=_trust()) as client:
            response = client.post(url, content=outgoing["body"].encode(), headers=headers)
        status = response.status_code
        if answered is not None:
            answered.append(response.content)
    except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
        problem = f"{type(failure).__name__}: {failure}"
    seconds = round(time.monotonic() - started, 3)
    with world.store.lock:
        delivery = Delivery(
            time=world.store.stamp(milliseconds=True),
            event=outgoing["event"],
            user=outgoing["user"],
            url=url,
            body=outgoing["body"],
            attempt=attempt,
            status=status,
            error=problem,
            seconds=seconds,
        )
        ZOOM.of(world).deliveries.append(delivery)
        _after_delivery(world, outgoing, delivery)
        world.store.save()
    return delivery


def _after_delivery(world: World, outgoing: Json, delivery: Delivery) -> None:
    """Remember that the app knows, or that it must be told again."""
    if delivery.status in _DONE:
        user = ZOOM.of(world).account(delivery.user)
        for grant in ZOOM.of(world).grants:
            told = outgoing["ours"] and grant.revoked and user is not None and grant.account == user.key
            grant.disconnected = grant.disconnected or told
        return
    refused = delivery.status is not None and delivery.status < 500  # noqa: PLR2004
    again = not refused or world.faults.rules("retry_4xx", kind="event")
    if again and delivery.event == "app_deauthorized" and delivery.attempt <= len(RETRY_AFTER):
        due = world.store.now() + RETRY_AFTER[delivery.attempt - 1]
        ZOOM.of(world).retries.append({"due": due, "attempt": delivery.attempt + 1, "outgoing": outgoing})
