"""Small cryptographic primitives: comparing, signing, and making things nobody can guess."""

import base64
import hashlib
import hmac
import secrets
import struct
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_LEAST_BYTES = 16  # 128 bits: what RFC 9700 asks of a state, and enough for a manage link


class PkcePair(NamedTuple):
    """A verifier to keep and the challenge to send (RFC 7636, S256)."""

    verifier: str
    challenge: str


def equal(left: str | bytes, right: str | bytes) -> bool:
    """Compare two secrets in time that does not depend on where they differ."""
    return hmac.compare_digest(_octets(left), _octets(right))


def hmac_hex(key: str | bytes, message: str | bytes) -> str:
    """HMAC-SHA256 of the message as 64 lower-case hex digits. Raises ValueError on an empty key."""
    if not key:
        raise ValueError("An empty key would sign for everybody.")
    return hmac.new(_octets(key), _octets(message), hashlib.sha256).hexdigest()


def fingerprint(value: str | bytes) -> str:
    """SHA-256 as hex, to look up a value that nobody can guess without storing it."""
    return hashlib.sha256(_octets(value)).hexdigest()


def random_token(size: int = 32) -> str:
    """URL-safe, of `size` random bytes (at least 16, which is 128 bits)."""
    if size < _LEAST_BYTES:
        raise ValueError(f"A token needs at least {_LEAST_BYTES} random bytes.")
    return secrets.token_urlsafe(size)


def pkce_pair() -> PkcePair:
    """A fresh verifier of 43 characters and its challenge."""
    verifier = random_token(32)
    return PkcePair(verifier, pkce_challenge(verifier))


def pkce_challenge(verifier: str) -> str:
    """BASE64URL(SHA256(verifier)) without padding (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _octets(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


_LENGTH = struct.Struct(">I")


class SecretBoxError(Exception):
    """A secret could not be opened, or a key is unusable. `str()` is a sentence without secret and key."""


def new_key() -> str:
    return Fernet.generate_key().decode("ascii")


class SecretBox:
    """Seals texts with the newest key and opens them with any of the keys.

    `context` names the place a secret belongs to, like "calendar_accounts.access_token:17". It is sealed
    inside, so that a ciphertext that was copied to another row or column does not open there.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise SecretBoxError("No encryption key is set. Make one and put it into the settings.")
        self._fernet = MultiFernet([_fernet(key) for key in keys])

    def seal(self, plaintext: str, *, context: str) -> str:
        """URL-safe ASCII; two calls never give the same."""
        return self._fernet.encrypt(_bind(plaintext, context)).decode("ascii")

    def open(self, sealed: str, *, context: str) -> str:
        """Raises SecretBoxError when keys or context are not those of sealing."""
        return self._open(sealed, context)

    def has_key_for(self, sealed: str) -> bool:
        """Whether one of the keys opens this, wherever it belongs; nothing of it is handed out."""
        try:
            self._fernet.decrypt(sealed.encode("ascii"))
        except (InvalidToken, UnicodeEncodeError):
            return False
        return True

    def rotate(self, sealed: str, *, context: str) -> str:
        """Sealed with the newest key. Raises SecretBoxError like `open`."""
        return self.seal(self._open(sealed, context), context=context)

    def _open(self, sealed: str, context: str) -> str:
        try:
            content = self._fernet.decrypt(sealed.encode("ascii"))
        except (InvalidToken, UnicodeEncodeError):
            raise SecretBoxError(
                "A stored secret cannot be decrypted. Either it was changed, or the key it was sealed with "
                "is missing from the settings."
            ) from None
        return _unbind(content, context)


def _fernet(key: str) -> Fernet:
    try:
        return Fernet(key.strip())
    except ValueError:
        raise SecretBoxError(
            "An encryption key is not 32 bytes in URL-safe base64. Make a new one."
        ) from None


def _bind(plaintext: str, context: str) -> bytes:
    if not context:
        raise SecretBoxError("A secret cannot be sealed without the name of its place.")
    place = context.encode("utf-8")
    return _LENGTH.pack(len(place)) + place + plaintext.encode("utf-8")


def _unbind(content: bytes, context: str) -> str:
    (length,) = _LENGTH.unpack_from(content)
    start = _LENGTH.size + length
    if not equal(content[_LENGTH.size : start], context):
        raise SecretBoxError("A stored secret belongs to another place than the one it was read from.")
    return content[start:].decode("utf-8")
