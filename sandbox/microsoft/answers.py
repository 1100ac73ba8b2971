"""Graph's and the sign-in's error answers, and how a collection is answered."""

from typing import Any

from sandbox.base.wire import Response

Json = dict[str, Any]
_TRACE = "0b9f2c1e-6a54-4f0e-8a44-0f4b4f6f2d11"


def error(status: int, code: str, message: str) -> Response:
    """Return one of Graph's errors (https://learn.microsoft.com/graph/errors)."""
    inner = {"date": "2031-01-01T00:00:00", "request-id": _TRACE, "client-request-id": _TRACE}
    return Response.json({"error": {"code": code, "message": message, "innerError": inner}}, status=status)


def not_found() -> Response:
    """Return the refusal of what is not there."""
    return error(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def denied() -> Response:
    """Return the refusal of what is there, for this account or this token."""
    return error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def bad_request(message: str) -> Response:
    """Return the refusal of what was not understood."""
    return error(400, "RequestBroker--ParseUri", message)


def oauth_error(name: str, number: int, words: str, *, status: int = 400, suberror: str = "") -> Response:
    """Return one of the token endpoint's errors, with its AADSTS number."""
    content: Json = {
        "error": name,
        "error_description": f"AADSTS{number}: {words} Trace ID: {_TRACE}",
        "error_codes": [number],
        "timestamp": "2031-01-01 00:00:00Z",
        "trace_id": _TRACE,
        "correlation_id": _TRACE,
    }
    return Response.json(content | ({"suberror": suberror} if suberror else {}), status=status)
