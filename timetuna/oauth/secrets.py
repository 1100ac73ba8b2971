"""How codes, tokens and secrets are made and kept; nothing here can be read back from the database.

What is handed out for a code or a refresh token is derived from it, with the server's key: whoever asks again within
the grace period, because the answer got lost, is told the same, though only fingerprints are stored.
"""

import base64
import hashlib
import hmac
import re
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher
from django.utils.crypto import constant_time_compare, get_random_string
from oauthlib.common import Request

from timetuna.db.public_id import new_public_id
from timetuna.lib.crypto import fingerprint

ACCESS, REFRESH, SECRET = "tt_at_", "tt_rt_", "tt_cs_"
"""What they begin with, so that programs that look for secrets in code know them."""


def access_token(request: Request) -> str:
    """For django-oauth-toolkit."""
    return _derived(ACCESS, request)


def refresh_token(request: Request) -> str:
    """For django-oauth-toolkit."""
    return _derived(REFRESH, request)


def refresh_token_of_code(code: str) -> str:
    """That was handed out for a code, which is given as it is stored."""
    return _made(REFRESH, f"code\n{code}")


def _derived(prefix: str, request: Request) -> str:
    if request.grant_type == "refresh_token":
        return _made(prefix, f"refresh\n{request.refresh_token}")
    return _made(prefix, f"code\n{request.code}")


def _made(prefix: str, source: str) -> str:
    key = hashlib.sha256(f"timetuna.oauth\n{settings.SECRET_KEY}".encode()).digest()
    digest = hmac.new(key, f"{prefix}\n{source}".encode("utf-8", "replace"), hashlib.sha256).digest()
    return prefix + base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def is_client_id(text: str | None) -> bool:
    """Whether it is written as the public name of an app is."""
    return re.fullmatch(r"app_[0-9A-Za-z]{18}", text or "") is not None


class ClientIds:
    """Makes the public names of apps, for django-oauth-toolkit."""

    def hash(self) -> str:
        return new_public_id("app_")


class ClientSecrets:
    """Makes apps' secrets, and the tokens by which they change their own registration."""

    def hash(self) -> str:
        return SECRET + get_random_string(43)


class ClientSecretHasher(BasePasswordHasher):
    """Of 256 random bits, which need no slow hash: nobody can try them all."""

    algorithm = "client_secret_sha256"

    def salt(self) -> str:
        return get_random_string(16)

    def encode(self, password: str, salt: str) -> str:
        digest = fingerprint(f"{salt}:{password}")
        return f"{self.algorithm}${salt}${digest}"

    def verify(self, password: str, encoded: str) -> bool:
        _, salt, _ = encoded.split("$", 2)
        return constant_time_compare(encoded, self.encode(password, salt))

    def must_update(self, encoded: str) -> bool:  # noqa: ARG002 - there is one way to do it
        return False

    def safe_summary(self, encoded: str) -> Any:  # noqa: ARG002 - nothing of it is shown
        return {"algorithm": self.algorithm}

    def harden_runtime(self, password: str, encoded: str) -> None:
        """It takes as long for all."""
