"""Which meeting types of a page would be made of the ways to meet there."""

from collections.abc import Sequence

from django.utils.translation import gettext

from timetuna.imports.facts import Facts
from timetuna.l10n.lists import in_words, quoted
from timetuna.lib.text import single_line
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.providers.bundle import OutsidePlace

DETAIL_LENGTH = 500


def made_kinds(
    places: Sequence[OutsidePlace], facts: Facts, reasons: list[str]
) -> tuple[tuple[str, str], ...]:
    """Each kind once, with its detail. reasons: gets a sentence for each difference."""
    found: dict[str, str] = {}
    unknown: list[str] = []
    for place in places:
        kind = meeting_kind(place.kind)
        detail = single_line(place.detail, max_length=DETAIL_LENGTH)
        if not place.kind or not kind.slug:
            unknown.append(_said(place))
        elif kind.slug in found:
            if detail != found[kind.slug]:
                reasons.append(
                    gettext("Of several ways to meet by “%(title)s” the first is taken over.")
                    % {"title": kind.title}
                )
        elif kind.makes_link:
            if _lacks(kind.slug, facts, reasons):
                found[kind.slug] = ""
        elif refusal := kind.refusal(detail, ready=True):
            reasons.append(
                gettext("“%(said)s” has no usable place or number there, so it is left out.")
                % {"said": _said(place)}
                + f" {refusal}"
            )
        else:
            found[kind.slug] = detail
    if unknown:
        named = in_words([quoted(one) for one in dict.fromkeys(unknown)])
        reasons.append(gettext("TimeTuna does not offer %(named)s as a meeting type.") % {"named": named})
    if not found:
        reasons.append(gettext("Until you choose another meeting type, you call guests by phone."))
        found["phone"] = ""
    return tuple(found.items())


def _said(place: OutsidePlace) -> str:
    """As its product calls it; in the reader's language where that is a word of ours."""
    return gettext(place.said) if place.said else ""


def _lacks(kind: str, facts: Facts, reasons: list[str]) -> bool:
    """Whether it can be switched on: also where it is not connected yet."""
    title = meeting_kind(kind).title
    if kind not in facts.known:
        reasons.append(gettext("%(title)s is not set up on this server.") % {"title": title})
        return False
    return True
