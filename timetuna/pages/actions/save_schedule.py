"""Saves the page of one schedule."""

from django.db import transaction

from timetuna.pages.actions.replace_hours import OpenHours, replace_hours
from timetuna.pages.models import Schedule


def save_schedule(schedule: Schedule, *, name: str, hours: OpenHours) -> None:
    """Store name and hours, all or nothing. Raises DoesNotExist when the schedule is gone."""
    with transaction.atomic():
        row = Schedule.objects.select_for_update().get(pk=schedule.pk)
        row.name = name
        row.save(update_fields=["name"])
        replace_hours(row, hours)
