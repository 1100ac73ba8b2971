"""What every request passes through."""

import logging
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from timetuna.logs import request_id, route_of
from timetuna.web.client import client_of
from timetuna.web.language import choose

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("timetuna.web")
security = logging.getLogger("timetuna.security")
_FORM = "application/x-www-form-urlencoded"
REFUSALS = {400, 403, 413, 429}
"""A wrong host or form, a form of another site or somebody else's thing, too large, too often."""


class RequestId:
    """Gives each request an id, logs one line for it, and answers with the id in `X-Request-Id`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

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


class PrivateAnswers:
    """Personal answers are not kept by caches, and no page uses what a browser can sense."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the headers; a view may have set others."""
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        if not request.path.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "private, no-store")
        return response


class BodyLimit:
    """Refuses a body that says it is too large, or a form that says it is no UTF-8, before anybody reads it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

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
