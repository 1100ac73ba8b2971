"""Which questions of a page would be made of questions there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from timetuna.lib.text import single_line
from timetuna.pages.forms.question import MOST, MOST_OPTIONS, OPTION_LENGTH, free_key
from timetuna.pages.models import CHOOSING, Question
from timetuna.providers.bundle import OutsideQuestion

_Kind = Question.Kind
_FEWEST = 2
LABEL_LENGTH, HELP_LENGTH = 200, 300


def made_questions(asked: Sequence[OutsideQuestion], reasons: list[str]) -> tuple[Mapping[str, Any], ...]:
    """The columns of each. reasons: gets a sentence for each difference."""
    found: list[Mapping[str, Any]] = []
    keys: set[str] = set()
    named = [one for one in asked if one.label.strip()]
    if len(named) < len(asked):
        reasons.append("A question without words is left out.")
    if len(named) > MOST:
        reasons.append(f"It asks {len(named)} questions; the first {MOST} are taken over.")
    for one in named[:MOST]:
        label = single_line(one.label, max_length=LABEL_LENGTH)
        options = list(_options(one))
        kind = _kind(one, label, options, reasons)
        if label.endswith("…") and not one.label.endswith("…"):
            reasons.append(f"The question “{_short(label)}” is cut to {LABEL_LENGTH} characters.")
        key = free_key(label, keys)
        keys.add(key)
        found.append(
            {
                "key": key,
                "kind": kind,
                "label": label,
                "help": single_line(one.help, max_length=HELP_LENGTH),
                "required": one.required and not one.hidden,
                "hidden": one.hidden,
                "options": [{"id": f"o{at}", "label": text} for at, text in enumerate(options, 1)]
                if kind in CHOOSING
                else [],
                "position": len(found),
            }
        )
    return tuple(found)


def _options(one: OutsideQuestion) -> Iterator[str]:
    """Each once; "Other" is one of them where something else can be written there."""
    seen: set[str] = set()
    for option in (*one.options, *(["Other"] if one.other else [])):
        text = single_line(option, max_length=OPTION_LENGTH)
        if text and text.casefold() not in seen:
            seen.add(text.casefold())
            yield text


def _kind(one: OutsideQuestion, label: str, options: Sequence[str], reasons: list[str]) -> str:
    named = _short(label)
    if not one.kind:
        said = f"“{one.said}”" if one.said else "not said"
        reasons.append(
            f"“{named}” is of a kind that TimeTuna does not have ({said}), so it becomes one line."
        )
        return _Kind.LINE
    if one.kind not in CHOOSING:
        return one.kind
    if one.other:
        reasons.append(
            f"Guests can write something of their own at “{named}” there; here they choose “Other”."
        )
    if len(options) < _FEWEST:
        reasons.append(f"“{named}” has fewer than two options, so it becomes one line.")
        return _Kind.LINE
    if len(options) > MOST_OPTIONS:
        reasons.append(
            f"“{named}” has {len(options)} options, more than {MOST_OPTIONS}, so it becomes one line."
        )
        return _Kind.LINE
    return one.kind


def _short(label: str) -> str:
    return single_line(label, max_length=50)
