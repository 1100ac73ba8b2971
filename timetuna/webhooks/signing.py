"""Secrets of webhooks, and signatures as Standard Webhooks 1.0 has them."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from timetuna.encryption import box
from timetuna.webhooks.models import WebhookEndpoint

PREFIX = "whsec_"
_BYTES = 32
BOTH_FOR = timedelta(hours=24)
"""So long messages carry the former secret's signature, too."""


def new_secret() -> str:
    """256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def seal_secret(hook: WebhookEndpoint, secret: str) -> None:
    """Put it into the row, which is not saved."""
    hook.secret_sealed = box().seal(secret, context=_context(hook))


def rotate_secret(hook: WebhookEndpoint, *, now: datetime) -> str:
    """Give it a new secret beside the one it has, which signs for a day longer; the row is not saved."""
    secret = new_secret()
    hook.former_sealed, hook.former_until = hook.secret_sealed, now + BOTH_FOR
    seal_secret(hook, secret)
    return secret


def reseal_secrets(hook: WebhookEndpoint) -> None:
    """With the operator's newest key; the row is not saved. Raises SecretBoxError."""
    hook.secret_sealed = box().rotate(hook.secret_sealed, context=_context(hook))
    if hook.former_sealed:
        hook.former_sealed = box().rotate(hook.former_sealed, context=_context(hook))


def signing_keys(hook: WebhookEndpoint, *, now: datetime) -> list[bytes]:
    """What its messages are signed with now. Raises SecretBoxError."""
    sealed = [hook.secret_sealed]
    if hook.former_sealed and hook.former_until is not None and now < hook.former_until:
        sealed.append(hook.former_sealed)
    opened = [box().open(one, context=_context(hook)) for one in sealed]
    return [base64.b64decode(secret.removeprefix(PREFIX)) for secret in opened]


def signed_headers(keys: list[bytes], *, message_id: str, content: bytes, now: datetime) -> dict[str, str]:
    """Of one attempt, over the bytes that are sent."""
    stamp = str(int(now.timestamp()))
    signed = f"{message_id}.{stamp}.".encode() + content
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signature(key, signed) for key in keys),
    }


def _signature(key: bytes, signed: bytes) -> str:
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def _context(hook: WebhookEndpoint) -> str:
    return f"webhooks.secret:{hook.public_id}"
