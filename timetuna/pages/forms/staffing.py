"""The editor's tab Booking: who takes the meeting, and the part of each host in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, ngettext

from timetuna.availability.shares import MOST_WEIGHT
from timetuna.lib.text import fill
from timetuna.pages.forms.fields import switch, whole_number
from timetuna.pages.models import BookingPage, PageHost
from timetuna.pages.queries import taking_part
from timetuna.web.forms import WholeForm

MOST_TIER, MOST_AT_ONCE = 99, 20
_Part, _Staffing = PageHost.Part, BookingPage.Staffing
_STAFFING = {
    _Staffing.SOLO: (gettext_lazy("One host"), gettext_lazy("The page’s owner meets the guest.")),
    _Staffing.ALL: (
        gettext_lazy("All cohosts (group meeting)"),
        gettext_lazy(
            "Everybody meets the guest together. Guests see the times at which all of them are free."
        ),
    ),
    _Staffing.ANY: (
        gettext_lazy("Any cohost (round-robin)"),
        gettext_lazy(
            "Whoever’s turn it is meets the guest. Guests see every time at which somebody is free."
        ),
    ),
}
_PARTS = [
    (_Part.ROTATING, gettext_lazy("Takes turns")),
    (_Part.REQUIRED, gettext_lazy("Is always there")),
    (_Part.OPTIONAL, gettext_lazy("Joins if free")),
]
_RULES = [
    (BookingPage.ShareRule.LEDGER, gettext_lazy("Fair shares")),
    (BookingPage.ShareRule.FEWEST, gettext_lazy("Fewest meetings this month")),
]
_ON_MOVE = [
    (BookingPage.OnMove.SAME, gettext_lazy("Keeps the same host")),
    (BookingPage.OnMove.ANY, gettext_lazy("Gets whoever is free")),
    (BookingPage.OnMove.GUEST, gettext_lazy("Chooses")),
]


_LABELS = {
    "part": gettext_lazy("Part of {host}"),
    "weight": gettext_lazy("Weight of {host}"),
    "tier": gettext_lazy("Priority of {host}"),
    "position": gettext_lazy("Order of {host}"),
}


@dataclass(frozen=True, slots=True)
class StaffingOffer:
    """A way to staff a page, as its radio button shows it."""

    value: str
    name: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PartLine:
    """A field below its host's name, so that its label needs not say whose it is."""

    label: str
    field: forms.BoundField
    of_turns: bool


class HostPartForm(WholeForm):
    """The part of one host. place: their number in the order of the page."""

    part = forms.ChoiceField(label=gettext_lazy("Part"), choices=_PARTS)
    weight = whole_number(gettext_lazy("Weight"), 0, MOST_WEIGHT)
    tier = whole_number(gettext_lazy("Priority"), 1, MOST_TIER)
    position = whole_number(gettext_lazy("Order"), 1, MOST_WEIGHT)

    def __init__(self, row: PageHost, place: int, data: Any = None) -> None:
        self.row = row
        prefix = f"host{row.pk}"
        # Who came while the form was open is not in it: nothing is said of them.
        sent = data is not None and any(f"{prefix}-{name}" in data for name in self.base_fields)
        initial = {name: getattr(row, name) for name in self.base_fields} | {"position": place}
        super().__init__(data if sent else None, prefix=prefix, initial=initial)
        for name, label in _LABELS.items():
            self.fields[name].label = fill(str(label), {"host": row.host.name})

    def lines(self) -> list[PartLine]:
        labels = (gettext("Part"), gettext("Weight"), gettext("Priority"), gettext("Order"))
        return [
            PartLine(label, bound, of_turns=bound.name in {"weight", "tier"})
            for label, bound in zip(labels, self, strict=True)
        ]

    def values(self) -> Mapping[str, Any]:
        """As they will be stored."""
        return self.cleaned_data if self.is_bound else self.initial

    def takes_turns(self) -> bool:
        values = self.values()
        return values.get("part") == _Part.ROTATING and bool(values.get("weight"))

    def store(self) -> None:
        if self.is_bound:
            PageHost.objects.filter(pk=self.row.pk).update(**self.cleaned_data)


class StaffingForm(WholeForm):
    """Who takes the meeting. `hosts`: those who take part, each with their own form."""

    staffing = forms.ChoiceField(
        label=gettext_lazy("Who takes the meeting"),
        choices=[(value, name) for value, (name, _) in _STAFFING.items()],
    )
    rotating_count = whole_number(
        gettext_lazy("How many come"),
        1,
        MOST_AT_ONCE,
        gettext_lazy("Of those who take turns, to each meeting. The others are free."),
    )
    share_rule = forms.ChoiceField(
        label=gettext_lazy("Whose turn it is"),
        choices=_RULES,
        help_text=gettext_lazy(
            "Fair shares count only meetings that somebody could have taken: nobody catches up after a holiday."
        ),
    )
    on_move = forms.ChoiceField(label=gettext_lazy("A guest who moves the meeting"), choices=_ON_MOVE)
    guests_choose = switch(
        gettext_lazy("Guests may choose a person"), gettext_lazy("By name, or whoever is free.")
    )
    undo_no_shows = switch(
        gettext_lazy("Missed meetings do not count"),
        gettext_lazy("A guest who does not come costs nobody their turn."),
    )

    def __init__(self, page: BookingPage, data: Any = None) -> None:
        self.page = page
        super().__init__(data, initial={name: getattr(page, name) for name in self.base_fields})
        rows = enumerate(taking_part(page), start=1)
        self.hosts = [HostPartForm(row, place, data) for place, row in rows]

    def inner(self) -> Iterator[forms.Form]:
        """All forms of which something was sent, or all there are."""
        yield self
        yield from (form for form in self.hosts if form.is_bound or not self.is_bound)

    def is_alone(self) -> bool:
        """Whether it says no more than that the page's owner hosts it, and nothing in it is wrong."""
        solo = len(self.hosts) == 1 and self["staffing"].value() == _Staffing.SOLO
        return solo and not self.is_refused()

    def is_refused(self) -> bool:
        return any(form.errors for form in self.inner())

    def offers(self) -> list[StaffingOffer]:
        wanted = str(self["staffing"].value())
        return [
            StaffingOffer(value, str(name), str(text), value == wanted)
            for value, (name, text) in _STAFFING.items()
        ]

    def clean(self) -> None:
        """Refuse what could never be booked."""
        staffing, count = self.cleaned_data.get("staffing"), self.cleaned_data.get("rotating_count") or 1
        if not all(form.is_valid() for form in self.hosts if form.is_bound):
            return
        if staffing == _Staffing.ALL and all(form.values()["part"] == _Part.OPTIONAL for form in self.hosts):
            self.add_error(
                "staffing", gettext("Somebody has to be there: let one host not only join if free.")
            )
        if staffing != _Staffing.ANY:
            return
        turns = sum(form.takes_turns() for form in self.hosts)
        if not turns:
            self.add_error(
                "staffing",
                gettext(
                    "Nobody takes turns. Let somebody below, with a weight above 0, or choose another way."
                ),
            )
        elif turns < count:
            sentence = ngettext(
                "Only %(turns)s host takes turns, so %(count)s cannot come to each meeting.",
                "Only %(turns)s hosts take turns, so %(count)s cannot come to each meeting.",
                turns,
            )
            self.add_error("rotating_count", sentence % {"turns": turns, "count": count})

    def store(self) -> None:
        """The page is saved by the caller."""
        for name in self.base_fields:
            setattr(self.page, name, self.cleaned_data[name])
        for form in self.hosts:
            form.store()
