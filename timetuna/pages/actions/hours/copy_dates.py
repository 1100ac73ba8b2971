"""Gives a schedule the dates with other hours that another one has."""

from django.utils import timezone

from timetuna.pages.models import DateOverride, Schedule


def copy_dates(source: Schedule, target: Schedule) -> None:
    """Of a schedule that has none; those that are over stay behind."""
    coming = source.overrides.filter(date__gte=timezone.now().date())
    DateOverride.objects.bulk_create(
        DateOverride(schedule=target, date=row.date, windows=row.windows) for row in coming
    )
