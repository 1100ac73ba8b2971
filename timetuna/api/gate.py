"""Through which every request of a program goes: who asks, how often, in which language, and whether it came before."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt

from timetuna.api import idempotency, problems
from timetuna.api.principal import PROTECTED_RESOURCE, RESOURCES, Principal, count_wrong, principal_of
from timetuna.api.problems import Problem, ProblemCode
from timetuna.rate_limits.limits import Limit, client_of, spend_told

View = Callable[..., HttpResponse]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
WRITES = frozenset({"POST", "PATCH", "DELETE"})
"""What is done once for a key; where an address has no such verb it is refused without asking."""
BOOKINGS_AN_HOUR = 600
ANONYMOUS = Limit("api-anonymous", (60, 60))
_JSON = "application/json"


def guarded(view: View, *, verbs: frozenset[str] = WRITES) -> View:
    """A view behind the gate. HEAD is answered as GET is; session cookies say nothing here.

    verbs: which are done once for who sends the same Idempotency-Key again.
    """

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if request.method == "HEAD":
            request.method = "GET"
        limits: dict[str, str] = {}
        try:
            response = _answer(request, limits, lambda: view(request, *args, **named), verbs=verbs)
        except Problem as problem:
            return _with(_naming(request, problems.answer(problem)), limits)
        response = _naming(request, response)
        if response.status_code == METHOD_NOT_ALLOWED and "Allow" in response:
            response = _not_allowed(response)
        return _with(response, limits)

    return answered


def _with(response: HttpResponse, headers: dict[str, str]) -> HttpResponse:
    for name, value in headers.items():
        response[name] = value
    return response


def _naming(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A refusal leads to what is said of the address that was asked (RFC 9728, 3.3), and not of the whole server."""
    if "WWW-Authenticate" in response:
        whole = f'/.well-known/{PROTECTED_RESOURCE}"'
        part = next((one for one in RESOURCES if request.path.startswith(one)), "")
        named = f'/.well-known/{PROTECTED_RESOURCE}{part}"'
        response["WWW-Authenticate"] = response["WWW-Authenticate"].replace(whole, named)
    return response


METHOD_NOT_ALLOWED = 405


def principal_in(request: HttpRequest) -> Principal | None:
    """Who asks, behind the gate."""
    found: Principal | None = getattr(request, "principal", None)
    return found


def _answer(
    request: HttpRequest, limits: dict[str, str], do: Callable[[], HttpResponse], *, verbs: frozenset[str]
) -> HttpResponse:
    try:
        principal = principal_of(request)
    except Problem:
        count_wrong(request)
        raise
    request.principal = principal  # type: ignore[attr-defined]
    if principal is not None:
        request.user = principal.user
        request.program = principal.label  # type: ignore[attr-defined]
        _speak_as(principal)
    limits |= count(request, principal)
    if request.method in SAFE:
        return do()
    _read_only_json(request)
    key = idempotency.key_of(request) if request.method in verbs else ""
    if principal is None or not key:
        return do()
    return idempotency.once(request, principal, key, do)


def _speak_as(principal: Principal) -> None:
    """Sentences are in the language of whose key it is, as far as their pages are."""
    language = principal.user.language
    translation.activate(language if language in settings.HOST_LANGUAGES else settings.LANGUAGE_CODE)


def count(request: HttpRequest, principal: Principal | None) -> dict[str, str]:
    """Count one request of theirs, and return the headers that say how much is left. Raises Problem 429."""
    if principal is None:
        limit, subject = ANONYMOUS, client_of(request).network
    else:
        limit, subject = Limit("api", (settings.API_LIMIT, 60)), principal.name
    name = "anonymous" if principal is None else "key"
    window = limit.windows[0]
    waits, left, seconds = spend_told(limit, subject)
    headers = {
        "RateLimit-Policy": f'"{name}";q={window.most};w={window.seconds}',
        "RateLimit": f'"{name}";r={left};t={math.ceil(seconds)}',
    }
    if waits:
        sentence = gettext("There were too many requests within a minute.")
        raise Problem(
            ProblemCode.RATE_LIMIT, sentence, headers=headers | {"Retry-After": str(math.ceil(waits))}
        )
    return headers


def _read_only_json(request: HttpRequest) -> None:
    """Raises Problem 415 for a body that says it is something else."""
    if request.body and request.content_type != _JSON:
        raise Problem(
            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
            gettext("Send the body as JSON, with the header Content-Type: application/json."),
        )


def _not_allowed(response: HttpResponse) -> HttpResponse:
    allowed = {one.strip() for one in response.get("Allow", "").split(",") if one.strip()}
    allowed |= {"HEAD"} if "GET" in allowed else set()
    methods = ", ".join(sorted(allowed))
    sentence = gettext("This address takes %(methods)s.") % {"methods": methods}
    return problems.answer(Problem(ProblemCode.METHOD_NOT_ALLOWED, sentence, headers={"Allow": methods}))
