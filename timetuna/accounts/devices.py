"""Devices on which an account was signed in before: a cookie says so, and guesses made elsewhere never shut them out.

The cookie is `<device>.<proof>.<proof>…`, a proof for each account, newest first. A proof is bound to the account's
password: with a new password all devices but the one that set it are strangers again. It opens nothing by itself.
"""

import re
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from timetuna.accounts.models import User
from timetuna.lib.crypto import equal, hmac_hex
from timetuna.web.middleware import Middleware

MOST_ACCOUNTS = 5
KEPT_SECONDS = 400 * 86_400  # browsers keep no cookie longer (RFC 6265bis)
_PATTERN = re.compile(r"[0-9a-f]{32}(\.[0-9a-f]{32}){1,5}")


def cookie_name() -> str:
    """Told apart from other servers' as the session's is."""
    return f"{settings.SESSION_COOKIE_NAME}_device"


def known_device(request: HttpRequest, user: User) -> str:
    """Empty where the account has not been signed in on it before."""
    device, *proofs = _cookie(request)
    expected = _proof(device, user) if device else ""
    return device if any([equal(proof, expected) for proof in proofs]) else ""  # noqa: C419 - all of them, always


def remember_device(request: HttpRequest, user: User, **_more: Any) -> None:
    """Have the answer to this request say that the account is known here."""
    request.known_user = user  # type: ignore[attr-defined]


user_logged_in.connect(remember_device, dispatch_uid="accounts.devices")


class DeviceCookie(Middleware):
    """Sets the cookie where somebody has just signed in, or has set a password."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, and add the cookie to its answer."""
        response = self.get_response(request)
        user = getattr(request, "known_user", None)
        if user is not None:
            response.set_cookie(
                cookie_name(),
                _renewed(request, user),
                max_age=KEPT_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _renewed(request: HttpRequest, user: User) -> str:
    device, *proofs = _cookie(request)
    device = device or secrets.token_hex(16)
    newest = _proof(device, user)
    others = [proof for proof in proofs if proof != newest]
    return ".".join([device, newest, *others[: MOST_ACCOUNTS - 1]])


def _cookie(request: HttpRequest) -> list[str]:
    """As (device, proofs); [""] where there is no such cookie."""
    value = request.COOKIES.get(cookie_name(), "")
    return value.split(".") if _PATTERN.fullmatch(value) else [""]


def _proof(device: str, user: User) -> str:
    message = f"known device\n{device}\n{user.pk}\n{user.get_session_auth_hash()}"
    return hmac_hex(settings.SECRET_KEY, message)[:32]
