"""The hours of a schedule: zone, week, single dates. On the editor's tab and in the settings."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from timetuna.lib.zones import zone_names
from timetuna.pages.actions.replace_hours import OpenHours
from timetuna.pages.forms.dates import override_rows
from timetuna.pages.forms.fields import LineField
from timetuna.pages.forms.hours import week
from timetuna.pages.forms.zones import ZoneField
from timetuna.pages.models import Schedule
from timetuna.web.forms import Rows
from timetuna.web.saving import HostForm


class HoursForm(HostForm):
    """Zone, weekly hours and dates with other hours."""

    time_zone = ZoneField(help_text="The hours are meant in this zone. Guests see them in their own.")

    def __init__(self, schedule: Schedule, data: Any = None) -> None:
        """Show a stored schedule, its coming dates only, or what was sent in `data`."""
        super().__init__(data, initial=self.stored(schedule))
        hours = schedule.weekly_hours.values_list("weekday", "start_minute", "end_minute")
        self.days = week(data=data, stored=list(hours))
        coming = schedule.overrides.filter(date__gte=timezone.now().date())
        self.dates = override_rows(data=data, stored=coming)

    def stored(self, schedule: Schedule) -> dict[str, Any]:
        """Return the values of the form's own fields."""
        return {"time_zone": schedule.time_zone}

    def rows(self) -> Iterator[tuple[str, Rows]]:
        """Yield the windows of each weekday, and the dates."""
        yield from ((day.name, day.rows) for day in self.days)
        yield "Dates with other hours", self.dates

    def zones(self) -> tuple[str, ...]:
        """Return the zones to offer."""
        return zone_names()

    def values(self) -> OpenHours:
        """Return the valid hours."""
        return OpenHours(
            time_zone=self.cleaned_data["time_zone"],
            weekly=[(day.weekday, start, end) for day in self.days for start, end in day.rows.values()],
            overrides=self.dates.values(),
        )


class ScheduleForm(HoursForm):
    """A shared schedule: its hours and its name."""

    name = LineField(
        label="Name",
        max_length=80,
        help_text="Only you see it, where a page's hours are chosen.",
        error_messages={"required": "Give the schedule a name."},
    )

    def stored(self, schedule: Schedule) -> dict[str, Any]:
        """Return the values of the form's own fields."""
        return super().stored(schedule) | {"name": schedule.name}
