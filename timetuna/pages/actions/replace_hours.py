"""Writes the hours of a schedule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from timetuna.availability.hours import Window
from timetuna.pages.models import DateOverride, Schedule, WeeklyHours


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenHours:
    """What a schedule says.

    weekly: (weekday, start, end), 0 is Monday, in minutes from 0 to 1440 by the wall clock of `time_zone`.
    overrides: the windows of single dates; none is closed.
    """

    time_zone: str
    weekly: Sequence[tuple[int, int, int]]
    overrides: Mapping[date, Sequence[Window]] = field(default_factory=dict)


def replace_hours(schedule: Schedule, hours: OpenHours) -> None:
    """Store zone, weekly hours and overrides in place of those there were. Only inside a transaction."""
    schedule.time_zone = hours.time_zone
    schedule.save(update_fields=["time_zone"])
    schedule.weekly_hours.all().delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=day, start_minute=start, end_minute=end)
        for day, start, end in hours.weekly
    )
    schedule.overrides.all().delete()
    DateOverride.objects.bulk_create(
        DateOverride(schedule=schedule, date=day, windows=[list(window) for window in windows])
        for day, windows in hours.overrides.items()
    )
