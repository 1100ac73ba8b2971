"""Stripe's calls to us: signed over the raw bytes with the moment they were sent (docs.stripe.com/webhooks)."""

import json
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from timetuna.lib.crypto import equal, hmac_hex
from timetuna.lib.http import Json, part, text

log = logging.getLogger(__name__)
LARGEST_BODY = 512 * 1024
TOLERANCE = timedelta(minutes=5)
_MOST_SIGNATURES, _LONGEST_HEADER = 20, 4_000
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_WORD = re.compile(r"[a-z0-9_.]{1,100}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StripeCall:
    """An event. account: whose it is, "" where it came to an account's own endpoint.

    session, intent, booking: what it is about, as far as it says so.  status: of a dispute, as "lost".
    """

    id: str
    kind: str
    account: str
    session: str
    intent: str
    booking: str
    status: str


def is_signed(body: bytes, header: str, secrets: Iterable[str], *, now: datetime) -> bool:
    """Whether one of the signatures was made with one of the secrets, within five minutes of now."""
    sent, signatures = _parts(header)
    if sent is None or abs(now - sent) > TOLERANCE:
        return False
    message = str(int(sent.timestamp())).encode("ascii") + b"." + body
    right = [hmac_hex(secret, message) for secret in secrets if secret]
    # All are compared, so that the time it takes says nothing of which.
    return sum(equal(one, given) for one in right for given in signatures) > 0


def _parts(header: str) -> tuple[datetime | None, list[str]]:
    moments: list[str] = []
    signatures: list[str] = []
    for item in header[:_LONGEST_HEADER].split(","):
        name, _, value = item.strip().partition("=")
        if name == "t":
            moments.append(value)
        elif name == "v1" and len(signatures) < _MOST_SIGNATURES:
            signatures.append(value)
    if len(moments) != 1 or not _TIMESTAMP.fullmatch(moments[0]) or str(int(moments[0])) != moments[0]:
        return None, []
    try:
        return datetime.fromtimestamp(int(moments[0]), UTC), signatures
    except (ValueError, OverflowError, OSError):
        return None, []


def read_call(body: bytes) -> StripeCall | None:
    """None for what is no event of Stripe's."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or not _ID.fullmatch(text(event, "id")):
        return None
    about, kind = part(part(event, "data"), "object"), text(event, "type")
    if not _WORD.fullmatch(kind):
        return None
    is_session, is_intent = (text(about, "object") == name for name in ("checkout.session", "payment_intent"))
    return StripeCall(
        id=text(event, "id"),
        kind=kind,
        account=_id(event.get("account")),
        session=_id(about.get("id")) if is_session else "",
        intent=_id(about.get("id")) if is_intent else _named(about),
        booking=_id(about.get("client_reference_id")),
        status=text(about, "status"),
    )


def _named(about: Json) -> str:
    """The payment that a session, a charge, a refund or a dispute is of."""
    named = about.get("payment_intent")
    return _id(named.get("id") if isinstance(named, dict) else named)


def _id(value: Any) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""
