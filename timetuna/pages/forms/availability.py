"""The editor's tab Availability."""

from typing import Any

from django import forms

from timetuna.lib.zones import find_zone, zone_names
from timetuna.pages.actions.save_availability import AvailabilityTab
from timetuna.pages.forms.fields import whole_number
from timetuna.pages.forms.hours import week
from timetuna.pages.models import BookingPage

LONGEST_NOTICE_DAYS = 90
_UNITS = {"days": 1_440, "hours": 60, "minutes": 1}
_NAMES = ("time_zone", "buffer_before_minutes", "buffer_after_minutes", "increment_minutes", "horizon_days")


class AvailabilityForm(forms.Form):
    """Weekly hours, zone and rules of a page."""

    time_zone = forms.CharField(
        label="Time zone",
        max_length=64,
        help_text="The hours are meant in this zone. Guests see them in their own.",
        error_messages={"required": "Choose a time zone."},
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    buffer_before_minutes = whole_number(
        label="Buffer before (minutes)",
        least=0,
        most=240,
        help_text="Kept free before each meeting.",
    )
    buffer_after_minutes = whole_number(
        label="Buffer after (minutes)",
        least=0,
        most=240,
        help_text="Kept free after each meeting.",
    )
    increment_minutes = whole_number(
        label="Increment (minutes)",
        least=5,
        most=240,
        help_text="A meeting can start every so many minutes, however long it takes.",
    )
    notice = whole_number(
        label="Minimum notice",
        least=0,
        most=LONGEST_NOTICE_DAYS * 1_440,
        help_text="Nobody can book a time that is nearer than this.",
    )
    notice_unit = forms.ChoiceField(label="Unit of the notice", choices=[(unit, unit) for unit in _UNITS])
    horizon_days = whole_number(
        label="Horizon (days)",
        least=1,
        most=365,
        help_text="How far ahead guests can book.",
    )

    def __init__(self, page: BookingPage, data: Any = None) -> None:
        """Show the page's stored settings, or what was sent in `data`."""
        unit = next(unit for unit, minutes in _UNITS.items() if page.notice_minutes % minutes == 0)
        if not page.notice_minutes:
            unit = "hours"
        initial = {name: getattr(page, name) for name in _NAMES}
        initial |= {"notice": page.notice_minutes // _UNITS[unit], "notice_unit": unit}
        super().__init__(data, initial=initial)
        hours = page.weekly_hours.values_list("weekday", "start_minute", "end_minute")
        self.days = week(data=data, stored=None if data is not None else list(hours))

    def is_valid(self) -> bool:
        """Check the fields and every day's rows, so that every mistake is shown at once."""
        days_valid = [day.rows.is_valid() for day in self.days]
        return super().is_valid() and all(days_valid)

    def has_errors(self) -> bool:
        """Say whether anything that was sent is wrong."""
        return self.is_bound and not self.is_valid()

    def zones(self) -> tuple[str, ...]:
        """Return the zones to offer."""
        return zone_names()

    def clean_time_zone(self) -> str:
        """Return the zone's IANA name; a city's name alone will do."""
        typed = str(self.cleaned_data["time_zone"])
        name = typed if find_zone(typed) else _meant_zone(typed)
        if not name:
            raise forms.ValidationError(
                "There is no time zone of this name. Try a large city, such as Berlin."
            )
        return name

    def clean(self) -> None:
        """Check the notice as a whole."""
        if self._notice() > LONGEST_NOTICE_DAYS * 1_440:
            self.add_error("notice", f"The notice can be {LONGEST_NOTICE_DAYS} days at most.")

    def _notice(self) -> int:
        unit = _UNITS.get(self.cleaned_data.get("notice_unit", ""), 1)
        return int(self.cleaned_data.get("notice") or 0) * unit

    def values(self) -> AvailabilityTab:
        """Return the valid tab."""
        hours = [(day.weekday, start, end) for day in self.days for start, end in day.rows.values()]
        numbers = {name: self.cleaned_data[name] for name in _NAMES}
        return AvailabilityTab(hours=hours, notice_minutes=self._notice(), **numbers)


def _meant_zone(typed: str) -> str:
    """Return the one zone that was probably meant ("berlin", "new york"), or ""."""
    wanted = "_".join(typed.lower().split())
    by_name = {name.lower(): name for name in zone_names()}
    by_city = [name for name in zone_names() if name.lower().rpartition("/")[2] == wanted]
    return by_name.get(wanted) or (by_city[0] if len(by_city) == 1 else "")
