"""Which call a request is."""

import re
from urllib.parse import unquote

from sandbox.base.wire import Request

PREFIX = "/microsoft"
_SIGN_IN = re.compile(r"/[^/]+/oauth2/v2\.0/(authorize|token)")
_GRANTS = {"authorization_code": "microsoft.token.code", "refresh_token": "microsoft.token.refresh"}
_BUTTONS = {"", "/add", "/delete", "/revoke"}
_LISTS = {
    ("GET", "/me"): "microsoft.me",
    ("GET", "/me/calendars"): "microsoft.calendars.list",
}
_CALENDAR = re.compile(r"/me/calendars/([^/]+)/(calendarView/delta|calendarView|events)")
_EVENT = re.compile(r"/me/(?:calendars/([^/]+)/)?events/([^/]+)")
_COLLECTIONS = {
    ("GET", "calendarView/delta"): "microsoft.delta",
    ("GET", "calendarView"): "microsoft.view",
    ("GET", "events"): "microsoft.events.list",
    ("POST", "events"): "microsoft.events.create",
}
_ONE = {
    "GET": "microsoft.events.get",
    "PATCH": "microsoft.events.patch",
    "DELETE": "microsoft.events.delete",
}


def kind_of(request: Request) -> str:
    """Name the call."""
    path, method = request.path.removeprefix(PREFIX), "GET" if request.method == "HEAD" else request.method
    if path.startswith("/calendar") and path.removeprefix("/calendar") in _BUTTONS:
        return "microsoft.page"
    if path.startswith("/v1.0/"):
        return _graph(method, path.removeprefix("/v1.0"))
    found = _SIGN_IN.fullmatch(path)
    if found and found[1] == "token":
        return _GRANTS.get(request.form().get("grant_type", ""), "microsoft.token.other")
    if found and method in {"GET", "POST"}:
        return "microsoft.authorize" if method == "GET" else "microsoft.consent"
    return "microsoft.other"


def _graph(method: str, path: str) -> str:
    if (method, path) in _LISTS:
        return _LISTS[method, path]
    collection = _CALENDAR.fullmatch(path)
    if collection:
        return _COLLECTIONS.get((method, collection[2]), "microsoft.other")
    return _ONE.get(method, "microsoft.other") if _EVENT.fullmatch(path) else "microsoft.other"


def names_of(request: Request) -> tuple[str, str]:
    """Return the calendar's and the event's id out of the path; each may be empty."""
    path = request.path.removeprefix(f"{PREFIX}/v1.0")
    collection, one = _CALENDAR.fullmatch(path), _EVENT.fullmatch(path)
    if collection:
        return unquote(collection[1]), ""
    return (unquote(one[1] or ""), unquote(one[2])) if one else ("", "")
