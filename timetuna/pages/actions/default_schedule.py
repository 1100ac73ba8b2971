"""Finds the hours that a host's new pages begin with, or makes them."""

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from timetuna.accounts.models import User
from timetuna.pages.models import Schedule, WeeklyHours

NAME = gettext_noop("Working hours")
WORKING_HOURS = [(day, 9 * 60, 17 * 60) for day in range(5)]
"""Monday to Friday from 9 to 17: weekday, and minutes after midnight."""


def default_schedule(host: User) -> Schedule:
    """The first is Monday to Friday from 9 to 17 in the host's zone."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=host.pk)  # two at once would both make one
        found = Schedule.objects.filter(host=host, is_default=True).first()
        return found or _make(host)


def _make(host: User) -> Schedule:
    schedule = Schedule.objects.create(
        host=host, name=gettext(NAME), time_zone=host.time_zone, is_default=True
    )
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=day, start_minute=start, end_minute=end)
        for day, start, end in WORKING_HOURS
    )
    return schedule
