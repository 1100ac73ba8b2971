"""The stand-in of Zoom: finds out what was called, lets faults strike, writes the call down."""

import re
import secrets
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from sandbox.base.serving import wait
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.zoom import api, consent, meetings, tokens, violations
from sandbox.zoom.strikes import answer_after, answer_before, as_xml

Handler = Callable[[World, Request, Call], Response]

HANDLERS: dict[str, Handler] = {
    "authorize": consent.authorize,
    "consent": consent.decide,
    "token.code": tokens.exchange,
    "token.refresh": tokens.refresh,
    "token.other": tokens.refuse,
    "revoke": tokens.revoke,
    "compliance": api.compliance,
    "v2.users_me": api.users_me,
    "v2.create": meetings.create,
    "v2.update": meetings.update,
    "v2.delete": meetings.delete,
    "v2.other": api.other,
    "oauth.other": api.nothing_there,
}

_MEETING = re.compile(r"/v2/meetings/[^/]+")
_GRANTS = {"authorization_code": "token.code", "refresh_token": "token.refresh"}
_ROUTES = {
    ("GET", "/oauth/authorize"): "authorize",
    ("POST", "/oauth/authorize"): "consent",
    ("POST", "/oauth/revoke"): "revoke",
    ("POST", "/oauth/data/compliance"): "compliance",
    ("GET", "/v2/users/me"): "v2.users_me",
    ("POST", "/v2/users/me/meetings"): "v2.create",
}


def is_zoom(request: Request) -> bool:
    """Say whether the path is one of Zoom's."""
    return request.path.startswith(("/oauth/", "/v2/")) or request.path in {"/oauth", "/v2"}


def kind_of(request: Request) -> str:
    """Name the call; the names are what faults and the log use."""
    known = _ROUTES.get((request.method, request.path))
    if known:
        return known
    if request.path == "/oauth/token":
        asked = request.form().get("grant_type", "") if request.method == "POST" else ""
        return _GRANTS.get(asked, "token.other")
    if _MEETING.fullmatch(request.path):
        return {"PATCH": "v2.update", "DELETE": "v2.delete"}.get(request.method, "v2.other")
    return "v2.other" if request.path.startswith("/v2") else "oauth.other"


def answer(world: World, request: Request) -> Response:
    """Answer one request to Zoom."""
    started = time.monotonic()
    with world.store.lock:
        call = _call(world, request)
        world.store.data.calls.append(call)
        violations.look(world, request, call)
    response = _respond(world, request, call)
    with world.store.lock:
        call.status = response.status if response.ending in {"sent", "truncated"} else None
        call.ending = response.ending
        call.seconds = round(time.monotonic() - started, 3)
        world.store.save("zoom")
    return response


def _call(world: World, request: Request) -> Call:
    scheme = request.header("Authorization").split(" ", 1)[0].lower()
    return Call(
        number=world.store.data.next_number(),
        time=world.store.stamp(milliseconds=True),
        kind=kind_of(request),
        method=request.method,
        path=urlsplit(request.target).path[:300],
        auth=scheme if scheme in {"basic", "bearer"} else ("other" if scheme else "none"),
        query_names=sorted(request.query()),
    )


def _respond(world: World, request: Request, call: Call) -> Response:
    if not wait(world, call):
        return Response(ending="dropped")
    response = answer_before(world, call)
    if response is None:
        with world.store.lock:
            response = HANDLERS[call.kind](world, request, call)
            response = answer_after(world, call, response)
    if call.kind.startswith("v2"):
        _add_headers(response, call.kind)
        wants_json = "json" in request.header("Accept").lower()
        failed = response.status >= 400  # noqa: PLR2004
        if failed and (world.faults.rules("xml_errors", kind=call.kind) or not wants_json):
            as_xml(response)
    return response


def _add_headers(response: Response, kind: str) -> None:
    """Add what every answer of the API carries."""
    heavy = kind in {"v2.create", "v2.update", "v2.delete"}
    tracking = f"v=2.0;clid=us05;rid=WEB_{secrets.token_hex(16)}"
    response.headers.setdefault("x-zm-trackingid", tracking)
    if "X-RateLimit-Category" not in response.headers:
        response.headers["X-RateLimit-Category"] = "Medium" if heavy else "Light"
        response.headers["X-RateLimit-Type"] = "QPS"
        response.headers["X-RateLimit-Limit"] = "20" if heavy else "30"
        response.headers["X-RateLimit-Remaining"] = "19" if heavy else "29"
