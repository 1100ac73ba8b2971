"""What is wrong with each part of what was sent: a short list of codes of ours, and sentences of ours.

Nothing of what the types are checked by is seen: neither its codes nor its words.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext, ngettext

from timetuna.api.problems import Fault

_WRITTEN = "timetuna"
"""The type of an error whose sentence is our own."""


class FaultCode(StrEnum):
    """What a program decides by, for each of a problem's `errors`."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    TYPE = "type"
    FORMAT = "format"
    CHOICE = "choice"
    LENGTH = "length"
    RANGE = "range"
    INVALID = "invalid"


MEANINGS: Mapping[FaultCode, str] = {
    FaultCode.MISSING: "it has to be there",
    FaultCode.UNKNOWN: "nobody knows a field or parameter, or a thing, of that name",
    FaultCode.TYPE: "it is of another kind, such as a text in place of a number",
    FaultCode.FORMAT: "it is not written as a moment, a day, a zone or an id is",
    FaultCode.CHOICE: "it is none of the values that it can have",
    FaultCode.LENGTH: "a text or list is too long or too short",
    FaultCode.RANGE: "a number or moment is too large or too small",
    FaultCode.INVALID: "a rule of the product forbids it; `detail` says which",
}
Sentence = Callable[[Mapping[str, Any]], str]


def _characters(most: int) -> str:
    return ngettext("%(most)d character", "%(most)d characters", most) % {"most": most}


_KINDS: Mapping[str, Callable[[], str]] = {
    "string": lambda: gettext("This has to be text."),
    "int": lambda: gettext("This has to be a whole number."),
    "float": lambda: gettext("This has to be a number."),
    "bool": lambda: gettext("This has to be true or false."),
    "list": lambda: gettext("This has to be a list."),
    "dict": lambda: gettext("This has to be an object with named values."),
    "model": lambda: gettext("This has to be an object with named values."),
}
_SENTENCES: Mapping[str, tuple[FaultCode, Sentence]] = {
    "missing": (FaultCode.MISSING, lambda _: gettext("This is missing.")),
    "extra_forbidden": (FaultCode.UNKNOWN, lambda _: gettext("Nobody knows this field.")),
    "literal_error": (
        FaultCode.CHOICE,
        lambda more: gettext("This can be: %(choices)s.") % {"choices": _choices(more)},
    ),
    "string_pattern_mismatch": (FaultCode.FORMAT, lambda _: gettext("This is not written as it has to be.")),
    "string_unicode": (FaultCode.FORMAT, lambda _: gettext("This is no text that can be read.")),
    "string_too_long": (
        FaultCode.LENGTH,
        lambda more: (
            gettext("This can have at most %(length)s.") % {"length": _characters(more["max_length"])}
        ),
    ),
    "string_too_short": (
        FaultCode.LENGTH,
        lambda more: (
            gettext("This has to have at least %(length)s.") % {"length": _characters(more["min_length"])}
        ),
    ),
    "too_long": (
        FaultCode.LENGTH,
        lambda more: gettext("There can be at most %(most)d of these.") % {"most": more["max_length"]},
    ),
    "too_short": (
        FaultCode.LENGTH,
        lambda more: gettext("There have to be at least %(least)d of these.") % {"least": more["min_length"]},
    ),
    "greater_than_equal": (
        FaultCode.RANGE,
        lambda more: gettext("This has to be at least %(least)s.") % {"least": more["ge"]},
    ),
    "less_than_equal": (
        FaultCode.RANGE,
        lambda more: gettext("This can be at most %(most)s.") % {"most": more["le"]},
    ),
}


def faults_of(errors: Iterable[Mapping[str, Any]], *, sources: bool) -> list[Fault]:
    """Of what pydantic found.

    sources: whether the place of each begins with where it was sent, "body" or "query", and the body's name.
    """
    return list(dict.fromkeys(_fault(one, sources=sources) for one in errors))


def _fault(error: Mapping[str, Any], *, sources: bool) -> Fault:
    where = [one for one in error["loc"] if one != "[key]"]
    source = str(where.pop(0)) if sources else "body"
    if source == "body" and sources and where:
        where.pop(0)
    code, sentence = _said(error)
    if where[:1] == ["answers"] and len(where) > 2:  # noqa: PLR2004 - behind the key stands what it is none of
        where, code = where[:2], FaultCode.TYPE
        sentence = gettext("This has to be text, a number, true or false, or a list of texts.")
    if source != "body":
        return Fault(f"?{where[-1] if where else ''}", str(code), sentence)
    return Fault("".join(f"/{_token(one)}" for one in where), str(code), sentence)


def _said(error: Mapping[str, Any]) -> tuple[FaultCode, str]:
    kind, more = str(error["type"]), error.get("ctx") or {}
    if kind == _WRITTEN:
        return FaultCode(more["code"]), str(error["msg"])
    if kind in _SENTENCES:
        code, sentence = _SENTENCES[kind]
        return code, sentence(more)
    first = kind.partition("_")[0]
    if first in _KINDS:
        return FaultCode.TYPE, _KINDS[first]()
    return FaultCode.INVALID, gettext("This is not as it should be.")


def _choices(more: Mapping[str, Any]) -> str:
    """As pydantic has them: 'a', 'b' or 'c'."""
    return ", ".join(str(more.get("expected", "")).replace(" or ", ", ").replace("'", "").split(", "))


def _token(part: Any) -> str:
    """Of a JSON Pointer (RFC 6901)."""
    return str(part).replace("~", "~0").replace("/", "~1")
