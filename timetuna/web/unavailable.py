"""What is answered while the database does not: it is locked for too long, being restarted, or cannot be reached."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy

from timetuna.lib.text import log_value

AWAY = (OperationalError, InterfaceError)
RETRY_AFTER_SECONDS = 5
SENTENCE = gettext_lazy("The server is very busy. Please try again in a moment.")
log = logging.getLogger("timetuna.web")


class DatabaseAway:
    """Answers 503 in words where a view did not get through to the database; what was begun is undone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for the view when it is the database that failed."""
        if not isinstance(error, AWAY):
            return None
        if request.path.startswith("/api/"):
            return unavailable(JsonResponse({"error": str(SENTENCE)}), error)
        return unavailable(HttpResponse(render_to_string("503.html")), error)


def unavailable(response: HttpResponse, error: Exception) -> HttpResponse:
    """Make it a 503 that says when to come back, and log what the driver said; drivers name no row's content."""
    log.error("the database did not answer: %s", log_value(str(error), max_length=300))
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
