"""The editor's tab Calendars."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from timetuna.calendars.account_status import CalendarLine, CalendarState, calendar_lines
from timetuna.calendars.queries import Listing, conference_kinds, default_calendar, listings
from timetuna.l10n.lists import in_words
from timetuna.pages.actions.choose_calendars import CalendarGone, choose_calendars
from timetuna.pages.models import PageHost
from timetuna.web.forms import Ticks
from timetuna.web.saving import HostForm, Parts

CALENDAR_GONE = gettext_lazy("A calendar that you chose was disconnected just now. Choose again.")
ALL, THESE = "all", "these"
_Writes = PageHost.Writes


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """One calendar to tick. line: how it stands with it."""

    line: CalendarLine
    chosen: bool


@dataclass(frozen=True, slots=True)
class AccountGroup:
    name: str
    provider: str
    choices: tuple[CalendarChoice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffer:
    """One place where new events can go. text: what else is to be known.  note: why it does not work."""

    value: str
    name: str
    text: str
    chosen: bool
    color: str | None = None
    note: str = ""


class CalendarsForm(HostForm):
    """Which of a host's calendars block a page, and which one gets its events. Nobody else sees or changes them."""

    blocked_by = forms.ChoiceField(
        label=gettext_lazy("Calendars that block this page"),
        choices=[(ALL, ALL), (THESE, THESE)],
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    calendars = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Only these calendars"), coerce=int, required=False, widget=Ticks
    )
    writes = forms.ChoiceField(label=gettext_lazy("New events go to"))

    def __init__(self, row: PageHost, data: Any = None, _files: Any = None) -> None:
        self.row = row
        self.lines = calendar_lines(row.user_id, now=timezone.now())
        self.labels = {one.slug: one.label for one in listings()}
        initial = {
            "blocked_by": THESE if row.own_calendars else ALL,
            "calendars": self._first_choice(),
            "writes": _stored(row),
        }
        super().__init__(data, initial=initial)
        ids = [str(line.row.pk) for line in self.lines if not line.row.is_every()]
        gone = {"invalid_choice": CALENDAR_GONE}
        self.fields["calendars"].choices = [(one, one) for one in ids]  # type: ignore[attr-defined]
        self.fields["writes"].choices = [  # type: ignore[attr-defined]
            (one, one) for one in (_Writes.DEFAULT, _Writes.NOWHERE, *ids)
        ]
        self.fields["calendars"].error_messages |= gone
        self.fields["writes"].error_messages |= gone | {"required": gettext("Choose where new events go.")}

    def parts(self) -> Parts:
        """Which calendars are ticked counts while not all block."""
        found = super().parts()
        if self.blocks_all():
            del found["calendars"]
        return found

    def blocks_all(self) -> bool:
        return str(self["blocked_by"].value()) != THESE

    def all_blocking(self) -> list[CalendarLine]:
        return [line for line in self.lines if line.row.blocks]

    def all_with_accounts(self) -> list[tuple[CalendarLine, str]]:
        """Each with whose it is and where."""
        return [(line, self._account(line)) for line in self.all_blocking()]

    def accounts(self) -> Iterator[AccountGroup]:
        """Those that are gone only while they are chosen."""
        chosen = {str(one) for one in self["calendars"].value() or []}
        shown = [
            one
            for one in self.lines
            if not one.row.is_every() and (one.state is not CalendarState.GONE or str(one.row.pk) in chosen)
        ]
        for _, group in groupby(shown, key=lambda line: line.row.account_id):
            lines = list(group)
            label = self.labels.get(lines[0].row.account.provider, "")
            choices = tuple(CalendarChoice(line, str(line.row.pk) in chosen) for line in lines)
            yield AccountGroup(lines[0].account, label, choices)

    def _first_choice(self) -> list[str]:
        """A page that has not chosen begins with those that block it now."""
        chosen = [str(row.calendar_id) for row in self.row.calendars.all()]
        if chosen or self.row.own_calendars:
            return chosen
        there = [line for line in self.all_blocking() if line.state is not CalendarState.GONE]
        return [str(line.row.pk) for line in there if not line.row.is_every()]

    def blocks_nothing(self) -> bool:
        """Whether no calendar keeps guests from booking this page."""
        if self.blocks_all():
            return not any(line.row.blocks for line in self.lines)
        return not self["calendars"].value()

    def write_offers(self) -> Iterator[WriteOffer]:
        """The default first."""
        wanted = str(self["writes"].value())
        yield self._default(chosen=wanted == _Writes.DEFAULT)
        for line in self.lines:
            mine = wanted == str(line.row.pk)
            if mine or (line.row.writable and line.row.listed):
                yield self._calendar(line, chosen=mine)
        yield WriteOffer(
            value=_Writes.NOWHERE,
            name=gettext("No calendar"),
            text=gettext("Bookings are in TimeTuna and in the mails only."),
            chosen=wanted == _Writes.NOWHERE,
        )

    def is_undecided(self) -> bool:
        """Whether the calendar that was chosen for events went with its account."""
        return not self.is_bound and self.row.writes == _Writes.CHOSEN and self.row.write_calendar_id is None

    def ways_to_add(self) -> list[Listing]:
        """Those that have a button of their own, beside the one that connects others."""
        return [one for one in listings() if one.has_calendars and one.ready and one.adds]

    def store(self) -> bool:
        """False where another window disconnected a calendar in the meantime."""
        data, writes = self.cleaned_data, self.cleaned_data["writes"]
        named = None if writes in {_Writes.DEFAULT, _Writes.NOWHERE} else int(writes)
        self.row.writes, self.row.write_calendar_id = _Writes.CHOSEN if named else writes, named
        try:
            choose_calendars(self.row, data["calendars"] if data["blocked_by"] == THESE else None)
        except CalendarGone:
            self.add_error(None, CALENDAR_GONE)
            return False
        return True

    def _default(self, *, chosen: bool) -> WriteOffer:
        target = default_calendar(self.row.user_id)
        line = next((one for one in self.lines if target and one.row.pk == target.id), None)
        text = gettext("None of your accounts has a calendar that can be written to, so events go to none.")
        if line is not None:
            names = {"name": line.row.name, "account": self._account(line)}
            text = _with_carried(gettext("Now that is %(name)s of %(account)s.") % names, line)
        return WriteOffer(
            value=_Writes.DEFAULT, name=gettext("Your default calendar"), text=text, chosen=chosen
        )

    def _calendar(self, line: CalendarLine, *, chosen: bool) -> WriteOffer:
        note = ""
        if line.state is CalendarState.GONE:
            note = gettext(
                "Its account does not have this calendar any more, so guests find no times. Choose another one."
            )
        elif not line.row.writable:
            note = gettext("Events cannot be written to it any more. Choose another one.")
        elif line.row.account.needs_reconnect:
            note = gettext("Its account has to be connected again; events are written once it is.")
        return WriteOffer(
            value=str(line.row.pk),
            name=line.row.name,
            text=_with_carried(f"{self._account(line)}.", line),
            chosen=chosen,
            color=line.row.color,
            note=note,
        )

    def _account(self, line: CalendarLine) -> str:
        """By what its host tells an account from others: the same address may be one at several services."""
        label = self.labels.get(line.row.account.provider, "")
        return label if line.account == line.row.name else f"{line.account}, {label}"


def _stored(row: PageHost) -> str:
    if row.writes != _Writes.CHOSEN:
        return str(row.writes)
    return str(row.write_calendar_id or "")


def _with_carried(text: str, line: CalendarLine) -> str:
    """Followed by which meetings' links the calendar can carry, if any."""
    labels = [label for kind, label in conference_kinds().items() if kind in line.row.kinds()]
    if not labels:
        return text
    return f"{text} {gettext('It can carry %(kinds)s links.') % {'kinds': in_words(labels)}}"
