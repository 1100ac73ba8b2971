"""What every request passes through."""

import logging
import secrets
import sys
import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from timetuna.lib.text import log_value
from timetuna.logs import request_id, route_of
from timetuna.web.client import client_of
from timetuna.web.health import healthz
from timetuna.web.language import choose

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


class PrivateAnswers(Middleware):
    """Personal answers are not kept by caches, and no page uses what a browser can sense."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the headers; a view may have set others."""
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        if not request.path.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "private, no-store")
        return response


class BodyLimit(Middleware):
    """Refuses a body that says it is too large, or a form that says it is no UTF-8, before anybody reads it."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 413 or 400 in a sentence; `web.bridge` refuses bodies that are not as long as they say."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return _refusal(request, gettext_noop("This is more than TimeTuna accepts at once."), 413)
        # Django raises wherever such a form is read, on its own error page too.
        if request.content_type == _FORM and (request.encoding or "utf-8").lower() != "utf-8":
            return _refusal(request, gettext_noop("TimeTuna reads forms in UTF-8 only."), 400)
        return self.get_response(request)


def _refusal(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    with translation.override(choose(request)):
        return HttpResponse(gettext(sentence), status=status, content_type="text/plain; charset=utf-8")


AWAY = (OperationalError, InterfaceError)
RETRY_AFTER_SECONDS = 5
SENTENCE = gettext_lazy("The server is very busy. Please try again in a moment.")
OUR_FAULT = gettext_lazy("Something went wrong on this server. Please try again in a minute.")


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
