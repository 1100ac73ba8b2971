"""Google's error answers (https://developers.google.com/workspace/calendar/api/guides/errors), and partial answers."""

from typing import Any

from sandbox.base.wire import Response

Json = dict[str, Any]


def error(code: int, reason: str, message: str, *, domain: str = "global", **more: Any) -> Response:
    """Return one of the API's errors."""
    rows = [{"domain": domain, "reason": reason, "message": message}]
    return Response.json({"error": {"errors": rows, "code": code, "message": message, **more}}, status=code)


def not_found() -> Response:
    """Return the refusal of what is not there, or not for this account."""
    return error(404, "notFound", "Not Found")


def scope_missing() -> Response:
    """Return the refusal of a token without the scope."""
    message = "Request had insufficient authentication scopes."
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
    }
    return error(403, "insufficientPermissions", message, status="PERMISSION_DENIED", details=[detail])


def oauth_error(name: str, words: str, *, status: int = 400) -> Response:
    """Return one of the token endpoint's errors."""
    return Response.json({"error": name, "error_description": words}, status=status)


def partial(content: Any, mask: str) -> Any:
    """Return what `fields` asks for, like `items(id,start),nextPageToken`. Raises ValueError on a broken mask."""
    if not mask:
        return content
    chosen, rest = _selection(mask)
    if rest:
        raise ValueError("unbalanced")
    return _pick(content, chosen)


def _selection(mask: str) -> tuple[Json, str]:
    """Read one level of the mask up to its closing bracket; return it, and what follows the bracket."""
    chosen: Json = {}
    while mask and mask[0] != ")":
        length = next((index for index, letter in enumerate(mask) if letter in ",()/"), len(mask))
        name, mask = mask[:length], mask[length:]
        if not name or (name != "*" and not name.isalnum()):
            raise ValueError(name)
        inner: Json = {}
        if mask.startswith("("):
            inner, mask = _selection(mask[1:])
            if not mask.startswith(")"):
                raise ValueError("unbalanced")
            mask = mask[1:]
        elif mask.startswith("/"):
            length = next((index for index, letter in enumerate(mask) if letter in ",)"), len(mask))
            inner, mask = _selection(mask[1:length])[0], mask[length:]
        chosen[name] = inner
        mask = mask.removeprefix(",")
    return chosen, mask


def _pick(content: Any, chosen: Json) -> Any:
    if not chosen:
        return content
    if isinstance(content, list):
        return [_pick(one, chosen) for one in content]
    if not isinstance(content, dict):
        return content
    names = content if "*" in chosen else [name for name in content if name in chosen]
    return {name: _pick(content[name], chosen.get(name, {})) for name in names}
