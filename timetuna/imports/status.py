"""How an import stands, in words for its host."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext, gettext_lazy

from timetuna.imports.models import Import
from timetuna.imports.planning.rows import ItemKind, PlannedRow, Verdict
from timetuna.pages.models import BookingPage

TITLES = {
    ItemKind.SCHEDULE: gettext_lazy("Hours"),
    ItemKind.PAGE: gettext_lazy("Booking pages"),
    ItemKind.PERSON: gettext_lazy("People who host with you"),
    ItemKind.BOOKING: gettext_lazy("Upcoming bookings"),
}
EXPLAINED = {
    ItemKind.SCHEDULE: gettext_lazy("Pages whose hours you leave out get your default hours."),
    ItemKind.PAGE: gettext_lazy("Each can be changed afterwards like any other page."),
    ItemKind.PERSON: gettext_lazy(
        "People with an account here are asked by email, and host only once they accept."
    ),
    ItemKind.BOOKING: gettext_lazy(
        "They stay there, and block your time here until they are over. You can move each of them here later."
    ),
}
WORDS = {
    Verdict.MAKE: gettext_lazy("New"),
    Verdict.DIFFERS: gettext_lazy("New, with changes"),
    Verdict.CANNOT: gettext_lazy("Not possible"),
    Verdict.THERE: gettext_lazy("Already here"),
    Verdict.CHANGED: gettext_lazy("Changed since"),
}
TONES = {Verdict.MAKE: "good", Verdict.DIFFERS: "warn", Verdict.CANNOT: "bad", Verdict.CHANGED: "warn"}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """made: None in a plan; else whether it was."""

    row: Mapping[str, Any]
    word: str
    tone: str
    ticked: bool
    page: BookingPage | None = None
    made: bool | None = None


@dataclass(frozen=True, slots=True)
class RowGroup:
    """rows of one kind. folded: many of them, shown on demand.  ticked: how many are."""

    kind: str
    title: str
    text: str
    rows: Sequence[ShownRow]
    folded: bool
    ticked: int
    takes: int


_MANY = 30


def groups(rows: Sequence[PlannedRow], ticked: frozenset[str] | None = None) -> list[RowGroup]:
    """Of a plan. ticked: keys that the host has ticked, None before they have."""
    return [
        _group(kind, [_planned(row, ticked) for row in rows if row.kind is kind])
        for kind in ItemKind
        if any(row.kind is kind for row in rows)
    ]


def _planned(row: PlannedRow, ticked: frozenset[str] | None) -> ShownRow:
    chosen = row.ticked if ticked is None else row.key in ticked
    values = {
        "key": row.key,
        "title": row.title,
        "text": row.text,
        "reasons": row.reasons,
        "takes": row.takes,
    }
    return ShownRow(values, str(WORDS[row.verdict]), TONES.get(row.verdict, ""), chosen and row.takes)


def _group(kind: ItemKind, rows: list[ShownRow]) -> RowGroup:
    return RowGroup(
        kind=kind,
        title=str(TITLES[kind]),
        text=str(EXPLAINED[kind]),
        rows=rows,
        folded=len(rows) > _MANY,
        ticked=sum(row.ticked for row in rows),
        takes=sum(bool(row.row.get("takes")) for row in rows),
    )


def reported(row: Import, pages: Mapping[int, BookingPage]) -> list[RowGroup]:
    """Of what was taken over. pages: those that are there still, by id."""
    told = [one for one in row.report if one["kind"] != ItemKind.BOOKING]
    return [
        _group(kind, [_reported(one, pages) for one in told if one["kind"] == kind])
        for kind in ItemKind
        if any(one["kind"] == kind for one in told)
    ]


def _spoken(told: Mapping[str, Any]) -> Any:
    """Of what is stored in each language of hosts."""
    return told.get(get_language() or "", told[settings.LANGUAGE_CODE])


def _reported(one: Mapping[str, Any], pages: Mapping[int, BookingPage]) -> ShownRow:
    verdict = Verdict(one["verdict"])
    left = one.get("left", "")
    one = {
        **one,
        "text": _spoken(one["text"]),
        "reasons": [*_spoken(one["reasons"]), *([gettext(left)] if left else [])],
    }
    if one["made"]:
        word = gettext("Asked by mail") if one["kind"] == ItemKind.PERSON else gettext("Created")
        return ShownRow(one, word, "good", ticked=False, page=pages.get(one["page"]), made=True)
    if verdict in {Verdict.MAKE, Verdict.DIFFERS}:
        return ShownRow(one, gettext("Left out"), "", ticked=False, made=False)
    return ShownRow(one, str(WORDS[verdict]), TONES.get(verdict, ""), ticked=False, made=False)


def bookings_taken(row: Import) -> int:
    return sum(one["made"] for one in row.report if one["kind"] == ItemKind.BOOKING)


@dataclass(frozen=True, slots=True)
class MovedPage:
    """A page that is here now. old: its address there, "" where that is not known.  text: to be written there."""

    title: str
    old: str
    new: str
    text: str


def moved_pages(row: Import, pages: Mapping[int, BookingPage]) -> list[MovedPage]:
    """pages: those that are there still, by id."""
    made = [(one, pages[one["page"]]) for one in row.report if one.get("page") in pages]
    return [
        MovedPage(
            page.title,
            one["old"],
            new,
            gettext("I have moved. Please book here from now on: %(address)s") % {"address": new},
        )
        for one, page in made
        if (new := page.address())
    ]
