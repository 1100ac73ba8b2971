"""The API reference as Markdown, made from the OpenAPI document that programs read."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from timetuna.documentation.library import OPENAPI

Json = Mapping[str, Any]
NAME = "reference"
ABOUT = "Every operation, field and answer of the API on one page, for people; for programs: openapi.json."
_METHODS = ("get", "post", "patch", "delete")
_FIRST_PROBLEM = 400
_EVERYWHERE = {"400", "401", "403", "404", "413", "415", "422", "429", "500", "503"}
"""Statuses that any operation may have."""
_FORMATS = {"date-time": "time (RFC 3339)", "date": "day", "email": "mail address", "uri": "address"}
_INTRODUCTION = """# API reference

All operations below `/api/v1`, and the objects that they take and give. [The API](/docs/api) tells it from the
beginning: keys, times, lists, repeats and limits. Programs read the same as [OpenAPI 3.1](/openapi.json).

Any operation may be refused with the statuses 400, 401, 403, 404, 422, 429, 500 and 503, and one with a body with 413
and 415; whether with 409 and 412, too, stands beside it. [Problems](/docs/api#problems) have the same shape everywhere,
and a [page for each code](/problems).
"""


def reference_text() -> str:
    """With an anchor for each operation, by its id, and for each object."""
    made = json.loads(
        OPENAPI.read_text(encoding="utf-8")
    )  # as the server answers it: making it anew takes seconds
    return "\n".join([_INTRODUCTION, *_operations(made), "## Objects\n", *_objects(made)])


def _operations(made: Json) -> Iterator[str]:
    for tag in made["tags"]:
        yield f"## {tag['name']}\n\n{tag['description']}\n"
        for path, found in made["paths"].items():
            for method in _METHODS:
                if tag["name"] in found.get(method, {}).get("tags", ()):
                    yield from _operation(made, path, method, found[method])


def _operation(made: Json, path: str, method: str, told: Json) -> Iterator[str]:
    yield f"### {told['summary']} {{#{told['operationId']}}}\n\n`{method.upper()} /api/v1{path}`\n"
    yield f"{told['description']}\n"
    taken = [_resolved(made, one) for one in told.get("parameters", ())]
    if taken:
        yield "| parameter | what it takes | what it is |\n|---|---|---|"
        yield from (_parameter(one) for one in taken)
        yield ""
    if body := told.get("requestBody"):
        yield f"Body: {_kind(body['content']['application/json']['schema'])}\n"
    yield from (
        f"Answers {status}: {_answered(answer)}\n"
        for status, answer in told["responses"].items()
        if int(status) < _FIRST_PROBLEM
    )
    refused = [status for status in told["responses"] if int(status) >= _FIRST_PROBLEM]
    if more := [status for status in refused if status not in _EVERYWHERE]:
        yield f"May also be refused with {' and '.join(more)}.\n"


def _parameter(told: Json) -> str:
    where = "" if told["in"] == "query" else f" in the {told['in']}"
    must = "; **required**" if told.get("required") and told["in"] != "path" else ""
    return (
        f"| `{told['name']}`{where} | {_cell(_kind(told['schema']))}{must} | {_cell(told['description'])} |"
    )


def _answered(answer: Json) -> str:
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    return f"{_kind(schema)}. {answer['description']}" if schema else answer["description"]


def _objects(made: Json) -> Iterator[str]:
    taken = set(_taken(made))
    for name, schema in made["components"]["schemas"].items():
        yield f"### {name} {{#{_anchor(name)}}}\n\n{schema.get('description', '')}\n"
        must = set(schema.get("required", ()))
        yield "| field | type | what it is |\n|---|---|---|"
        for field, told in schema["properties"].items():
            mark = "; **required**" if name in taken and field in must else ""
            mark = "; may be missing" if name not in taken and field not in must else mark
            yield f"| `{field}` | {_cell(_kind(told))}{mark} | {_cell(told.get('description', ''))} |"
        yield ""


def _taken(made: Json) -> Iterator[str]:
    """Names of objects that bodies hold."""
    schemas = made["components"]["schemas"]
    ahead = [
        name
        for found in made["paths"].values()
        for told in found.values()
        for name in _named(told.get("requestBody"))
    ]
    while ahead:
        name = ahead.pop()
        yield name
        ahead += _named(schemas[name])


def _named(schema: Any) -> list[str]:
    return re.findall(r"#/components/schemas/(\w+)", json.dumps(schema))


def _kind(schema: Json) -> str:
    """What a value may be, in words; objects lead to themselves."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{_anchor(name)})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    values = [schema["const"]] if "const" in schema else schema.get("enum", ())
    if values:
        return ("one of " if len(values) > 1 else "") + ", ".join(f"`{one}`" for one in values)
    return _of_type(schema, schema.get("type", "anything"))


def _of_type(schema: Json, kind: str) -> str:
    if kind == "array":
        return f"list of {_kind(schema['items'])}{_bounds(schema, 'Items')}"
    if kind == "object":
        matching = [*schema.get("patternProperties", {}).values(), None]
        inner = schema.get("additionalProperties") or matching[0]
        return f"values by name: {_kind(inner)}" if isinstance(inner, dict) else "values by name"
    said = _FORMATS.get(schema.get("format", ""), kind)
    return f"{said}{_bounds(schema, 'Length' if kind == 'string' else '')}"


def _bounds(schema: Json, of: str) -> str:
    """of: what is bounded, as JSON Schema calls it; "" for a number itself."""
    low, high = schema.get(f"min{of or 'imum'}"), schema.get(f"max{of or 'imum'}")
    words = {"Length": " characters", "Items": ""}.get(of, "")
    if low is not None and high is not None:
        return f", {low} to {high}{words}"
    if high is not None:
        return f", at most {high}{words}"
    return f", at least {low}{words}" if low is not None else ""


def _resolved(made: Json, told: Json) -> Json:
    if "$ref" not in told:
        return told
    *_, kind, name = told["$ref"].split("/")
    found: Json = made["components"][kind][name]
    return found


def _anchor(name: str) -> str:
    return f"object-{name.lower()}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
