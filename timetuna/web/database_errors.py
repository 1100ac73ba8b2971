"""What is answered when something failed: the database does not answer, or it is our fault."""

import logging
import sys
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy

from timetuna.lib.text import log_value
from timetuna.logs import request_id, route_of

AWAY = (OperationalError, InterfaceError)
RETRY_AFTER_SECONDS = 5
SENTENCE = gettext_lazy("The server is very busy. Please try again in a moment.")
OUR_FAULT = gettext_lazy("Something went wrong on this server. Please try again in a minute.")
log = logging.getLogger("timetuna.web")


class DatabaseAway:
    """Answers 503 in words where a view did not get through to the database; what was begun is undone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

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
