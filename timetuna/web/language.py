"""The language of guests' pages: what the guest chose, else what the browser prefers of what there is.

Hosts' pages are in English. A choice is made by `?lang=de`, kept on that device for a year, and changes nothing else.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation.trans_real import get_languages, parse_accept_lang_header

GetResponse = Callable[[HttpRequest], HttpResponseBase]
COOKIE, PARAMETER, A_YEAR = "timetuna_language", "lang", 365 * 24 * 60 * 60
_FOR_GUESTS = ("public_", "booked", "api_times")


class GuestLanguage:
    """Speaks the guest's language on guests' pages, and English elsewhere."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, keep a new choice, and leave the thread as it was."""
        translation.activate(settings.LANGUAGE_CODE)
        try:
            response = self.get_response(request)
            chosen = request.GET.get(PARAMETER, "")
            if is_for_guests(request) and chosen in get_languages():
                response.set_cookie(
                    COOKIE, chosen, max_age=A_YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
                )
        finally:
            translation.activate(settings.LANGUAGE_CODE)
        return response

    @staticmethod
    def process_view(request: HttpRequest, *_: Any) -> None:
        """Switch as soon as it is known whose page it is."""
        if is_for_guests(request):
            translation.activate(choose(request))


def is_for_guests(request: HttpRequest) -> bool:
    """Say whether the address is one that guests open."""
    match = request.resolver_match
    return bool(match and (match.url_name or "").startswith(_FOR_GUESTS))


def choose(request: HttpRequest) -> str:
    """Return the code of the language to answer in."""
    known = get_languages()
    for wish in (request.GET.get(PARAMETER, ""), request.COOKIES.get(COOKIE, "")):
        if wish in known:
            return wish
    for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500]):
        code = tag.partition("-")[0]
        if code in known:
            return code
    return settings.LANGUAGE_CODE
