"""The forms of a new host's first steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from timetuna.accounts.models import User
from timetuna.calendars.queries import Listing, kind_provider, listing
from timetuna.pages.actions.beginning.begin_hours import begin_hours
from timetuna.pages.calendar_use import usable_kinds
from timetuna.pages.forms.fields import LineField
from timetuna.pages.forms.page_form import PageForm
from timetuna.pages.forms.schedule import HoursForm
from timetuna.pages.meeting_types import FIRST
from timetuna.pages.meeting_types.base import MeetingKind, meeting_kinds
from timetuna.pages.models import BookingPage, MeetingType, Schedule

_NOT_SAID = "UTC"
"""What a browser that did not tell its zone has left."""


class FirstHoursForm(HoursForm):
    """The hours that a host's pages begin with, of a schedule that may not be there yet."""

    def __init__(self, host: User, data: Any = None) -> None:
        self.host = host
        schedule = Schedule.objects.filter(host=host, is_default=True).first()
        super().__init__(schedule or Schedule(host=host, time_zone=host.time_zone), data)
        if schedule is None and host.time_zone == _NOT_SAID:
            self.initial["time_zone"] = ""
            self.fields["time_zone"].widget.attrs["data-guess-zone"] = ""

    def store(self) -> None:
        schedule = begin_hours(self.host, self.cleaned_data["time_zone"])
        schedule.time_zone = self.cleaned_data["time_zone"]
        self.instance = schedule
        super().store()


@dataclass(frozen=True, slots=True)
class WayToMeet:
    """usable: whether it can be chosen now.  connect: what has to be connected first, where that can be done here."""

    kind: MeetingKind
    detail: forms.BoundField | None
    usable: bool
    connect: Listing | None
    chosen: bool


class FirstMeetingForm(PageForm):
    """One way to meet, for a page that has been made with the usual one."""

    class Meta:
        model = BookingPage
        fields = ()

    kind = forms.ChoiceField(
        label=gettext_lazy("How you meet"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose how you meet.")),
    )

    def __init__(self, page: BookingPage, data: Any = None) -> None:
        self.kinds = meeting_kinds()
        self.usable = usable_kinds([page], [kind.slug for kind in self.kinds if kind.makes_link])[page.pk]
        stored = {row.kind: row for row in page.meeting_types.all()}
        super().__init__(data, instance=page, initial={"kind": self._present(stored)})
        self.fields["kind"].choices = [(kind.slug, kind.title) for kind in self.kinds]  # type: ignore[attr-defined]
        for kind in self.kinds:
            if kind.detail:
                self.fields[kind.detail.name] = LineField(
                    label=kind.detail.label,
                    max_length=kind.detail.longest,
                    required=False,
                    help_text=kind.detail.help_text,
                )
                self.initial[kind.detail.name] = stored[kind.slug].detail if kind.slug in stored else ""

    def _present(self, stored: dict[str, MeetingType]) -> str:
        """What the page has; where that is what all begin with, what has been connected meanwhile."""
        on = [kind.slug for kind in self.kinds if kind.slug in stored and stored[kind.slug].enabled]
        if on and (on != [FIRST.slug] or stored[FIRST.slug].detail):
            return on[0]
        return next((kind.slug for kind in self.kinds if kind.slug in self.usable), FIRST.slug)

    def ways(self) -> Iterator[WayToMeet]:
        """Those that can be chosen first; what this server cannot do is left out."""
        found = list(self._ways())
        yield from sorted(found, key=lambda way: not way.usable)

    def _ways(self) -> Iterator[WayToMeet]:
        chosen = str(self["kind"].value() or "")
        for kind in self.kinds:
            usable = not kind.makes_link or kind.slug in self.usable
            provider = listing(kind_provider(kind.slug)) if not usable else None
            if usable or (provider and provider.ready):
                detail = self[kind.detail.name] if kind.detail else None
                yield WayToMeet(kind, detail, usable, provider, kind.slug == chosen)

    def clean(self) -> None:
        kind = self._chosen()
        if kind is None:
            return
        ready = kind.slug in self.usable
        if sentence := kind.refusal(self._detail(kind), ready=ready):
            self.add_error(kind.detail.name if kind.detail else "kind", sentence)

    def _chosen(self) -> MeetingKind | None:
        return next((kind for kind in self.kinds if kind.slug == self.cleaned_data.get("kind")), None)

    def _detail(self, kind: MeetingKind) -> str:
        return str(self.cleaned_data.get(kind.detail.name, "")) if kind.detail else ""

    def store(self) -> None:
        super().store()
        for kind in self.kinds:
            chosen = kind is self._chosen()
            setting = {"enabled": chosen} | ({"detail": self._detail(kind)} if chosen else {})
            MeetingType.objects.update_or_create(page=self.instance, kind=kind.slug, defaults=setting)
