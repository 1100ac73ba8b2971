"""The API's addresses: its operations behind the gate, and a problem for whatever else is asked for."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from timetuna.api import problems
from timetuna.api.faults import FaultCode, faults_of
from timetuna.api.gate import SAFE, WRITES, guarded
from timetuna.api.openapi import document
from timetuna.api.problems import Fault, Problem, ProblemCode, not_found
from timetuna.api.views import (
    away,
    booking_changes,
    bookings,
    developers,
    events,
    links,
    me,
    members,
    page_changes,
    schedules,
    staffing,
    teams,
    webhooks,
)

api = NinjaAPI(
    title="TimeTuna",
    version="1",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
)
PARTS = (
    me,
    page_changes,
    staffing,
    links,
    bookings,
    booking_changes,
    schedules,
    away,
    teams,
    members,
    events,
    webhooks,
)
"""In the order in which the documentation has them. `page_changes` shares its router with `pages`: one address, one."""
for _part in PARTS:
    api.add_router("", _part.router)
Views = Callable[..., HttpResponse]


@api.exception_handler(Problem)
def _problem(_request: HttpRequest, problem: Any) -> HttpResponse:
    return problems.answer(problem)


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: Any) -> HttpResponse:
    faults = faults_of(error.errors, sources=True)
    detail = gettext("Something in the request is not as it should be.")
    return problems.answer(Problem(ProblemCode.VALIDATION, detail, faults))


@api.exception_handler(Http404)
def _missing(_request: HttpRequest, _error: Any) -> HttpResponse:
    return problems.answer(not_found())


@api.exception_handler(HttpError)
def _refused(_request: HttpRequest, error: Any) -> HttpResponse:
    code = ProblemCode.MALFORMED if error.status_code == HTTPStatus.BAD_REQUEST else ProblemCode.UNAUTHORIZED
    return problems.answer(Problem(code, gettext("The body is no JSON that can be read.")))


def _nothing_there(_request: HttpRequest, **_: Any) -> HttpResponse:
    raise not_found()


def _openapi(request: HttpRequest) -> HttpResponse:
    if request.method not in SAFE:
        return HttpResponseNotAllowed(["GET"])
    return redirect("openapi")


def _known_names() -> dict[tuple[str, str], frozenset[str]]:
    """By route and method what the query may say."""
    return {
        (route.replace("{", "<").replace("}", ">").lstrip("/"), method): frozenset(
            name
            for model in operation.models
            if model.__ninja_param_source__ == "query"
            for name in model.__ninja_flatten_map__
        )
        for part in PARTS
        for route, view in part.router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }


def _only_known(route: str, view: Views) -> Views:
    """A name that nobody knows is refused: a filter with a slip in it would list everything."""

    @wraps(view)
    def answered(request: HttpRequest, **named: Any) -> HttpResponse:
        known = KNOWN.get((route, request.method or ""), frozenset())
        unknown = [name for name in request.GET if name not in known]
        if unknown and (route, request.method or "") in KNOWN:
            sentence = gettext("Nobody knows this parameter.")
            faults = [Fault(f"?{name[:60]}", FaultCode.UNKNOWN, sentence) for name in unknown[:20]]
            raise Problem(ProblemCode.VALIDATION, sentence, faults)
        _refuse_nul(request, named)
        return view(request, **named)

    return answered


def _refuse_nul(request: HttpRequest, named: dict[str, Any]) -> None:
    """What PostgreSQL holds in no text, and so looks for in none. Raises Problem."""
    if any("\x00" in str(value) for value in named.values()):
        raise not_found()
    if wrong := [name for name, values in request.GET.lists() if "\x00" in "".join(values)]:
        sentence = gettext("This is no text that can be read.")
        raise Problem(
            ProblemCode.VALIDATION, sentence, [Fault(f"?{one}", FaultCode.FORMAT, sentence) for one in wrong]
        )


def _behind_the_gate(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    return [
        path(
            str(one.pattern),
            guarded(_only_known(str(one.pattern), one.callback), verbs=_writes(str(one.pattern))),
            name=f"api_v1_{one.name}",
        )
        for one in patterns
        if isinstance(one, URLPattern) and one.name != "api-root"
    ]


def _writes(route: str) -> frozenset[str]:
    """The verbs of an address that change something."""
    return frozenset(method for known, method in KNOWN if known == route) & WRITES


KNOWN = _known_names()
OPERATIONS: list[URLPattern | URLResolver] = [
    *_behind_the_gate(api.urls[0]),
    path("openapi.json", guarded(_openapi)),
    path("<path:rest>", guarded(_nothing_there)),
    path("", guarded(_nothing_there)),
]
"""In one place, so that every other address is compared with their beginning and not with each of them."""
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(OPERATIONS)),
    path("settings/developers", developers.developers, name="developers"),
    path("settings/developers/keys/new", developers.new_key, name="developers_key_new"),
    path("settings/developers/keys/<slug:key_id>/made", developers.key_made, name="developers_key_made"),
    path("settings/developers/keys/<slug:key_id>/revoke", developers.revoke, name="developers_key_revoke"),
    path("openapi.json", document.view_of(lambda: document.document(api, PARTS)), name="openapi"),
    path("api/v1", guarded(_nothing_there)),
]
