"""What every request passes through."""

import base64
import hashlib
import logging
import secrets
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any

import brotli
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext, gettext_lazy, gettext_noop
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    parse_accept_lang_header,
)

from timetuna.lib.text import log_value
from timetuna.logs import request_id, route_of
from timetuna.mail import is_set_up
from timetuna.rate_limits.limits import client_of
from timetuna.web.health import healthz
from timetuna.web.problems import failed, reads_problems
from timetuna.web.refusals import refusal
from timetuna.web.uploads import most_bytes

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("timetuna.web")
security = logging.getLogger("timetuna.security")
_FORM = "application/x-www-form-urlencoded"
REFUSALS = {400, 403, 413, 429}
"""A wrong host or form, a form of another site or somebody else's thing, too large, too often."""


class Middleware:
    """Passes requests on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)


class RequestId(Middleware):
    """Gives each request an id, logs one line for it, and answers with the id in `X-Request-Id`."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Log method, route (never the address: it may carry a booking's link), status and milliseconds."""
        token = request_id.set(secrets.token_hex(6))
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id.get()
            spent = (time.perf_counter() - started) * 1000
            log.info("%s /%s %s %.0fms", request.method, route_of(request), response.status_code, spent)
            if response.status_code in REFUSALS:
                _note_refusal(request, response.status_code)
        finally:
            request_id.reset(token)
        return response


def _note_refusal(request: HttpRequest, status: int) -> None:
    """Log it as an event; the client is a keyed hash, the same for all that comes from one address."""
    client = client_of(request).network[:16]
    security.warning(
        "refused status=%s method=%s route=/%s client=%s", status, request.method, route_of(request), client
    )


_asking: ContextVar[HttpRequest | None] = ContextVar("asking", default=None)


class WhoActs(Middleware):
    """Lets what is written down say who asked for it."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _asking.set(request)
        try:
            return self.get_response(request)
        finally:
            _asking.reset(token)


def who_acts() -> int | None:
    """The id of whoever is signed in where this request came from; None outside of requests, and for everybody else."""
    request = _asking.get()
    return request.user.pk if request is not None and hasattr(request, "user") else None


def acts_through() -> str:
    """What the program is called that acts for whoever asked, as histories tell of it; "" for a person at a page."""
    request = _asking.get()
    return getattr(request, "program", "")


def is_our_file(request: HttpRequest, response: HttpResponseBase) -> bool:
    """A static one, which is no page: what pages may do says nothing to it."""
    return request.path.startswith(settings.STATIC_URL) and response.status_code in {200, 304}


class PrivateAnswers(Middleware):
    """Personal answers are not kept by caches, and no page uses what a browser can sense."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the headers; a view may have set others."""
        response = self.get_response(request)
        if is_our_file(request, response):
            return response
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        response.setdefault("Cache-Control", "private, no-store")
        return response


_QUALITY, _WINDOW, _SHORTEST = 6, 18, 200
_METADATA, _MOST_PADDING = 0b010110, 100
_SMALL_ALREADY = ("image/jpeg", "image/png", "video/")


class Compressed(GZipMiddleware):
    """By Brotli where the browser takes it, else by gzip.

    Both are padded at random, so that lengths tell no secrets (BREACH, 0072).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.get("Content-Type", "").startswith(_SMALL_ALREADY):
            return response
        if not isinstance(response, HttpResponse) or not _takes_brotli(request):
            answer: HttpResponseBase = super().process_response(request, response)
            return answer
        if len(response.content) < _SHORTEST or "Content-Encoding" in response:
            return response
        packed = _brotli(response.content)
        if len(packed) < len(response.content):
            response.content = packed
            response["Content-Encoding"], response["Content-Length"] = "br", str(len(packed))
        patch_vary_headers(response, ["Accept-Encoding"])
        return response


def _takes_brotli(request: HttpRequest) -> bool:
    wishes = (wish.split(";") for wish in request.headers.get("Accept-Encoding", "").lower().split(","))
    return any(name.strip() == "br" and "q=0" not in "".join(more).split() for name, *more in wishes)


def _brotli(content: bytes) -> bytes:
    """With a block of metadata before the end, which nobody reads: so many random bytes (RFC 7932, section 9.2)."""
    pack = brotli.Compressor(quality=_QUALITY, lgwin=_WINDOW)
    padding = secrets.token_bytes(1 + secrets.randbelow(_MOST_PADDING))
    head = (_METADATA | (len(padding) - 1) << 6).to_bytes(2, "little")
    return b"".join([pack.process(content), pack.flush(), head, padding, pack.finish()])


_ALLOWED = "_timetuna_allowed"


class ContentPolicy(CSPMiddleware):
    """django-csp's, and by its hash what stands in the page itself: a style sheet, a script (0072)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if is_our_file(request, response):
            return response
        update: dict[str, Any] = {**(getattr(response, "_csp_update", None) or {})}
        for directive, hashes in getattr(request, _ALLOWED, {}).items():
            update[directive] = [*(update.get(directive) or []), *hashes]
        if update:
            setattr(response, "_csp_update", update)  # noqa: B010 - no attribute of theirs that types know
        return super().process_response(request, response)


def allow(request: HttpRequest, directive: str, text: str) -> None:
    """Let the page that is being made hold this text. directive: "style-src" or "script-src"."""
    allow_from(request, directive, _hash(text))


def allow_from(request: HttpRequest, directive: str, source: str) -> None:
    """Let it load from there."""
    allowed: dict[str, dict[str, None]] = getattr(request, _ALLOWED, {})
    allowed.setdefault(directive, {})[source] = None
    setattr(request, _ALLOWED, allowed)


@lru_cache(maxsize=256)
def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class BodyLimit(Middleware):
    """Refuses a body that says it is too large, or a form that says it is no UTF-8, before anybody reads it."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 413 or 400 in a sentence; `web.bridge` refuses bodies that are not as long as they say."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or _is_too_much(request, int(length)):
            return _refusal(request, gettext_noop("This is more than TimeTuna accepts at once."), 413)
        # Django raises wherever such a form is read, on its own error page too.
        if request.content_type == _FORM and (request.encoding or "utf-8").lower() != "utf-8":
            return _refusal(request, gettext_noop("TimeTuna reads forms in UTF-8 only."), 400)
        return self.get_response(request)


def _is_too_much(request: HttpRequest, length: int) -> bool:
    usual: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return length > usual and length > most_bytes(request.path, request.META.get("QUERY_STRING", ""))


def _refusal(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    with translation.override(choose(request)):
        return refusal(request, status, gettext(sentence))


AWAY = (OperationalError, InterfaceError)
RETRY_AFTER_SECONDS = 5
SENTENCE = gettext_lazy("The server is very busy. Try again in a moment.")
OUR_FAULT = gettext_lazy("Something went wrong on this server. Try again in a minute.")


class DatabaseAway(Middleware):
    """Answers 503 in words where a view did not get through to the database; what was begun is undone."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _away(request, error) if isinstance(error, AWAY) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer where nobody else did, as Django's handler500: within its handling of the exception, which is logged.

    What the middleware needs of the database is not in a view, so its absence ends here as well.
    """
    error = sys.exc_info()[1]
    if isinstance(error, AWAY):
        return _away(request, error)
    log.error("%s /%s failed", request.method, route_of(request), exc_info=error)
    return _answer(request, "500.html", str(OUR_FAULT), status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _away(request: HttpRequest, error: BaseException) -> HttpResponse:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return unavailable(_answer(request, "503.html", str(SENTENCE), status=status), error)


def _answer(request: HttpRequest, template: str, sentence: str, *, status: int) -> HttpResponse:
    """As a page, or to a program as JSON, with the number under which the log has it."""
    number = request_id.get()
    if reads_problems(request):
        return failed(status, sentence)
    if request.path.startswith("/api/"):
        return JsonResponse({"error": sentence, "request_id": number}, status=status)
    return HttpResponse(render_to_string(template, {"request_id": number}), status=status)


def unavailable(response: HttpResponse, error: BaseException) -> HttpResponse:
    """Make it a 503 that says when to come back, log what the driver said, and begin anew with the database.

    Drivers name no row's content in these errors.
    """
    log.error("the database did not answer: %s", log_value(str(error), max_length=300))
    if not connection.in_atomic_block:  # whatever state the connection is in, nobody else shall meet it
        connection.close()
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


class HealthCheck(Middleware):
    """Answers /healthz ahead of the checks of host and https: a container asks itself under any name."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path != "/healthz":
            return self.get_response(request)
        response = healthz(request)
        response["Cache-Control"], response["X-Content-Type-Options"] = "no-store", "nosniff"
        return response


COOKIE, PARAMETER, A_YEAR = "timetuna_language", "lang", 365 * 24 * 60 * 60
GUESTS_ROUTES = ("public_", "booked", "api_times")


class Speaks(Middleware):
    """Speaks on guests' pages what the guest chose, else what the browser prefers of what there is.

    Hosts' pages speak what their reader chose in the profile, else the browser's, of the languages that are whole for
    hosts. An address that leads nowhere is a guest's. A guest's choice is made by `?lang=de`, kept on that device for a
    year, and changes nothing else.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, keep a new choice, and leave the thread as it was."""
        translation.activate(choose(request))
        try:
            response = self.get_response(request)
            chosen = meant(request.GET.get(PARAMETER, ""))
            if chosen and is_for_guests(request):
                response.set_cookie(
                    COOKIE, chosen, max_age=A_YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
                )
        finally:
            translation.activate(settings.LANGUAGE_CODE)
        return response

    @staticmethod
    def process_view(request: HttpRequest, *_: Any) -> None:
        """Speak as a host reads, as soon as it is known that the page is a host's."""
        if not is_for_guests(request):
            translation.activate(language_of_host(request))


def is_for_guests(request: HttpRequest) -> bool:
    match = request.resolver_match
    return bool(match and (match.url_name or "").startswith(GUESTS_ROUTES))


def language_of_host(request: HttpRequest) -> str:
    """What pages of hosts speak with whoever asks."""
    if len(settings.HOST_LANGUAGES) == 1:
        return str(settings.HOST_LANGUAGES[0])
    wishes = [request.user.language] if request.user.is_authenticated else []
    header = request.headers.get("Accept-Language", "")[:500]
    wishes += [tag.partition("-")[0] for tag, _ in parse_accept_lang_header(header)]
    return next((wish for wish in wishes if wish in settings.HOST_LANGUAGES), settings.LANGUAGE_CODE)


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


def meant(tag: str) -> str:
    """Our code of the language that somebody calls so, in any case and of any region; "" for none that we have."""
    with suppress(LookupError):
        return get_supported_language_variant(tag[:20].lower()) if tag else ""
    return ""


def choose(request: HttpRequest) -> str:
    for wish in (request.GET.get(PARAMETER, ""), request.COOKIES.get(COOKIE, "")):
        if found := meant(wish):
            return found
    for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500]):
        with suppress(LookupError):
            return get_supported_language_variant(tag)  # what is nearest: Brazil's for any Portuguese
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
