"""Which questions of a page would be made of questions there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from timetuna.l10n.lists import quoted
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
        reasons.append(gettext("A question without a label is left out."))
    if len(named) > MOST:
        reasons.append(
            gettext("It asks %(count)s questions; the first %(most)s are taken over.")
            % {"count": len(named), "most": MOST}
        )
    for one in named[:MOST]:
        label = single_line(one.label, max_length=LABEL_LENGTH)
        options = list(_options(one))
        kind = _kind(one, label, options, reasons)
        if label.endswith("…") and not one.label.endswith("…"):
            reasons.append(
                gettext("The question “%(label)s” is cut to %(most)s characters.")
                % {"label": _short(label), "most": LABEL_LENGTH}
            )
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
    for option in (*one.options, *([gettext("Other")] if one.other else [])):
        text = single_line(option, max_length=OPTION_LENGTH)
        if text and text.casefold() not in seen:
            seen.add(text.casefold())
            yield text


def _kind(one: OutsideQuestion, label: str, options: Sequence[str], reasons: list[str]) -> str:
    named = _short(label)
    if not one.kind:
        said = quoted(one.said) if one.said else gettext("not said")
        reasons.append(
            gettext(
                "“%(named)s” is of a kind that TimeTuna does not have (%(said)s), so it becomes one line."
            )
            % {"named": named, "said": said}
        )
        return _Kind.LINE
    if one.kind not in CHOOSING:
        return one.kind
    if one.other:
        reasons.append(
            gettext("Guests can write something of their own at “%(named)s” there; here they choose “Other”.")
            % {"named": named}
        )
    if len(options) < _FEWEST:
        reasons.append(
            gettext("“%(named)s” has fewer than two options, so it becomes one line.") % {"named": named}
        )
        return _Kind.LINE
    if len(options) > MOST_OPTIONS:
        reasons.append(
            gettext("“%(named)s” has %(count)s options, more than %(most)s, so it becomes one line.")
            % {"named": named, "count": len(options), "most": MOST_OPTIONS}
        )
        return _Kind.LINE
    return one.kind


def _short(label: str) -> str:
    return single_line(label, max_length=50)
