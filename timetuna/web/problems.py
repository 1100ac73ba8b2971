"""What goes wrong, as programs read it (RFC 9457): one list of codes, which the API, docs and tests share."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from timetuna.logs import request_id

CONTENT_TYPE = "application/problem+json"


class ProblemCode(StrEnum):
    """What a program decides by. `PROBLEMS` has the status and the title of each."""

    MALFORMED = "malformed"
    UNAUTHORIZED = "unauthorized"
    KEY_EXPIRED = "key-expired"
    KEY_REVOKED = "key-revoked"
    SCOPE = "scope"
    NOT_FOUND = "not-found"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    TIMEOUT = "timeout"
    SLOT_TAKEN = "slot-taken"
    NOT_OFFERED = "not-offered"
    TOO_SOON = "too-soon"
    TOO_LATE = "too-late"
    PAGE_GONE = "page-gone"
    LINK_OVER = "link-over"
    NEEDS_APPROVAL_PENDING = "needs-approval-pending"
    NOT_POSSIBLE = "not-possible"
    IDEMPOTENCY_IN_PROGRESS = "idempotency-in-progress"
    LENGTH_REQUIRED = "length-required"
    CHANGED_MEANWHILE = "changed-meanwhile"
    TOO_LARGE = "too-large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    VALIDATION = "validation"
    IDEMPOTENCY_MISMATCH = "idempotency-mismatch"
    FLOOD = "flood"
    RATE_LIMIT = "rate-limit"
    SERVER_ERROR = "server-error"
    BUSY = "busy"


PROBLEMS: Mapping[ProblemCode, tuple[HTTPStatus, Any]] = {
    ProblemCode.MALFORMED: (HTTPStatus.BAD_REQUEST, gettext_lazy("The request cannot be read")),
    ProblemCode.UNAUTHORIZED: (HTTPStatus.UNAUTHORIZED, gettext_lazy("No valid key")),
    ProblemCode.KEY_EXPIRED: (HTTPStatus.UNAUTHORIZED, gettext_lazy("The key has expired")),
    ProblemCode.KEY_REVOKED: (HTTPStatus.UNAUTHORIZED, gettext_lazy("The key was revoked")),
    ProblemCode.SCOPE: (HTTPStatus.FORBIDDEN, gettext_lazy("The key may not do this")),
    ProblemCode.NOT_FOUND: (HTTPStatus.NOT_FOUND, gettext_lazy("There is no such thing")),
    ProblemCode.METHOD_NOT_ALLOWED: (
        HTTPStatus.METHOD_NOT_ALLOWED,
        gettext_lazy("This address does not do that"),
    ),
    ProblemCode.TIMEOUT: (HTTPStatus.REQUEST_TIMEOUT, gettext_lazy("The request took too long to arrive")),
    ProblemCode.SLOT_TAKEN: (HTTPStatus.CONFLICT, gettext_lazy("The time is not free any more")),
    ProblemCode.NOT_OFFERED: (HTTPStatus.CONFLICT, gettext_lazy("The page does not offer this time")),
    ProblemCode.TOO_SOON: (HTTPStatus.CONFLICT, gettext_lazy("The time is too soon")),
    ProblemCode.TOO_LATE: (HTTPStatus.CONFLICT, gettext_lazy("The time is too far ahead")),
    ProblemCode.PAGE_GONE: (HTTPStatus.CONFLICT, gettext_lazy("The page takes no bookings")),
    ProblemCode.LINK_OVER: (HTTPStatus.CONFLICT, gettext_lazy("The link opens the page no more")),
    ProblemCode.NEEDS_APPROVAL_PENDING: (
        HTTPStatus.CONFLICT,
        gettext_lazy("The request waits for an answer"),
    ),
    ProblemCode.NOT_POSSIBLE: (
        HTTPStatus.CONFLICT,
        gettext_lazy("This cannot be done any more"),
    ),
    ProblemCode.IDEMPOTENCY_IN_PROGRESS: (
        HTTPStatus.CONFLICT,
        gettext_lazy("The same request is still worked on"),
    ),
    ProblemCode.LENGTH_REQUIRED: (
        HTTPStatus.LENGTH_REQUIRED,
        gettext_lazy("The request does not say how long it is"),
    ),
    ProblemCode.CHANGED_MEANWHILE: (
        HTTPStatus.PRECONDITION_FAILED,
        gettext_lazy("It has changed since it was read"),
    ),
    ProblemCode.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, gettext_lazy("The request is too large")),
    ProblemCode.UNSUPPORTED_MEDIA_TYPE: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        gettext_lazy("The body has to be JSON"),
    ),
    ProblemCode.VALIDATION: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        gettext_lazy("Something in the request is not as it should be"),
    ),
    ProblemCode.IDEMPOTENCY_MISMATCH: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        gettext_lazy("The Idempotency-Key was used for another request"),
    ),
    ProblemCode.FLOOD: (HTTPStatus.TOO_MANY_REQUESTS, gettext_lazy("Too many bookings for this guest")),
    ProblemCode.RATE_LIMIT: (HTTPStatus.TOO_MANY_REQUESTS, gettext_lazy("Too many requests")),
    ProblemCode.SERVER_ERROR: (HTTPStatus.INTERNAL_SERVER_ERROR, gettext_lazy("Something went wrong here")),
    ProblemCode.BUSY: (HTTPStatus.SERVICE_UNAVAILABLE, gettext_lazy("The server is very busy")),
}
"""In the order of their status; the titles never change with the case."""


def problem(
    code: str, status: int, *, title: str, detail: str, more: Mapping[str, Any] | None = None
) -> HttpResponse:
    """detail: a sentence for people.  more: members of this problem's own."""
    whole = {
        "type": f"{settings.BASE_URL}/problems/{code}",
        "title": title,
        "status": int(status),
        "detail": detail,
        "code": code,
        "request_id": request_id.get(),
    }
    return HttpResponse(orjson.dumps(whole | dict(more or {})), status=status, content_type=CONTENT_TYPE)


_OF_STATUS = {
    int(PROBLEMS[code][0]): code
    for code in (
        ProblemCode.MALFORMED,
        ProblemCode.NOT_FOUND,
        ProblemCode.METHOD_NOT_ALLOWED,
        ProblemCode.TIMEOUT,
        ProblemCode.LENGTH_REQUIRED,
        ProblemCode.TOO_LARGE,
        ProblemCode.SERVER_ERROR,
        ProblemCode.BUSY,
    )
}


def failed(status: int, sentence: str, **more: Any) -> HttpResponse:
    """Before or after anybody of the API had a say. more: members of its own."""
    code = _OF_STATUS.get(int(status), ProblemCode.SERVER_ERROR)
    return problem(str(code), status, title=str(PROBLEMS[code][1]), detail=sentence, more=more)


def for_programs(path: str) -> bool:
    """Whether whoever asks there reads problems, wherever the request fails."""
    return path.startswith("/api/v1/") or path in {"/api/v1", "/mcp"}


def reads_problems(request: HttpRequest) -> bool:
    """Those, and whoever looks below `/api/` for what is not there."""
    below, match = request.path == "/api" or request.path.startswith("/api/"), request.resolver_match
    nothing = match is None or (match.url_name or "").startswith("public_")  # as a page of somebody called so
    return for_programs(request.path) or (below and nothing)
