"""Which meeting types of a page would be made of the ways to meet there."""

from collections.abc import Sequence

from timetuna.imports.facts import Facts
from timetuna.l10n.lists import in_words
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
            unknown.append(place.said)
        elif kind.slug in found:
            if detail != found[kind.slug]:
                reasons.append(f"Of several ways to meet by “{kind.title}” the first is taken over.")
        elif kind.makes_link:
            if _lacks(kind.slug, facts, reasons):
                found[kind.slug] = ""
        elif refusal := kind.refusal(detail, ready=True):
            reasons.append(
                f"“{place.said}” has no usable place or number there, so it is left out. {refusal}"
            )
        else:
            found[kind.slug] = detail
    if unknown:
        named = in_words([f"“{one}”" for one in dict.fromkeys(unknown)])
        reasons.append(f"TimeTuna does not have {named} as a way to meet.")
    if not found:
        reasons.append("So that it can be booked, guests are called by phone until you choose another way.")
        found["phone"] = ""
    return tuple(found.items())


def _lacks(kind: str, facts: Facts, reasons: list[str]) -> bool:
    """Whether it can be switched on: also where it is not connected yet."""
    title = meeting_kind(kind).title
    if kind not in facts.known:
        reasons.append(f"{title} is not set up on this server.")
        return False
    return True
