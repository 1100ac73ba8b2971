"""Zoom's refusals: of its API, of its OAuth, and as XML for those who did not ask for JSON."""

from typing import Any
from xml.sax.saxutils import escape

from sandbox.base.wire import Response

USER_LIMIT = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted "
    "for this particular user. You may resume these requests at GMT 00:00:00."
)


def error(code: int, message: str, *, status: int = 400, **more: Any) -> Response:
    """Return one of Zoom's API errors."""
    return Response.json({"code": code, "message": message, **more}, status=status)


def user_limit() -> Response:
    """Return the refusal of a user's hundred-and-first meeting of the day; it lacks the usual headers."""
    response = error(429, USER_LIMIT, status=429)
    response.headers["X-RateLimit-Category"] = "Light"
    return response


def oauth_error(name: str, reason: str, *, status: int = 400) -> Response:
    """Return one of Zoom's OAuth errors."""
    return Response.json({"reason": reason, "error": name}, status=status)


def as_xml(response: Response) -> None:
    """Turn an error body into the XML that Zoom sends to those who did not ask for JSON."""
    content = response.content()
    if not isinstance(content, dict):
        return
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in content.items())
    response.body = f'<?xml version="1.0" encoding="UTF-8"?><result>{inner}</result>'.encode()
    response.headers["Content-Type"] = "application/xml;charset=UTF-8"
