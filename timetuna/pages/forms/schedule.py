"""The hours of a schedule: zone, week, single dates. On the editor's tab and in the settings."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone

from timetuna.pages.actions.replace_hours import replace_hours
from timetuna.pages.forms.fields import LineField, ZoneField
from timetuna.pages.forms.rows import OverrideRows, week
from timetuna.pages.models import DateOverride, Schedule
from timetuna.web.forms import Rows
from timetuna.web.saving import ColumnsForm


class HoursForm(ColumnsForm[Schedule]):
    class Meta:
        model = Schedule
        fields: tuple[str, ...] = ("time_zone",)

    time_zone = ZoneField(help_text="The hours are meant in this zone. Guests see them in their own.")

    def __init__(self, schedule: Schedule, data: Any = None) -> None:
        """Only coming dates are shown."""
        super().__init__(data, instance=schedule)
        hours = schedule.weekly_hours.values_list("weekday", "start_minute", "end_minute")
        self.days = week(data=data, stored=list(hours))
        coming = schedule.overrides.filter(date__gte=timezone.now().date())
        self.dates = OverrideRows.of("dates", _windows(coming), data)

    def rows(self) -> Iterator[tuple[str, Rows]]:
        yield from ((day.name, day.rows) for day in self.days)
        yield "Dates with other hours", self.dates

    def store(self) -> None:
        super().store()
        weekly = [(day.weekday, start, end) for day in self.days for start, end in day.rows.values()]
        replace_hours(self.instance, weekly, self.dates.values())


def _windows(stored: Iterable[DateOverride]) -> Iterator[dict[str, Any]]:
    for one in stored:
        yield from (
            {"date": one.date, "start": start, "end": end} for start, end in one.windows or [(None, None)]
        )


class ScheduleForm(HoursForm):
    class Meta(HoursForm.Meta):
        fields = ("time_zone", "name")

    name = LineField(
        label="Name",
        max_length=80,
        help_text="Only you see it, where a page's hours are chosen.",
        error_messages={"required": "Give the schedule a name."},
    )
