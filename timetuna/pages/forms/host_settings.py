"""What holds for all pages of a host: holidays, limits, and how long guests' data is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from timetuna.accounts.models import User
from timetuna.l10n.datetimes import date_in, written
from timetuna.pages.forms.fields import cap_field, whole_number
from timetuna.pages.holidays import countries, exceptions, holidays_between, name_of, regions
from timetuna.pages.models import HostRules
from timetuna.web.forms import with_values
from timetuna.web.saving import ColumnsForm

_CAPS = ("cap_day", "cap_week", "cap_month")
_LONGEST_DAYS = 36_500
_USUAL_PATIENCE, _LONGEST_PATIENCE = 24, 168
_UNKNOWN = {"invalid_choice": gettext_lazy("Choose one from the list.")}
_CLOSED, _ONCE, _ALWAYS = "closed", "once", "always"
_HOLIDAY = "on_"
_SHOWN = timedelta(days=366)


class _RulesForm(ColumnsForm[HostRules]):
    """Some of a host's rules: what other forms store meanwhile stays."""

    def __init__(self, host: User, data: Any = None) -> None:
        self.host = host
        super().__init__(data, instance=HostRules.objects.filter(host=host).first() or HostRules(host=host))

    def store(self) -> None:
        HostRules.objects.get_or_create(host=self.host)
        self.instance._state.adding = False  # noqa: SLF001 - Django's documented way to say it is there
        super().store()


@dataclass(frozen=True, slots=True)
class ComingHoliday:
    """when: its date in words."""

    day: date
    when: str
    name: str
    field: forms.BoundField


class HolidaysForm(_RulesForm):
    """Country and region, with the regions of the country that is set, and which of its coming holidays count.

    One that does not count is open once, on that date, or always, by its name.
    """

    class Meta:
        model = HostRules
        fields = ("holiday_country", "holiday_region")

    also = ("holidays_open",)

    holiday_country = forms.ChoiceField(
        label=gettext_lazy("Country"), required=False, error_messages=_UNKNOWN
    )
    holiday_region = forms.ChoiceField(
        label=gettext_lazy("Region"),
        required=False,
        error_messages=_UNKNOWN,
        help_text=gettext_lazy("Where a region has more holidays than its country."),
    )

    def __init__(self, host: User, data: Any = None) -> None:
        super().__init__(host, data)
        self._offer("holiday_country", gettext("No public holidays"), countries())
        self._offer("holiday_region", gettext("The whole country"), regions(self.country()))
        region = self["holiday_region"].value() if self.is_bound else None
        if region is not None and region not in dict(regions(self.country())):
            # Another country was chosen; until then its regions were not there to choose from.
            self.data = with_values(self.data, [("holiday_region", [""])])
        self._kept = exceptions(self.instance.holidays_open)
        self._coming = self._known()
        region = str(self["holiday_region"].value() or "")
        self._names = {day: name_of(self.country(), region, day) for day in self._coming}
        for day, name in self._coming.items():
            self.fields[f"{_HOLIDAY}{day}"] = forms.ChoiceField(
                label=f"{self._names[day]}, {written(day, pgettext('date', 'j F Y'))}",
                choices=[
                    (_CLOSED, gettext("Closed")),
                    (_ONCE, gettext("Open in %(year)s") % {"year": day.year}),
                    (_ALWAYS, gettext("Open every year")),
                ],
                required=False,
                initial=self._state(day, name),
                error_messages=_UNKNOWN,
            )

    def _offer(self, name: str, nothing: str, choices: tuple[tuple[str, str], ...]) -> None:
        self.fields[name].choices = [("", nothing), *choices]  # type: ignore[attr-defined]

    def _known(self) -> dict[date, str]:
        today, region = (
            date_in(self.host.time_zone, timezone.now()),
            str(self["holiday_region"].value() or ""),
        )
        return holidays_between(self.country(), region, first=today, last=today + _SHOWN)

    def _state(self, day: date, name: str) -> str:
        if name in self._kept:
            return _ALWAYS
        return _ONCE if day.isoformat() in self._kept else _CLOSED

    def absent(self) -> list[str]:
        """Those of another country may well be."""
        return [name for name in super().absent() if not name.startswith(_HOLIDAY)]

    def country(self) -> str:
        """The code as it is in the form, or ""."""
        return str(self["holiday_country"].value() or "")

    def has_regions(self) -> bool:
        return bool(regions(self.country()))

    def has_coming(self) -> bool:
        return bool(self._coming)

    def coming(self) -> Iterator[ComingHoliday]:
        """Of a year from today."""
        for day, name in self._names.items():
            yield ComingHoliday(
                day, written(day, pgettext("short date", "D j M Y")), name, self[f"{_HOLIDAY}{day}"]
            )

    def store(self) -> None:
        chosen = {
            day: self.cleaned_data.get(f"{_HOLIDAY}{day}") or self._state(day, name)
            for day, name in self._coming.items()
        }
        always = {name for day, name in self._coming.items() if self._is_always(name, chosen)}
        shown = {day.isoformat() for day in self._coming} | {*self._coming.values()}
        once = {day.isoformat() for day, state in chosen.items() if state == _ONCE}
        self.instance.holidays_open = "\n".join(sorted((self._kept - shown) | once | always))
        super().store()

    def _is_always(self, name: str, chosen: dict[date, str]) -> bool:
        """A name may have several dates a year: whichever of them was changed decides."""
        states = [chosen[day] == _ALWAYS for day, each in self._coming.items() if each == name]
        return all(states) if name in self._kept else any(states)


class LimitsForm(_RulesForm):
    """How many meetings, of all pages together, and how old the knowledge of calendars may be."""

    class Meta:
        model = HostRules
        fields = (*_CAPS, "calendar_patience_hours")

    cap_day = cap_field("day", gettext_lazy("Bookings of all your pages together."))
    cap_week = cap_field("week", gettext_lazy("Weeks begin on Monday."))
    cap_month = cap_field("month", gettext_lazy("Once a limit is reached, none of your pages offers more."))
    calendar_patience_hours = whole_number(
        gettext_lazy("If a calendar cannot be read (hours)"),
        1,
        _LONGEST_PATIENCE,
        required=False,
        help_text=format_lazy(
            gettext_lazy(
                "For so long what was read last still counts. After that, pages it blocks offer no times "
                "until it can be read again. Left empty, {usual}."
            ),
            usual=_USUAL_PATIENCE,
        ),
    )

    def clean_calendar_patience_hours(self) -> int:
        """The usual ones where nothing was sent."""
        return int(self.cleaned_data["calendar_patience_hours"] or _USUAL_PATIENCE)

    def caps(self) -> list[forms.BoundField]:
        return [self[name] for name in _CAPS]


class GuestsDataForm(_RulesForm):
    """When guests are forgotten."""

    class Meta:
        model = HostRules
        fields = ("retention_days",)

    retention_days = whole_number(
        gettext_lazy("Erase guests’ data after (days)"), 1, _LONGEST_DAYS, required=False
    )

    def __init__(self, host: User, data: Any = None) -> None:
        super().__init__(host, data)
        kept = settings.RETENTION_DAYS
        empty = (
            ngettext(
                "Left empty, after %(days)d day, which is this server’s limit.",
                "Left empty, after %(days)d days, which is this server’s limit.",
                kept,
            )
            % {"days": kept}
            if kept
            else gettext("Left empty, never.")
        )
        field = self.fields["retention_days"]
        field.help_text = (
            gettext(
                "This many days after a meeting ends, the guest’s name, addresses, phone number and notes "
                "are erased. The booking stays, as one of an “Erased guest”."
            )
            + f" {empty}"
        )
        field.widget.attrs["placeholder"] = str(kept) if kept else gettext("Never")
