"""The settings' tab Availability."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.pages.forms.fields import cap_field, whole_number
from timetuna.pages.forms.rows import AwayRows, TripRows
from timetuna.pages.holidays import countries, holidays_between, regions
from timetuna.pages.models import HostRules, OutOfOffice, TravelZone
from timetuna.web.forms import Rows, with_values
from timetuna.web.saving import ColumnsForm

SHOWN = 3
_CAPS = ("cap_day", "cap_week", "cap_month")
_LONGEST_DAYS = 36_500
_USUAL_PATIENCE, _LONGEST_PATIENCE = 24, 168
_UNKNOWN = {"invalid_choice": "Choose one from the list."}


class HolidaysForm(forms.Form):
    """Country and region of the public holidays. The regions are those of the country that is set."""

    holiday_country = forms.ChoiceField(
        label="Country",
        required=False,
        error_messages=_UNKNOWN,
        help_text="On its public holidays your pages are closed, but for dates that have hours of their own.",
    )
    holiday_region = forms.ChoiceField(
        label="Region",
        required=False,
        error_messages=_UNKNOWN,
        help_text="Where a region has more holidays than its country.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._offer("holiday_country", "No public holidays", countries())
        self._offer("holiday_region", "The whole country", regions(self.country()))
        region = self["holiday_region"].value() if self.is_bound else None
        if region is not None and region not in dict(regions(self.country())):
            # Another country was chosen; until then its regions were not there to choose from.
            self.data = with_values(self.data, [("holiday_region", [""])])

    def _offer(self, name: str, nothing: str, choices: tuple[tuple[str, str], ...]) -> None:
        self.fields[name].choices = [("", nothing), *choices]  # type: ignore[attr-defined]

    def country(self) -> str:
        """The code as it is in the form, or ""."""
        return str(self["holiday_country"].value() or "")

    def has_regions(self) -> bool:
        return bool(regions(self.country()))

    def coming(self) -> list[tuple[date, str]]:
        today, region = timezone.now().date(), str(self["holiday_region"].value() or "")
        found = holidays_between(self.country(), region, first=today, last=today + timedelta(days=2 * 366))
        return list(islice(found.items(), SHOWN))


class HostRulesForm(ColumnsForm[HostRules], HolidaysForm):
    class Meta:
        model = HostRules
        fields = (
            "holiday_country",
            "holiday_region",
            *_CAPS,
            "retention_days",
            "calendar_patience_hours",
        )

    cap_day = cap_field("day", "Bookings of all your pages together.")
    cap_week = cap_field("week", "Weeks begin on Monday.")
    cap_month = cap_field("month", "Once a limit is reached, none of your pages offers more.")

    retention_days = whole_number("Days until guests are forgotten", 1, _LONGEST_DAYS, required=False)

    calendar_patience_hours = whole_number(
        "Hours the last reading of a calendar counts",
        1,
        _LONGEST_PATIENCE,
        required=False,
        help_text="If a calendar cannot be read, its last known busy times go on to count so long. After that, pages "
        f"on which it takes time offer nothing until it can be read again. Empty: {_USUAL_PATIENCE}.",
    )

    def __init__(self, host: User, data: Any = None) -> None:
        """Ranges that are over are left out."""
        self.host = host
        super().__init__(data, instance=HostRules.objects.filter(host=host).first() or HostRules(host=host))
        self._say_retention()
        over = timezone.now().date() - timedelta(days=3)
        away = OutOfOffice.objects.filter(host=host, last__gte=over)
        trips = TravelZone.objects.filter(host=host, last__gte=over)
        self.away = AwayRows.of("away", away, data)
        self.travel = TripRows.of("travel", trips, data)

    def _say_retention(self) -> None:
        kept = settings.RETENTION_DAYS
        empty = f"Empty: after {kept} days, which is this server's limit." if kept else "Empty: never."
        field = self.fields["retention_days"]
        field.help_text = (
            "So many days after a meeting's end, its guest's name, addresses, phone number and notes are erased; the "
            f"booking stays as one of an “Erased guest”. {empty}"
        )
        field.widget.attrs["placeholder"] = str(kept) if kept else "Never"

    def clean_calendar_patience_hours(self) -> int:
        """The usual ones where nothing was sent."""
        return int(self.cleaned_data["calendar_patience_hours"] or _USUAL_PATIENCE)

    def rows(self) -> Iterator[tuple[str, Rows]]:
        yield "Out of office", self.away
        yield "Travel", self.travel

    def caps(self) -> list[forms.BoundField]:
        return [self[name] for name in _CAPS]

    def store(self) -> None:
        super().store()
        OutOfOffice.objects.filter(host=self.host).delete()
        OutOfOffice.objects.bulk_create(OutOfOffice(host=self.host, **row) for row in self.away.values())
        TravelZone.objects.filter(host=self.host).delete()
        TravelZone.objects.bulk_create(TravelZone(host=self.host, **row) for row in self.travel.values())
