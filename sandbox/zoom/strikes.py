"""What the faults do to an answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from sandbox.base.state import Call
from sandbox.base.wire import Response
from sandbox.base.world import World

Json = dict[str, Any]

_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>nginx</body></html>\n"
_BUSY = {"X-RateLimit-Category": "Medium", "X-RateLimit-Remaining": "0"}
_SECOND = "You have reached the maximum per-second rate limit for this API. Try again later."
_DAILY = (
    "You have reached the maximum daily rate limit for this API. "
    "Refer to the response header for details on when you can make another request."
)
USER_LIMIT = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted "
    "for this particular user. You may resume these requests at GMT 00:00:00."
)
_HOSTING = "Your user account is not allowed meeting hosting and scheduling capabilities."
_SCOPE = "Invalid access token, does not contain scopes:[meeting:write:meeting]."
_MEGABYTES = 8


def error(code: int, message: str, *, status: int = 400, **more: Any) -> Response:
    """Return one of Zoom's API errors."""
    return Response.json({"code": code, "message": message, **more}, status=status)


def user_limit() -> Response:
    """Return the refusal of a user's hundred-and-first meeting of the day; it lacks the usual headers."""
    response = error(429, USER_LIMIT, status=429)
    response.headers["X-RateLimit-Category"] = "Light"
    return response


def answer_before(world: World, call: Call) -> Response | None:
    """Return the answer of a fault that strikes before Zoom does anything, or None."""
    struck = world.faults.take("before", kind=call.kind)
    if struck is None:
        return None
    name, args = struck
    call.faults.append(name)
    return _BEFORE[name](world, args)


def answer_after(world: World, call: Call, response: Response) -> Response:
    """Return Zoom's answer as the faults leave it; Zoom has done its work."""
    for name, args in world.faults.take_all("shape", kind=call.kind):
        content = response.content()
        if isinstance(content, dict):
            call.faults.append(name)
            _SHAPES[name](content, args)
            status = (
                int(args["status"]) if name == "old_error_texts" and "error" in content else response.status
            )
            response = Response(status, Response.json(content).body, response.headers)
    struck = world.faults.take("after", kind=call.kind)
    if struck is None:
        return response
    call.faults.append(struck[0])
    _mark_lost(world, call)
    if struck[0] == "http_502_after":
        return _html(502)
    response.ending = {"reset_after": "reset", "truncated": "truncated"}.get(struck[0], "dropped")  # type: ignore[assignment]
    return response


def _mark_lost(world: World, call: Call) -> None:
    """Remember what the app cannot know about: a meeting, a pair of tokens."""
    data = world.store.data
    if call.kind == "v2.create" and data.meetings:
        data.meetings[-1].delivered = False
    if call.kind == "token.refresh":
        for grant in data.grants:
            if grant.number == call.grant and grant.superseded:
                grant.lost.append(grant.superseded[-1])


def as_xml(response: Response) -> None:
    """Turn an error body into the XML that Zoom sends to those who did not ask for JSON."""
    content = response.content()
    if not isinstance(content, dict):
        return
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in content.items())
    response.body = f'<?xml version="1.0" encoding="UTF-8"?><result>{inner}</result>'.encode()
    response.headers["Content-Type"] = "application/xml;charset=UTF-8"


def _html(status: int) -> Response:
    titles = {
        500: "500 Internal Server Error",
        502: "502 Bad Gateway",
        503: "503 Service Temporarily Unavailable",
    }
    return Response.html(_PAGE.format(titles[status]), status=status)


def _second(world: World, args: Json) -> Response:
    reset = str(int(world.store.now() + float(args["reset_in"])))
    response = error(429, _SECOND, status=429)
    response.headers.update(
        _BUSY | {"X-RateLimit-Type": "QPS", "X-RateLimit-Limit": "20", "X-RateLimit-Reset": reset}
    )
    return response


def _daily(world: World, args: Json) -> Response:
    today = datetime.fromtimestamp(world.store.now(), UTC).date()
    retry_after = args["retry_after"] or f"{today + timedelta(days=1)}T00:00:00Z"
    response = error(429, _DAILY, status=429)
    response.headers.update(_BUSY | {"X-RateLimit-Type": "Daily-limit", "X-RateLimit-Limit": "2000"})
    response.headers["Retry-After"] = str(retry_after)
    return response


def _users_me_fails(_: World, args: Json) -> Response:
    return error(int(args["code"]), str(args["message"]), status=int(args["status"]))


def _validation(_: World, args: Json) -> Response:
    found = [{"field": args["field"], "message": args["message"]}]
    return error(300, "Validation Failed.", errors=found)


def _oauth(status: int, *, reason: str, name: str) -> Response:
    return Response.json({"reason": reason, "error": name}, status=status)


_PREAPPROVAL = (
    "<h1>This app needs approval</h1><p>Ask your Zoom administrator to approve the app, then try again.</p>"
)

_BEFORE: dict[str, Callable[[World, Json], Response]] = {
    "reset_before": lambda _world, _args: Response(ending="reset"),
    "http_500_html": lambda _world, _args: _html(500),
    "http_502_html": lambda _world, _args: _html(502),
    "http_503_html": lambda _world, _args: _html(503),
    "token_500_html": lambda _world, _args: _html(500),
    "token_502_html": lambda _world, _args: _html(502),
    "token_429": lambda _world, _args: _oauth(429, reason="Too many requests", name="rate_limited"),
    "not_json": lambda _world, _args: Response(200, b"All is well.", {"Content-Type": "application/json"}),
    "huge_body": lambda _world, _args: Response.json({"filler": "x" * (_MEGABYTES * 1024 * 1024)}),
    "redirect": lambda _world, args: Response.redirect(str(args["location"]), status=307),
    "error_200": lambda _world, _args: error(300, "Validation Failed.", status=200),
    "invalid_client": lambda _world, args: _oauth(
        int(args["status"]), reason="Invalid client_id or client_secret", name="invalid_client"
    ),
    "invalid_grant": lambda _world, args: _oauth(
        int(args["status"]), reason="Invalid Token!", name="invalid_grant"
    ),
    "unauthorized": lambda _world, args: error(124, str(args["message"]), status=401),
    "rate_limit_second": _second,
    "rate_limit_daily": _daily,
    "rate_limit_user": lambda _world, _args: user_limit(),
    "rate_limit_concurrent": lambda _world, _args: error(
        429, "Too many concurrent requests. Try again later.", status=429
    ),
    "users_me_fails": _users_me_fails,
    "cannot_host": lambda _world, _args: error(3161, _HOSTING),
    "validation_300": _validation,
    "create_4711": lambda _world, _args: error(4711, _SCOPE),
    "user_missing": lambda _world, _args: error(1001, "User does not exist: me.", status=404),
    "preapproval": lambda _world, _args: Response.html(_PREAPPROVAL),
    "compliance_404": lambda _world, _args: error(404, "Not Found", status=404),
    "compliance_500": lambda _world, _args: _html(500),
}


def _extra_fields(content: Json, _: Json) -> None:
    content.update({"zz_unknown": {"nested": [1, None, "x"]}, "aa_flag": True, "quota_left": 1e300})


def _missing_scope(content: Json, args: Json) -> None:
    if "scope" in content:
        content["scope"] = " ".join(scope for scope in content["scope"].split() if scope != args["scope"])


def _expires_in(content: Json, args: Json) -> None:
    if "expires_in" in content:
        content["expires_in"] = args["seconds"]


def _old_texts(content: Json, _: Json) -> None:
    if content.get("error") == "invalid_grant":
        content["error"] = "invalid_request"


def _bare(content: Json, _: Json) -> None:
    if "error" in content:
        content.pop("reason", None)


def _start_shifted(content: Json, args: Json) -> None:
    if "start_time" in content:
        moment = datetime.fromisoformat(content["start_time"]) + timedelta(minutes=args["minutes"])
        content["start_time"] = moment.isoformat().replace("+00:00", "Z")


def _without(*names: str) -> Callable[[Json, Json], None]:
    def remove(content: Json, _: Json) -> None:
        for name in names:
            content.pop(name, None)

    return remove


def _instead(name: str, make: Callable[[Json], Any]) -> Callable[[Json, Json], None]:
    def replace(content: Json, _: Json) -> None:
        if name in content:
            content[name] = make(content)

    return replace


_PASSCODES = ("password", "h323_password", "pstn_password", "encrypted_password")


def _no_password(content: Json, args: Json) -> None:
    _without(*_PASSCODES)(content, args)
    _bare_link(content, args)


_bare_link = _instead("join_url", lambda content: content["join_url"].split("?")[0])

_SHAPES: dict[str, Callable[[Json, Json], None]] = {
    "extra_fields": _extra_fields,
    "token_missing_scope": _missing_scope,
    "token_without_refresh": _without("refresh_token"),
    "expires_in": _expires_in,
    "old_error_texts": _old_texts,
    "bare_error": _bare,
    "no_display_name": _without("display_name"),
    "no_names": _without("display_name", "first_name", "last_name"),
    "no_user_id": _without("id"),
    "no_password": _no_password,
    "empty_password": _instead("password", lambda _: ""),
    "join_url_without_pwd": _bare_link,
    "join_url_missing": _without("join_url"),
    "join_url_javascript": _instead("join_url", lambda _: "javascript:alert(document.domain)"),
    "join_url_http": _instead("join_url", lambda content: content["join_url"].replace("https:", "http:", 1)),
    "no_uuid": _without("uuid"),
    "id_as_text": _instead("id", lambda content: str(content["id"])),
    "start_time_shifted": _start_shifted,
    "start_time_missing": _without("start_time"),
}
