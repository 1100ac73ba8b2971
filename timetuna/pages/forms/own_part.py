"""The editor's tab Your part: what a host sets for themselves on a page that several people may host."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from timetuna.l10n.datetimes import date_in
from timetuna.pages.calendar_impact import pause_sentence, paused_words
from timetuna.pages.forms.availability import UNIT_CHOICES, Offer, too_long_a_notice
from timetuna.pages.forms.fields import (
    LONGEST_NOTICE_DAYS,
    NOTICE_UNITS,
    DayField,
    cap_field,
    notice_field,
    notice_parts,
    whole_number,
)
from timetuna.pages.models import FOR_GOOD, PageHost
from timetuna.pages.permissions import schedules_for
from timetuna.pages.schedule_lines import ScheduleLine, schedule_lines
from timetuna.web.saving import ColumnsForm

LONGEST_PAUSE = timedelta(days=2 * 366)
_USUAL = ""
_BUFFERS = ("buffer_before_minutes", "buffer_after_minutes")


class OwnPartForm(ColumnsForm[PageHost]):
    """Hours, buffers, notice and limit of one host. What is left empty is as the page has it."""

    class Meta:
        model = PageHost
        fields = (*_BUFFERS, "cap_day")

    also = ("schedule", "notice_minutes")

    schedule = forms.ChoiceField(
        label=gettext_lazy("Your hours"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose the hours.")},
    )
    buffer_before_minutes = whole_number(gettext_lazy("Buffer before (minutes)"), 0, 240, required=False)
    buffer_after_minutes = whole_number(gettext_lazy("Buffer after (minutes)"), 0, 240, required=False)
    notice = notice_field("", required=False)
    notice_unit = forms.ChoiceField(label=gettext_lazy("Unit of the notice"), choices=UNIT_CHOICES)
    cap_day = cap_field(
        "day",
        gettext_lazy("So many of this page’s meetings you take a day. Those of other pages do not count."),
    )

    def __init__(self, row: PageHost, data: Any = None, _files: Any = None) -> None:
        page = row.page
        notice, unit = notice_parts(page.notice_minutes if row.notice_minutes is None else row.notice_minutes)
        super().__init__(
            data,
            initial={
                "schedule": str(row.schedule_id or _USUAL),
                "notice": None if row.notice_minutes is None else notice,
                "notice_unit": unit,
            },
            instance=row,
        )
        self._shared = schedule_lines(row.user_id)
        ids = [str(one.id) for one in self._shared]
        self.fields["schedule"].choices = [(one, one) for one in (_USUAL, *ids)]  # type: ignore[attr-defined]
        for name in _BUFFERS:
            self._say_usual(name, getattr(page, name), "minutes")
        self._say_usual("notice", *notice_parts(page.notice_minutes))

    def _say_usual(self, name: str, usual: int, unit: str) -> None:
        field = self.fields[name]
        field.widget.attrs["placeholder"] = str(usual)
        field.help_text = gettext("Left empty, %(length)s, as the page has it.") % {
            "length": _spoken(usual, unit)
        }

    def offers(self) -> list[Offer]:
        chosen = str(self["schedule"].value() or _USUAL)
        shared = [
            Offer(str(one.id), one.name, one.text, one.id, str(one.id) == chosen, one.strip)
            for one in self._shared
        ]
        return [self._usual(chosen=chosen == _USUAL), *shared]

    def pause(self) -> "PauseForm":
        return PauseForm(self.instance)

    def paused(self) -> str:
        """As in "Paused until 12 January"; "" while they are not."""
        return paused_words(self.instance, self.instance.host, now=timezone.now())

    def paused_sentence(self) -> str:
        """As in "You are paused until 12 January"."""
        return pause_sentence(self.instance.paused_until, self.instance.host, now=timezone.now())

    def part(self) -> str:
        """As what they take part now."""
        return str(self.instance.part_on(self.instance.page) or "")

    def has_no_hours(self) -> bool:
        """Whether they host with hours that they do not have."""
        return not self["schedule"].value() and not self._is_owner() and self._default() is None

    def _usual(self, *, chosen: bool) -> Offer:
        """What counts until they choose: the page's hours are its owner's."""
        if self._is_owner():
            return Offer(
                _USUAL,
                gettext("The page’s hours"),
                gettext("As they are on the tab Availability."),
                None,
                chosen,
            )
        default = self._default()
        text = f"{default.name}: {default.text}" if default else gettext("None yet.")
        return Offer(_USUAL, gettext("Your default hours"), text, None, chosen)

    def _default(self) -> ScheduleLine | None:
        return next((one for one in self._shared if one.is_default), None)

    def _is_owner(self) -> bool:
        return self.instance.host_id == self.instance.page.host_id

    def clean(self) -> None:
        """Check the notice as a whole."""
        if (self._notice() or 0) > LONGEST_NOTICE_DAYS * 1_440:
            self.add_error("notice", too_long_a_notice())

    def _notice(self) -> int | None:
        number = self.cleaned_data.get("notice")
        return (
            None if number is None else number * NOTICE_UNITS.get(self.cleaned_data.get("notice_unit", ""), 1)
        )

    def store(self) -> bool:
        """False where another window deleted the chosen schedule in the meantime."""
        row, chosen = self.instance, self.cleaned_data["schedule"]
        schedule = schedules_for(row.host).filter(pk=int(chosen)).first() if chosen else None
        if chosen and schedule is None:
            self.add_error("schedule", gettext("These hours have just been deleted. Choose others."))
            return False
        row.schedule, row.notice_minutes = schedule, self._notice()
        super().store()
        return True


def _spoken(number: int, unit: str) -> str:
    """As in "2 days"."""
    words = {
        "days": ngettext("%(count)d day", "%(count)d days", number),
        "hours": ngettext("%(count)d hour", "%(count)d hours", number),
        "minutes": ngettext("%(count)d minute", "%(count)d minutes", number),
    }
    return words[unit] % {"count": number}


class PauseForm(forms.Form):
    """A host takes no new meetings of a page: until a date, for good, or not any more."""

    pause = forms.ChoiceField(choices=[(one, one) for one in ("until", "for_good", "over")])
    until = DayField(label=gettext_lazy("Until and including"), required=False)

    def __init__(self, row: PageHost, data: Any = None) -> None:
        self.today = today = date_in(row.host.time_zone, timezone.now())
        super().__init__(data, initial={"until": today + timedelta(days=7)})
        self.fields["until"].widget.attrs |= {"min": str(today), "max": str(today + LONGEST_PAUSE)}

    def clean(self) -> None:
        """A pause until a day needs one that is not over."""
        if self.cleaned_data.get("pause") != "until" or "until" in self.errors:
            return
        until = self.cleaned_data.get("until")
        if until is None or not self.today <= until <= self.today + LONGEST_PAUSE:
            self.add_error("until", gettext("Choose today or a later day, within two years."))

    def last_day(self) -> date | None:
        """Of the pause that a valid form asks for."""
        days: dict[str, date | None] = {
            "until": self.cleaned_data["until"],
            "for_good": FOR_GOOD,
            "over": None,
        }
        return days[self.cleaned_data["pause"]]
