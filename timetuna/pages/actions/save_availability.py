"""Saves the editor's tab Availability."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from timetuna.pages.models import BookingPage, WeeklyHours


@dataclass(frozen=True, kw_only=True, slots=True)
class AvailabilityTab:
    """What the tab holds. `hours` are (weekday, start, end): 0 is Monday, minutes from 0 to 1440."""

    time_zone: str
    hours: Sequence[tuple[int, int, int]]
    buffer_before_minutes: int
    buffer_after_minutes: int
    increment_minutes: int
    notice_minutes: int
    horizon_days: int


_COLUMNS = (
    "time_zone",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "increment_minutes",
    "notice_minutes",
    "horizon_days",
)


def save_availability(page: BookingPage, values: AvailabilityTab) -> None:
    """Store the tab, all or nothing. Raises DoesNotExist when the page is gone."""
    with transaction.atomic():
        row = BookingPage.objects.select_for_update().get(pk=page.pk)
        for name in _COLUMNS:
            setattr(row, name, getattr(values, name))
        row.save(update_fields=[*_COLUMNS, "updated_at"])
        row.weekly_hours.all().delete()
        WeeklyHours.objects.bulk_create(
            WeeklyHours(page=row, weekday=day, start_minute=start, end_minute=end)
            for day, start, end in values.hours
        )
