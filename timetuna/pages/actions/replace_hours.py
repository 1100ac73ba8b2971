"""Writes the hours of a schedule."""

from collections.abc import Mapping, Sequence
from datetime import date

from timetuna.availability.hours import Window
from timetuna.pages.models import DateOverride, Schedule, WeeklyHours


def replace_hours(
    schedule: Schedule,
    weekly: Sequence[tuple[int, int, int]],
    overrides: Mapping[date, Sequence[Window]] | None = None,
) -> None:
    """Store weekly hours and single dates in place of those there were; None leaves the dates. Only in a transaction.

    weekly: (weekday, start, end), 0 is Monday, in minutes from 0 to 1440 by the wall clock of the schedule's zone.
    overrides: the windows of single dates; none is closed.
    """
    schedule.weekly_hours.all().delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=day, start_minute=start, end_minute=end)
        for day, start, end in weekly
    )
    if overrides is None:
        return
    schedule.overrides.all().delete()
    DateOverride.objects.bulk_create(
        DateOverride(schedule=schedule, date=day, windows=[list(window) for window in windows])
        for day, windows in overrides.items()
    )
