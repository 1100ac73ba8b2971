"""The OpenAPI 3.1 document of `/api/v1`: what ninja reads of the types, with all that only the gate knows.

`python -m timetuna.api.openapi > docs/openapi.json` writes the one that is kept; a test compares.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import translation
from django.views.decorators.http import require_safe

from timetuna.api.openapi.words import ANSWERS, FIELDS, HEADERS, PARAMETERS, TAGS
from timetuna.api.operations import Needs
from timetuna.api.problems import PROBLEMS
from timetuna.api.scopes import SENTENCES

Json = dict[str, Any]
_BAD = "Bad"
_READ_AS_A_PART = ("/InvitationOut", "/AskedOut")
"""What has no address of its own: it is read in its team or its page’s staffing."""
_ALSO = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
_OF_WRITES = (HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
_DESCRIPTION = """Everything a person can do, a program can do: read pages and times, book, move, cancel and answer.

`docs/api.md` tells it from the beginning: keys, errors, repeats, limits, cursors and times. Fields and operations are
only ever added."""


def document(api: Any, parts: Iterable[Any]) -> Json:
    """api: of ninja.  parts: the modules whose routers it has."""
    with translation.override("en"):
        made: Json = api.get_openapi_schema(path_prefix="")
        operations = dict(_operations(parts))
        for path, found in made["paths"].items():
            for method, operation in found.items():
                _complete(operation, operations[method.upper(), path], method)
        schemas = _schemas(made)
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "TimeTuna API",
                "version": "1",
                "summary": "Scheduling on your own server.",
                "description": _DESCRIPTION,
                "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
            },
            "servers": [{"url": "/api/v1", "description": "The server that this document comes from."}],
            "tags": [{"name": name, "description": sentence} for name, sentence in TAGS.items()],
            "paths": _renamed(made["paths"]),
            "components": {
                "schemas": schemas,
                "responses": dict(_problem_answers()),
                "headers": {name: _header(name) for name in HEADERS},
                "parameters": _header_parameters(),
                "securitySchemes": {"key": _key(), "app": _app()},
            },
        }


def _operations(parts: Iterable[Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    for part in parts:
        for route, view in part.router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield (method, route), operation


def _complete(found: Json, operation: Any, method: str) -> None:
    """What the gate, and not the function, answers and takes."""
    needs = operation.auth_param if isinstance(operation.auth_param, Needs) else None
    found["operationId"] = operation.operation_id or operation.view_func.__name__
    by_app = [str(needs.scope)] if needs and needs.scope else []
    found["security"] = [*([] if needs else [{}]), {"key": []}, {"app": by_app}]
    if needs and needs.scope:
        found["description"] = f"{found['description']}\n\nNeeds the scope `{needs.scope}`."
    writes = method != "get"
    answers = {int(status): answer for status, answer in found["responses"].items()}
    statuses = {*answers} | {*_ALSO} | ({*_OF_WRITES} if writes else set())
    keeps = HTTPStatus.NOT_MODIFIED in statuses
    found["responses"] = {
        str(int(status)): _answer(answers.get(int(status), {}), int(status), method, tagged=keeps)
        for status in sorted(statuses)
    }
    headers = ["Idempotency-Key"] if writes else []
    headers += (
        ["If-Match"] if writes and HTTPStatus.PRECONDITION_FAILED in statuses and method != "post" else []
    )
    headers += ["If-Match"] if method == "post" and "{booking_id}" in str(operation.path) else []
    headers += ["If-None-Match"] if keeps else []
    parameters = found.get("parameters", [])
    for one in parameters:
        one.setdefault("description", PARAMETERS.get(one["name"], ""))
        one.pop("examples", None)
    found["parameters"] = parameters + [{"$ref": f"#/components/parameters/{name}"} for name in headers]


def _answer(made: Json, status: int, method: str, *, tagged: bool) -> Json:
    if status >= HTTPStatus.BAD_REQUEST:
        return {"$ref": f"#/components/responses/{_BAD}{status}"}
    names = ["RateLimit", "RateLimit-Policy"]
    names += ["Idempotency-Replayed"] if method != "get" else []
    schema = made.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    made_whole = status == HTTPStatus.CREATED and not schema.endswith(_READ_AS_A_PART)
    names += ["Location", "ETag"] if made_whole else []
    names += ["ETag"] if tagged or (method == "patch" and status == HTTPStatus.OK) else []
    names += ["Link"] if schema.endswith("List") else []
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return made | {"description": ANSWERS[str(status)], "headers": headers}


def _problem_answers() -> Iterator[tuple[str, Json]]:
    """One for each status, with the codes that it can have."""
    codes: dict[int, list[str]] = {}
    for code, (status, _) in PROBLEMS.items():
        codes.setdefault(int(status), []).append(f"`{code}`")
    for number, sentence in ANSWERS.items():
        if (answered := int(number)) < HTTPStatus.BAD_REQUEST:
            continue
        names = (
            ["WWW-Authenticate"]
            if answered in {401, 403}
            else ["Retry-After"]
            if answered in {409, 429}
            else []
        )
        answer: Json = {
            "description": f"{sentence} Codes: {', '.join(codes[answered])}.",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        if names:
            answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        yield f"{_BAD}{answered}", answer


def _header(name: str) -> Json:
    return {"description": HEADERS[name], "schema": {"type": "string"}}


def _header_parameters() -> Json:
    sentences = {
        "Idempotency-Key": "The same request with the same key is done once, and answered alike each time, for 7 days.",
        "If-Match": "Only if its ETag is still this one; else 412.",
        "If-None-Match": "Answered 304 while its ETag is this one.",
    }
    longest = {"Idempotency-Key": {"minLength": 1, "maxLength": 255}}
    return {
        name: {
            "name": name,
            "in": "header",
            "description": sentence,
            "schema": {"type": "string"} | longest.get(name, {}),
        }
        for name, sentence in sentences.items()
    }


def _key() -> Json:
    lines = [f"- `{scope}`: {sentence}." for scope, sentence in SENTENCES.items()]
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "tt_live_…",
        "description": "\n".join(["A key from Settings → Developers. It holds scopes:", "", *lines]),
    }


def _app() -> Json:
    flow = {
        "authorizationUrl": "/oauth/authorize",
        "tokenUrl": "/oauth/token",
        "refreshUrl": "/oauth/token",
        "scopes": {str(scope): f"{sentence}." for scope, sentence in SENTENCES.items()},
    }
    return {
        "type": "oauth2",
        "description": "An app that its host has connected, with PKCE (S256). docs/oauth.md tells how.",
        "flows": {"authorizationCode": flow},
    }


def _schemas(made: Json) -> Json:
    """Those that bodies and answers use, each field with a sentence, and without the names that ninja makes up."""
    found: Json = made["components"]["schemas"]
    used = {name for name in found if f'"#/components/schemas/{name}"' in json.dumps(made)} | {"ProblemOut"}
    for whose, schema in found.items():
        schema.pop("title", None)
        for name, field in schema.get("properties", {}).items():
            field.pop("title", None)
            own = FIELDS.get(f"{whose.removesuffix('Out')}.{name}")
            if words := own or FIELDS.get(name):
                field.setdefault("description", words)
    kept = {name: schema for name, schema in found.items() if name in used}
    renamed: Json = {name.removesuffix("Out"): schema for name, schema in _renamed(kept).items()}
    return dict(sorted(renamed.items()))


def _renamed(found: Json) -> Json:
    """References to answers as they are called here: `Booking` and not `BookingOut`."""
    text = json.dumps(found)
    whole: Json = json.loads(text.replace('Out"}', '"}').replace('Out", "description"', '", "description"'))
    return whole


def view_of(make: Callable[[], Mapping[str, Any]]) -> Callable[..., HttpResponse]:
    """The document for anybody, also for programs that run in a browser."""

    @cache
    def whole() -> tuple[bytes, str]:
        body = written(make()).encode()
        return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    @require_safe
    def answer(request: HttpRequest) -> HttpResponse:
        body, tag = whole()
        response = HttpResponse(body, content_type="application/json")
        if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
            response = HttpResponseNotModified()
        response["ETag"], response["Access-Control-Allow-Origin"] = tag, "*"
        response["Cache-Control"] = "public, max-age=300"
        return response

    return answer


def written(made: Mapping[str, Any]) -> str:
    """As it is kept."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"
