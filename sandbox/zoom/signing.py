"""The two sums that Zoom and its apps must agree on: event signature, URL validation."""

import hashlib
import hmac


def event_signature(secret: str, *, timestamp: str, body: bytes) -> str:
    """Return the `x-zm-signature` of one event; *timestamp* is unix seconds as text, *body* the raw bytes."""
    message = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def encrypted_token(secret: str, plain_token: str) -> str:
    """Return the hexadecimal answer that `endpoint.url_validation` asks for."""
    return hmac.new(secret.encode(), plain_token.encode(), hashlib.sha256).hexdigest()
