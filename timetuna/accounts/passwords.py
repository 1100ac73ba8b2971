"""Trying passwords: who guesses has to wait longer and longer, and the owner of an account does not.

Waits are counted by (network, account), by account and by network; docs/decisions/0031 says why in this way. Guesses
made elsewhere never shut out a device on which an account was signed in before: a cookie says so,
`<device>.<proof>.<proof>…`, with a proof for each account, newest first. A proof is bound to the account's password:
with a new password all devices but the one that set it are strangers again. It opens nothing by itself.
"""

import logging
import re
import secrets
from dataclasses import dataclass, replace
from typing import Any

from allauth.account.signals import user_logged_in
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy, ngettext

from timetuna.accounts.models import User
from timetuna.lib.crypto import equal, hmac_hex
from timetuna.rate_limits.limits import (
    Client,
    GrowingDelay,
    Limit,
    Pair,
    client_of,
    forget,
    give_back,
    now,
    spend_all,
    wait_in_words,
)

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


security = logging.getLogger("timetuna.security")
WAIT = "wait"
"""Code of an error that says for how long to wait; its `params["seconds"]` say it to programs."""

HERE = gettext_lazy("There were too many wrong passwords. Wait %(wait)s and try again.")
AT_THE_DOOR = gettext_lazy(
    "There were too many wrong passwords. Wait %(wait)s and try again, or set a new password."
)
_HOUR, _DAY = 3_600, 86_400
BY_DEVICE = GrowingDelay("password-device", free=10, first=5, longest=300, memory=_DAY)
BY_NETWORK_AND_ACCOUNT = GrowingDelay("password-pair", free=5, first=5, longest=300, memory=_DAY)
BY_ACCOUNT = GrowingDelay("password-account", free=50, first=1, longest=300, memory=_DAY)
BEYOND_AT_ACCOUNT = GrowingDelay("password-beyond", free=30, first=1, longest=30, memory=_DAY)
BEYOND_BY_WIDE_NETWORK = Limit("password-beyond-wide", (3, _DAY), strict=True)
"""While others keep an account's delay running: three tries a day for each network around an address."""
BY_NETWORK = GrowingDelay("password-network", free=50, first=1, longest=30, memory=_HOUR)
BY_WIDE_NETWORK = GrowingDelay("password-wide-network", free=200, first=1, longest=30, memory=_HOUR)


def too_often(sentence: str, seconds: float) -> ValidationError:
    """sentence: with `%(wait)s` for how long."""
    return ValidationError(sentence, code=WAIT, params={"wait": wait_in_words(seconds), "seconds": seconds})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One password that somebody tries. It is counted before it is looked at, so that many at once are no way round."""

    account: str
    client: Client
    device: str
    exists: bool
    at: float
    """When it was counted, in seconds since the epoch."""
    counted: tuple[Pair, ...] = ()

    @classmethod
    def begin(cls, request: HttpRequest, *, email: str) -> "Attempt":
        """Count it. Raises ValidationError where it comes too early; the password is not looked at then.

        email: as the account has it; what belongs to no account is counted alike.
        """
        user = User.objects.filter(email=email).first()
        attempt = cls(email, client_of(request), _device(request, user), exists=user is not None, at=now())
        waits = []
        for way in attempt._ways():
            waits.append(spend_all(*way, at=attempt.at))
            if not waits[-1]:
                return replace(attempt, counted=tuple(way))
        attempt._note("sign_in_delayed")
        raise too_often(str(HERE if request.user.is_authenticated else AT_THE_DOOR), min(waits))

    def end(self, *, right: bool) -> None:
        """What was right is not counted."""
        if not right:
            self._note("sign_in_failed")
            if self.exists:  # django-allauth looks once more for an address that it does not find
                User.objects.filter(email=self.account).first()
            return
        mine, *shared = self.counted
        forget(*mine)
        # Not forgotten: others may be guessing, from the same network or at the same account.
        give_back(*shared, at=self.at)

    def _ways(self) -> list[list[Pair]]:
        """The limits, and those that hold for a network that others who guess shall not keep out."""
        if self.device:
            return [[(BY_DEVICE, f"{self.device}\n{self.account}")]]
        network, wide = self.client.network, self.client.wide
        mine: Pair = (BY_NETWORK_AND_ACCOUNT, f"{network}\n{self.account}")
        around: list[Pair] = [(BY_NETWORK, network), (BY_WIDE_NETWORK, wide)]
        beyond: list[Pair] = [
            (BEYOND_AT_ACCOUNT, self.account),
            (BEYOND_BY_WIDE_NETWORK, f"{wide}\n{self.account}"),
        ]
        return [[mine, (BY_ACCOUNT, self.account), *around], [mine, *beyond, *around]]

    def _note(self, event: str) -> None:
        account = hmac_hex(settings.SECRET_KEY, f"account\n{self.account}")[:16]
        known = "known" if self.device else "new"
        security.warning("%s client=%s account=%s device=%s", event, self.client.network[:16], account, known)


def _device(request: HttpRequest, user: User | None) -> str:
    """The device that the account is known on: by its cookie, or by a session that is open."""
    if user is None:
        return ""
    if request.user.is_authenticated and request.user.pk == user.pk:
        return f"session {request.session.session_key}"
    return known_device(request, user)


class LongEnough(password_validation.MinimumLengthValidator):
    """Says it in our words, as those below."""

    def get_error_message(self) -> str:
        return ngettext(
            "A password has %(count)d character at least.",
            "A password has %(count)d characters at least.",
            self.min_length,
        ) % {"count": self.min_length}


class NotCommon(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return gettext("Many people use this password, so it is soon guessed. Choose another one.")


class NotOneself(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return gettext("This password is too much like your name or email address. Choose another one.")
