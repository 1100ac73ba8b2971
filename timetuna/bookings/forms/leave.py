"""What becomes of each meeting of somebody who leaves a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.models import User
from timetuna.bookings.actions.leave import Choice, Fate
from timetuna.bookings.events import Status
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.permissions import may_call_off
from timetuna.bookings.status.rows import Reader
from timetuna.l10n import datetimes
from timetuna.pages.models import BookingPage, PageHost
from timetuna.web.forms import WholeForm

Choices = Sequence[tuple[str, str]]
MANY = 3
"""From so many meetings on, one can be said for all."""
_GONE = {"invalid_choice": gettext_lazy("This cannot be chosen any more. Choose again.")}
_TO, _WITHOUT = "to-", "without"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Who leaves which page, and who asks for it. runs: whether those look after the page."""

    page: BookingPage
    who: User
    by: User
    runs: bool

    def own(self) -> bool:
        return self.who.pk == self.by.pk

    def decides(self) -> bool:
        """Whether whoever asks for it may say more than that meetings stay where they are."""
        return self.own() or self.runs


class LeaveForm(WholeForm):
    """What becomes of each meeting of who leaves. `every` counts for all, unless it is EACH.

    meetings: by booking what is said of it, and what can be chosen.
    staying: by booking another host of it, who leads it then if it takes place without who leaves.
    """

    EACH = "each"
    every = forms.ChoiceField(label=gettext_lazy("All of them"), error_messages=_GONE)

    def __init__(
        self,
        *args: Any,
        meetings: Mapping[int, tuple[str, Choices]],
        staying: Mapping[int, int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.staying = staying
        common = [
            choice
            for choice in next(iter(meetings.values()), ("", ()))[1]
            if all(choice in choices for _, choices in meetings.values())
        ]
        self.fields["every"].choices = [(self.EACH, gettext("As chosen for each")), *common]  # type: ignore[attr-defined]
        self.ids = list(meetings)
        for pk, (label, choices) in meetings.items():
            self.fields[f"meeting-{pk}"] = forms.ChoiceField(
                label=label, choices=choices, error_messages=_GONE
            )
        if len(meetings) < MANY:
            del self.fields["every"]

    def chosen(self) -> dict[int, Choice]:
        """By booking."""
        every = self.cleaned_data.get("every", self.EACH)
        codes = {pk: self.cleaned_data[f"meeting-{pk}"] if every == self.EACH else every for pk in self.ids}
        return {pk: _choice(code, self.staying.get(pk, 0)) for pk, code in codes.items()}


def leave_form(leaving: Leaving, rows: Sequence[Booking], reader: Reader, data: Any = None) -> LeaveForm:
    hosts = _others(leaving) if leaving.decides() else []
    meetings, there = {}, _there(rows)
    for row in rows:
        when = datetimes.short_when(row.start_at, zone=reader.zone)
        words = (
            gettext("%(when)s: %(guest)s, a request")
            if row.status == Status.PENDING
            else gettext("%(when)s: %(guest)s")
        )
        choices = _choices(leaving, row, hosts, there[row.pk])
        meetings[row.pk] = words % {"when": when, "guest": row.booker.name}, choices
    staying = {pk: other for pk, ids in there.items() for other in ids if other != leaving.who.pk}
    return LeaveForm(data, meetings=meetings, staying=staying)


def _there(rows: Sequence[Booking]) -> dict[int, list[int]]:
    """The ids of who hosts each of them, the first to come last."""
    hosting: dict[int, list[int]] = {row.pk: [] for row in rows}
    for booking, host in (
        BookingHost.objects.filter(booking__in=rows).values_list("booking", "host").order_by("-host")
    ):
        hosting[booking].append(host)
    return hosting


def _others(leaving: Leaving) -> list[User]:
    rows = PageHost.objects.filter(page=leaving.page, active=True, host__is_active=True)
    return [row.host for row in rows.exclude(host=leaving.who).select_related("host")]


def _choices(leaving: Leaving, row: Booking, hosts: Sequence[User], there: Sequence[int]) -> Choices:
    found = [
        (
            Fate.KEEP.value,
            gettext("Keep it")
            if leaving.own()
            else gettext("%(name)s keeps it") % {"name": leaving.who.name},
        )
    ]
    if not hosts:
        return found
    if leaving.page.staffing == BookingPage.Staffing.ANY:
        found.append(
            (Fate.TURN.value, gettext("Hand over to whoever\N{RIGHT SINGLE QUOTATION MARK}s turn it is"))
        )
    found += [
        (f"{_TO}{one.pk}", gettext("Hand over to %(name)s") % {"name": one.name})
        for one in hosts
        if one.pk not in there
    ]
    if len(there) > 1:
        found.append(
            (
                _WITHOUT,
                gettext("It takes place without me")
                if leaving.own()
                else gettext("It takes place without %(name)s") % {"name": leaving.who.name},
            )
        )
    if may_call_off(leaving.by, row):
        found.append(
            (
                Fate.CANCEL.value,
                gettext("Decline it") if row.status == Status.PENDING else gettext("Cancel it"),
            )
        )
    return found


def _choice(code: str, staying: int) -> Choice:
    if code == _WITHOUT:
        return Choice(Fate.HAND, staying)
    if code.startswith(_TO):
        return Choice(Fate.HAND, int(code.removeprefix(_TO)))
    return Choice(Fate(code))
