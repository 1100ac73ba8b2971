"""Which call of Zoom's a request is."""

import re

from sandbox.base.wire import Request

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
