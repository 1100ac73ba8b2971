"""Which call a request is."""

import re
from urllib.parse import unquote

from sandbox.base.wire import Request

PREFIX = "/google"
_PLAIN = {
    ("GET", "/o/oauth2/v2/auth"): "google.authorize",
    ("POST", "/o/oauth2/v2/auth"): "google.consent",
    ("POST", "/revoke"): "google.revoke",
    ("GET", "/oauth2/v3/userinfo"): "google.userinfo",
    ("GET", "/calendar/v3/users/me/calendarList"): "google.calendars.list",
    ("POST", "/calendar/v3/freeBusy"): "google.freebusy",
    ("GET", "/calendar"): "google.page",
    ("POST", "/calendar/add"): "google.page",
    ("POST", "/calendar/delete"): "google.page",
    ("POST", "/calendar/revoke"): "google.page",
}
_GRANTS = {"authorization_code": "google.token.code", "refresh_token": "google.token.refresh"}
_EVENTS = re.compile(r"/calendar/v3/calendars/([^/]+)/events(?:/([^/]+))?")
_ALL = {"GET": "google.events.list", "POST": "google.events.insert"}
_ONE = {
    "GET": "google.events.get",
    "PATCH": "google.events.patch",
    "PUT": "google.events.update",
    "DELETE": "google.events.delete",
}


def kind_of(request: Request) -> str:
    """Name the call."""
    path = request.path.removeprefix(PREFIX)
    method = "GET" if request.method == "HEAD" else request.method
    if (method, path) in _PLAIN:
        return _PLAIN[method, path]
    if path == "/token":
        return _GRANTS.get(request.form().get("grant_type", ""), "google.token.other")
    found = _EVENTS.fullmatch(path)
    return (_ONE if found[2] else _ALL).get(method, "google.other") if found else "google.other"


def names_of(request: Request) -> tuple[str, str]:
    """Return the calendar's and the event's id out of the path."""
    found = _EVENTS.fullmatch(request.path.removeprefix(PREFIX))
    return (unquote(found[1]), unquote(found[2] or "")) if found else ("", "")
