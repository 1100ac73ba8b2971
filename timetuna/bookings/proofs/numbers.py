"""Phone numbers that guests have shown to be theirs: which could get a text, and which browser has shown one lately.

No number stands anywhere in clear: a browser keeps keyed hashes, signed.
"""

from datetime import timedelta
from enum import Enum, auto

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from timetuna.bookings.proofs.needed import NumberShown
from timetuna.lib.crypto import fingerprint, hmac_hex
from timetuna.lib.phones import NumberKind, kind_of
from timetuna.lib.text import country_of
from timetuna.pages.public import PublicPage

COOKIE, REMEMBERED_FOR, MOST_REMEMBERED = "timetuna_numbers", timedelta(days=30), 5
TOKEN = "number_token"  # noqa: S105 - the name of a field
_TOKEN_VALID = timedelta(minutes=30)
_NUMBERS, _FORM = "bookings.numbers", "bookings.number of a form"
_LINE = 4
"""Digits that tell the numbers of one prefix apart."""


def number_hash(number: str) -> str:
    return hmac_hex(settings.SECRET_KEY, f"phone number\n{number}")


def prefix_hash(number: str) -> str:
    """Of what numbers bought together have in common."""
    return hmac_hex(settings.SECRET_KEY, f"phone prefix\n{number[:-_LINE]}")


class NoText(Enum):
    """Why no text ever goes to a number: such numbers get none, or none of their country does."""

    KIND = auto()
    COUNTRY = auto()


def lack_of(number: str, *zones: str) -> NoText | None:
    """None where texts may go. zones: the host's and the guest's, of whose countries it may be."""
    found = kind_of(number)
    kinds = {NumberKind.MOBILE, NumberKind.VOIP} if settings.SMS_VOIP else {NumberKind.MOBILE}
    if found.kind not in kinds:
        return NoText.KIND
    countries = settings.SMS_COUNTRIES or [country_of(zone) for zone in zones]
    return None if found.country in countries else NoText.COUNTRY


def no_text(number: str, page: PublicPage, *, zone: str) -> str:
    """Why no code ever goes to a number by text, or "". zone: the guest's."""
    lack = lack_of(number, page.time_zone, zone)
    if lack is None:
        return ""
    if lack is NoText.COUNTRY:
        return gettext("No code can be sent by text to a number of this country. Give another one.")
    return gettext("No code can be sent by text to this number. Give a mobile number.")


def shown_by(request: HttpRequest, number: str, *, key: str) -> NumberShown:
    """What the browser, or the form with this key, has shown about the number."""
    if number_hash(number) in _remembered(request):
        return NumberShown.BY_TEXT
    try:
        said = signing.loads(request.POST.get(TOKEN, ""), salt=_FORM, max_age=_TOKEN_VALID)
    except signing.BadSignature:
        return NumberShown.NOT
    for shown in (NumberShown.BY_TEXT, NumberShown.EXCUSED):
        if said == _said(number, shown, key):
            return shown
    return NumberShown.NOT


def token_of(number: str, shown: NumberShown, *, key: str) -> str:
    """For a form that comes back after the code was right."""
    return signing.dumps(_said(number, shown, key), salt=_FORM)


def remember(request: HttpRequest, response: HttpResponse, number: str) -> None:
    """Ask this browser for no code for the number for some weeks."""
    mine = number_hash(number)
    kept = [mine, *(one for one in _remembered(request) if one != mine)][:MOST_REMEMBERED]
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=_NUMBERS),
        max_age=REMEMBERED_FOR,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _said(number: str, shown: NumberShown, key: str) -> list[str]:
    return [number_hash(number), fingerprint(key), str(shown)]


def _remembered(request: HttpRequest) -> list[str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_NUMBERS, max_age=REMEMBERED_FOR)
    except signing.BadSignature:
        return []
    return found if isinstance(found, list) else []
