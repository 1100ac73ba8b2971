"""The language of guests' pages: what the guest chose, else what the browser prefers of what there is.

Hosts' pages are in English; an address that leads nowhere is a guest's. A choice is made by `?lang=de`, kept on that
device for a year, and changes nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation.trans_real import get_languages, parse_accept_lang_header

from timetuna.mail import is_set_up

GetResponse = Callable[[HttpRequest], HttpResponseBase]
COOKIE, PARAMETER, A_YEAR = "timetuna_language", "lang", 365 * 24 * 60 * 60
_FOR_GUESTS = ("public_", "booked", "api_times")


class GuestLanguage:
    """Speaks the guest's language on guests' pages, and English elsewhere."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, keep a new choice, and leave the thread as it was."""
        translation.activate(choose(request))
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
        """Speak English as soon as it is known that the page is a host's."""
        if not is_for_guests(request):
            translation.activate(settings.LANGUAGE_CODE)


def is_for_guests(request: HttpRequest) -> bool:
    match = request.resolver_match
    return bool(match and (match.url_name or "").startswith(_FOR_GUESTS))


@dataclass(frozen=True, slots=True)
class Language:
    """One that can be switched to: its code, its own name for itself, and this page's address in it."""

    code: str
    name: str
    url: str
    current: bool


def switch(request: HttpRequest) -> list[Language]:
    """What the page can be read in, where its language is the guest's to choose and there is a choice."""
    asks = request.method == "GET"  # what was typed into a form that came back would be lost
    if not asks or len(settings.LANGUAGES) < 2 or not is_for_guests(request):  # noqa: PLR2004
        return []
    current = translation.get_language()
    return [
        Language(code, name, _address_in(request, code), current=code == current)
        for code, name in settings.LANGUAGES
    ]


def _address_in(request: HttpRequest, code: str) -> str:
    query = request.GET.copy()
    query[PARAMETER] = code
    return f"?{query.urlencode()}"


def choose(request: HttpRequest) -> str:
    known = get_languages()
    for wish in (request.GET.get(PARAMETER, ""), request.COOKIES.get(COOKIE, "")):
        if wish in known:
            return wish
    for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500]):
        for code in (tag, tag.partition("-")[0]):
            if code in known:
                return code
    return settings.LANGUAGE_CODE


def product(request: HttpRequest) -> dict[str, Any]:
    """The base address, whether sign-up is open, where the sandbox is ("" outside a demo), and the languages."""
    return {
        "base_url": settings.BASE_URL,
        "signup_open": settings.SIGNUP_OPEN,
        "sandbox_url": settings.SANDBOX_URL,
        "mail_goes_to_sandbox": bool(settings.SANDBOX_URL),
        "no_mail_server": not is_set_up(),
        "languages": partial(switch, request),  # called by the template that shows them
    }
