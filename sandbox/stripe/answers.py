"""How Stripe reads what it is sent, and refuses it."""

import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.base.wire import RefusedError, Response

Json = dict[str, Any]
_PART = re.compile(r"\[([^\[\]]*)\]")


def error(code: str, message: str, *, status: int = 400, kind: str = "invalid_request_error") -> Response:
    """Return an error as Stripe writes it."""
    return Response.json({"error": {"type": kind, "code": code, "message": message}}, status=status)


def refused(code: str, message: str, *, status: int = 400) -> RefusedError:
    """Return the exception that answers so."""
    return RefusedError(error(code, message, status=status))


def missing(kind: str, name: str) -> RefusedError:
    """Return the refusal of an id that is not there."""
    return refused("resource_missing", f"No such {kind}: '{name}'", status=404)


def nested(body: bytes) -> Json:
    """Return a form whose names are paths, as `line_items[0][price_data][currency]`."""
    found: Json = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        first, *rest = [name.split("[", 1)[0], *_PART.findall(name)]
        where, key = found, first
        for part in rest:
            where = where.setdefault(key, {})
            if not isinstance(where, dict):
                raise refused("parameter_invalid", f"Invalid {name}")
            key = part or str(len(where))
        where[key] = value
    return found


def rows(value: Any) -> list[Any]:
    """Return what was sent as a list."""
    return [value[key] for key in sorted(value, key=str)] if isinstance(value, dict) else []


def whole(value: Any, name: str) -> int:
    """Return an integer. Raises RefusedError."""
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,15}", value):
        raise refused("parameter_invalid_integer", f"Invalid integer: {name}")
    return int(value)
