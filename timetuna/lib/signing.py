"""Small cryptographic primitives: comparing, signing, and making things nobody can guess."""

import base64
import hashlib
import hmac
import secrets
from typing import NamedTuple

_LEAST_BYTES = 16  # 128 bits: what RFC 9700 asks of a state, and enough for a manage link


class PkcePair(NamedTuple):
    """A verifier to keep and the challenge to send (RFC 7636, S256)."""

    verifier: str
    challenge: str


def equal(left: str | bytes, right: str | bytes) -> bool:
    """Compare two secrets in time that does not depend on where they differ."""
    return hmac.compare_digest(_octets(left), _octets(right))


def hmac_hex(key: str | bytes, message: str | bytes) -> str:
    """Return HMAC-SHA256 of the message as 64 lower-case hex digits. Raises ValueError on an empty key."""
    if not key:
        raise ValueError("An empty key would sign for everybody.")
    return hmac.new(_octets(key), _octets(message), hashlib.sha256).hexdigest()


def fingerprint(value: str | bytes) -> str:
    """Return SHA-256 as hex, to look up a value that nobody can guess without storing it."""
    return hashlib.sha256(_octets(value)).hexdigest()


def random_token(size: int = 32) -> str:
    """Return a URL-safe token of `size` random bytes (at least 16, which is 128 bits)."""
    if size < _LEAST_BYTES:
        raise ValueError(f"A token needs at least {_LEAST_BYTES} random bytes.")
    return secrets.token_urlsafe(size)


def pkce_pair() -> PkcePair:
    """Return a fresh verifier of 43 characters and its challenge."""
    verifier = random_token(32)
    return PkcePair(verifier, pkce_challenge(verifier))


def pkce_challenge(verifier: str) -> str:
    """Return BASE64URL(SHA256(verifier)) without padding (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _octets(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
