"""What a request asks of a collection: which fields, which rows, how many, in which zone, with which ids."""

import re
from typing import Any

from sandbox.base.wire import RefusedError, Request
from sandbox.microsoft.answers import bad_request
from sandbox.microsoft.state import MicrosoftEvent

Json = dict[str, Any]
_ALWAYS = {"id", "@odata.etag"}
_DEFAULT_SIZE, _LARGEST = 10, 1000
_EXPAND = re.compile(r"singleValueExtendedProperties\(\$filter=id eq '([^']+)'\)")
_FILTER = re.compile(
    r"singleValueExtendedProperties/any\((\w+): ?\1/id eq '([^']+)' and \1/value eq '((?:[^']|'')*)'\)",
    re.IGNORECASE,
)
_SIZE = re.compile(r"odata\.maxpagesize=(\d+)", re.IGNORECASE)
_ZONE = re.compile(r'outlook\.timezone="([^"]+)"', re.IGNORECASE)
_IMMUTABLE = re.compile(r'IdType="ImmutableId"', re.IGNORECASE)
_PLAIN_TEXT = re.compile(r'outlook\.body-content-type="text"', re.IGNORECASE)
_TAG = re.compile("<[^>]+>")


def prefers_immutable(request: Request) -> bool:
    """Say whether ids shall be those that stay."""
    return _IMMUTABLE.search(request.header("Prefer")) is not None


def preferred_zone(request: Request) -> str:
    """Return the zone in which times shall be written."""
    found = _ZONE.search(request.header("Prefer"))
    return found[1] if found else "UTC"


def page_size(request: Request) -> int:
    """Return how many rows a page shall have."""
    preferred = _SIZE.search(request.header("Prefer"))
    asked = request.query().get("$top") or (preferred[1] if preferred else "")
    return min(int(asked), _LARGEST) if asked.isdigit() and int(asked) else _DEFAULT_SIZE


def shown(event: MicrosoftEvent, body: Json, request: Request) -> Json:
    """Return an event, or one occurrence of it, as it was asked for."""
    asked = request.query()
    content = dict(body)
    if not prefers_immutable(request):
        content["id"] = content["id"].replace(event.id, event.plain_id)
    if _PLAIN_TEXT.search(request.header("Prefer")):
        content["body"] = {"contentType": "text", "content": _TAG.sub("", content["body"]["content"])}
    content = selected(content, asked.get("$select", ""))
    if "$expand" in asked:
        found = _EXPAND.fullmatch(asked["$expand"])
        if found is None:
            raise RefusedError(bad_request("The query specified in the URI is not valid: $expand."))
        marks = [(name, value) for name, value in event.marks.items() if name.lower() == found[1].lower()]
        if marks:
            content["singleValueExtendedProperties"] = [{"id": name, "value": value} for name, value in marks]
    return content


def selected(content: Json, names: str) -> Json:
    """Return the fields that were asked for, with the id."""
    wanted = {name.strip() for name in names.split(",") if name.strip()}
    return {name: value for name, value in content.items() if not wanted or name in wanted | _ALWAYS}


def is_asked_for(event: MicrosoftEvent, request: Request) -> bool:
    """Say whether the event goes through the filter. Raises RefusedError."""
    text = request.query().get("$filter", "")
    if not text:
        return True
    found = _FILTER.fullmatch(text)
    if found is None:
        raise RefusedError(bad_request("Invalid filter clause."))
    marks = {name.lower(): value for name, value in event.marks.items()}
    return marks.get(found[2].lower()) == found[3].replace("''", "'")
