"""The editor's tab Availability."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from timetuna.pages.actions.hours.copy_dates import copy_dates
from timetuna.pages.forms.fields import (
    LONGEST_NOTICE_DAYS,
    NOTICE_UNITS,
    DayField,
    cap_field,
    notice_field,
    notice_parts,
    switch,
    whole_number,
)
from timetuna.pages.forms.page_form import PageForm
from timetuna.pages.forms.schedule import HoursForm
from timetuna.pages.models import BookingPage, Schedule
from timetuna.pages.permissions import schedules_for
from timetuna.pages.schedule_lines import ScheduleLine, WeekStrip, schedule_lines, strip_of
from timetuna.web.saving import Parts

OWN = "own"
_HORIZONS = [
    ("rolling", gettext_lazy("Days ahead")),
    ("date", gettext_lazy("Until a date")),
    ("endless", gettext_lazy("Without end")),
]

UNIT_CHOICES = [
    ("days", gettext_lazy("days")),
    ("hours", gettext_lazy("hours")),
    ("minutes", gettext_lazy("minutes")),
]
"""Of `NOTICE_UNITS`."""


def too_long_a_notice() -> str:
    return gettext("The notice can be %(days)s days at most.") % {"days": LONGEST_NOTICE_DAYS}


@dataclass(frozen=True, slots=True)
class Offer:
    """One of the hours a page can have. schedule_id: the shared schedule's, None for the page's own.

    others: the titles of other pages that use them.
    """

    value: str
    name: str
    text: str
    schedule_id: int | None
    chosen: bool
    strip: WeekStrip | None = None
    others: tuple[str, ...] = ()


class AvailabilityForm(PageForm):
    """Hours and rules of a page. `own` holds the page's own hours, chosen or not."""

    class Meta:
        model = BookingPage
        fields = (
            "buffer_before_minutes",
            "buffer_after_minutes",
            "increment_minutes",
            "horizon_kind",
            "horizon_days",
            "horizon_date",
            "cap_day",
            "cap_week",
            "cap_month",
            "holds",
        )

    also = ("schedule", "notice_minutes")

    schedule = forms.ChoiceField(
        label=gettext_lazy("Hours"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose the hours.")),
    )
    buffer_before_minutes = whole_number(
        gettext_lazy("Buffer before (minutes)"), 0, 240, gettext_lazy("Kept free before each meeting.")
    )
    buffer_after_minutes = whole_number(
        gettext_lazy("Buffer after (minutes)"), 0, 240, gettext_lazy("Kept free after each meeting.")
    )
    increment_minutes = whole_number(
        gettext_lazy("Increment (minutes)"),
        5,
        240,
        gettext_lazy("A meeting can start every so many minutes, however long it takes."),
    )
    notice = notice_field(gettext_lazy("Nobody can book a time that is nearer than this."))
    notice_unit = forms.ChoiceField(label=gettext_lazy("Unit of the notice"), choices=UNIT_CHOICES)
    horizon_kind = forms.ChoiceField(
        label=gettext_lazy("Horizon"),
        choices=_HORIZONS,
        help_text=gettext_lazy("How far ahead guests can book."),
    )
    horizon_days = whole_number(gettext_lazy("Days ahead"), 1, 365, required=False)
    horizon_date = DayField(label=gettext_lazy("Last day"), required=False)
    cap_day = cap_field("day", gettext_lazy("Once so many meetings are booked on a day, it offers no more."))
    cap_week = cap_field("week", gettext_lazy("Weeks begin on Monday."))
    cap_month = cap_field("month", gettext_lazy("These three count the bookings of this page only."))
    holds = switch(
        gettext_lazy("Hold a time while a guest confirms"),
        gettext_lazy(
            "A time that a guest has picked is kept for five minutes, so that nobody takes it meanwhile. "
            "It counts towards the limits below once it is booked."
        ),
    )

    def __init__(self, page: BookingPage, data: Any = None, _files: Any = None) -> None:
        notice, unit = notice_parts(page.notice_minutes)
        own = Schedule.objects.filter(page=page).first()
        uses_own = own is not None and own.pk == page.schedule_id
        initial = {
            "schedule": OWN if uses_own else str(page.schedule_id),
            "notice": notice,
            "notice_unit": unit,
        }
        super().__init__(data, initial=initial, instance=page)
        # Hours that the page does not have yet begin as those that it uses, with their dates.
        self.own, self.has_own = HoursForm(own or page.schedule, data), own is not None
        self._shared = self.choosable(page)
        names = [(str(one.id), one.name) for one in self._shared]
        self.fields["schedule"].choices = [*names, (OWN, OWN)]  # type: ignore[attr-defined]

    def choosable(self, page: BookingPage) -> list[ScheduleLine]:
        """All shared hours of the page's owner."""
        return schedule_lines(page.host_id)

    def offers(self) -> list[Offer]:
        chosen = str(self["schedule"].value() or "")
        shared = [
            Offer(
                str(one.id),
                gettext("%(name)s (default)") % {"name": one.name} if one.is_default else one.name,
                one.text,
                one.id,
                str(one.id) == chosen,
                one.strip,
                tuple(title for title in one.pages if title != self.instance.title),
            )
            for one in self._shared
        ]
        text, strip = gettext("Set below, for this page alone."), strip_of(self.own.instance)
        own = Offer(OWN, gettext("Own hours for this page"), text, None, chosen == OWN, strip)
        return [*shared, own]

    def inner(self) -> Iterator[forms.Form]:
        """The page's own hours, where they are chosen."""
        if self["schedule"].value() == OWN:
            yield self.own

    def parts(self) -> Parts:
        """The page's own hours are among it where it has some or gets some."""
        has_own = self["schedule"].value() == OWN or (not self.is_bound and self.has_own)
        return super().parts() | (self.own.parts() if has_own else {})

    def clean(self) -> None:
        """Check the notice as a whole, and that the chosen horizon has its number or date."""
        if self._notice() > LONGEST_NOTICE_DAYS * 1_440:
            self.add_error("notice", too_long_a_notice())
        for kind, name in (("rolling", "horizon_days"), ("date", "horizon_date")):
            chosen = self.cleaned_data.get("horizon_kind") == kind
            missing = not self.cleaned_data.get(name)
            if chosen and missing and name not in self.errors:
                self.add_error(name, str(self.fields[name].error_messages["required"]))
            elif missing and not chosen:
                self.errors.pop(name, None)
                self.cleaned_data[name] = getattr(self.instance, name)

    def _notice(self) -> int:
        unit = NOTICE_UNITS.get(self.cleaned_data.get("notice_unit", ""), 1)
        return int(self.cleaned_data.get("notice") or 0) * unit

    def store(self) -> bool:
        """False where another window deleted the chosen schedule in the meantime."""
        page, chosen = self.instance, self.cleaned_data["schedule"]
        schedule = (
            self._own_hours() if chosen == OWN else schedules_for(page.host).filter(pk=int(chosen)).first()
        )
        if schedule is None:
            self.add_error("schedule", gettext("These hours have just been deleted. Choose others."))
            return False
        page.schedule, page.notice_minutes = schedule, self._notice()
        super().store()
        return True

    def _own_hours(self) -> Schedule:
        form, page = self.own, self.instance
        shared = None if self.has_own else form.instance
        if shared:
            form.instance = Schedule(
                host_id=page.host_id, page=page, time_zone=form.cleaned_data["time_zone"]
            )
        form.store()
        if shared:
            copy_dates(shared, form.instance)
        return form.instance


class OthersAvailabilityForm(AvailabilityForm):
    """For those who may change a page and do not own it: of its owner's hours they see those that it uses."""

    def choosable(self, page: BookingPage) -> list[ScheduleLine]:
        return [line for line in super().choosable(page) if line.id == page.schedule_id]

    def offers(self) -> list[Offer]:
        return [replace(offer, schedule_id=None) for offer in super().offers()]
