"""The API reference as Markdown, made from the OpenAPI document that programs read: a page for each of its tags."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from timetuna.documentation.library import OPENAPI, REFERENCE

Json = Mapping[str, Any]
ABOUT = "Every operation, field and answer of the API, for people; for programs: openapi.json."
_METHODS = ("get", "post", "patch", "delete")
_FIRST_PROBLEM = 400
_EVERYWHERE = {"400", "401", "403", "404", "413", "415", "422", "429", "500", "503"}
"""Statuses that any operation may have."""
_FORMATS = {"date-time": "time (RFC 3339)", "date": "day", "email": "mail address", "uri": "address"}
_TO_OBJECT = re.compile(r"\]\(object:(\w+)\)")
"""A link to an object, before it is known on which page it stands."""
_INTRODUCTION = """# API reference

All operations below `/api/v1`, and the objects that they take and give. [The API](api.md) tells it from the
beginning: keys, times, lists, repeats and limits. Programs read the same as [OpenAPI 3.1](/openapi.json).

Any operation may be refused with the statuses 400, 401, 403, 404, 422, 429, 500 and 503, and one with a body with 413
and 415; whether with 409 and 412, too, stands beside it. [Problems](api.md#problems) have the same shape everywhere,
and a [page for each code](/problems).
"""


@cache
def reference_pages() -> Mapping[str, tuple[str, str, str]]:
    """By name, as in the address: title, what it is about, and Markdown. The first one is the contents of the others.

    Each operation has an anchor, by its id, and so has each object.
    """
    made = json.loads(
        OPENAPI.read_text(encoding="utf-8")
    )  # as the server answers it: making it anew takes seconds
    homes = _homes(made)
    pages = {REFERENCE: ("API reference", ABOUT, _linked(_contents(made, homes), homes, REFERENCE))}
    for tag in made["tags"]:
        name = _page_of(tag["name"])
        pages[name] = (tag["name"], tag["description"], _linked(_of_tag(made, tag, homes), homes, name))
    return pages


def _page_of(tag: str) -> str:
    return f"{REFERENCE}/{tag.lower().replace(' ', '-')}"


def _homes(made: Json) -> Mapping[str, str]:
    """Each object's page: that of the first tag whose operations name it, the contents where none does."""
    homes: dict[str, str] = {}
    for tag in made["tags"]:
        told = [told for _, _, told in _tagged(made, tag["name"])]
        for name in _reached(made, told):
            homes.setdefault(name, _page_of(tag["name"]))
    return {name: homes.get(name, REFERENCE) for name in made["components"]["schemas"]}


def _tagged(made: Json, tag: str) -> Iterator[tuple[str, str, Json]]:
    """Path, method, and what is told of it."""
    for path, found in made["paths"].items():
        for method in _METHODS:
            if tag in found.get(method, {}).get("tags", ()):
                yield path, method, found[method]


def _contents(made: Json, homes: Mapping[str, str]) -> Iterator[str]:
    yield _INTRODUCTION
    for tag in made["tags"]:
        page = f"{_page_of(tag['name'])}.md"
        yield f"## {tag['name']}\n\n{tag['description']} [All of it]({page})\n"
        yield "| operation | request |\n|---|---|"
        for path, method, told in _tagged(made, tag["name"]):
            link = f"[{told['summary']}]({page}#{told['operationId']})"
            yield f"| {link} | `{method.upper()} /api/v1{path}` |"
        yield ""
    yield from _objects(made, [name for name, home in homes.items() if home == REFERENCE])


def _of_tag(made: Json, tag: Json, homes: Mapping[str, str]) -> Iterator[str]:
    yield f"# {tag['name']}\n\n{tag['description']} Part of the [API reference](../{REFERENCE}.md).\n\n## Operations\n"
    for path, method, told in _tagged(made, tag["name"]):
        yield from _operation(made, path, method, told)
    yield from _objects(made, [name for name, home in homes.items() if home == _page_of(tag["name"])])


def _linked(lines: Iterable[str], homes: Mapping[str, str], page: str) -> str:
    """page: on which they stand; links between pages lead to files, as those of other documents do."""

    def address(found: re.Match[str]) -> str:
        home = homes[found[1]]
        file = "" if home == page else f"{home.rpartition('/')[2]}.md"
        up = "../" if file and home == REFERENCE else ""
        return f"]({up}{file}#{_anchor(found[1])})"

    return _TO_OBJECT.sub(address, "\n".join(lines))


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


def _objects(made: Json, names: list[str]) -> Iterator[str]:
    taken = set(_taken(made))
    if names:
        yield "## Objects\n"
    for name in names:
        schema = made["components"]["schemas"][name]
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
    return _reached(
        made, [told.get("requestBody") for found in made["paths"].values() for told in found.values()]
    )


def _reached(made: Json, told: Any) -> Iterator[str]:
    """Names of the objects in it, and of those in them; each once."""
    ahead, seen = _named(told), set()
    while ahead:
        name = ahead.pop(0)
        if name not in seen:
            seen.add(name)
            yield name
            ahead += _named(made["components"]["schemas"][name])


def _named(schema: Any) -> list[str]:
    return re.findall(r"#/components/schemas/(\w+)", json.dumps(schema))


def _kind(schema: Json) -> str:
    """What a value may be, in words; objects lead to themselves."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](object:{name})"
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
