"""Devices on which an account was signed in before: a cookie says so, and guesses made elsewhere never shut them out.

The cookie is `<device>.<proof>.<proof>…`, a proof for each account, newest first. A proof is bound to the account's
password: with a new password all devices but the one that set it are strangers again. It opens nothing by itself.
"""

import re
import secrets
from typing import Any

from allauth.account.signals import user_logged_in
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from timetuna.accounts.models import User
from timetuna.lib.crypto import equal, hmac_hex

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


@receiver(user_logged_in)
def remember_device(request: HttpRequest, response: HttpResponse, user: User, **_more: Any) -> None:
    """Have the answer to somebody who has just signed in, or has set a password, say that the account is known here."""
    response.set_cookie(
        cookie_name(),
        _renewed(request, user),
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


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
