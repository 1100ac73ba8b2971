"""Makes another named schedule."""

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from timetuna.accounts.models import User
from timetuna.pages.actions.default_schedule import default_schedule
from timetuna.pages.actions.replace_hours import replace_hours
from timetuna.pages.models import Schedule

NAME = gettext_noop("New schedule")
MOST = 50


class TooManySchedules(Exception):  # noqa: N818 - it names what happened
    """The host has as many as there can be."""


def create_schedule(host: User) -> Schedule:
    """Store a schedule with the weekly hours of the default and return it; a host's first one is the default.

    Raises TooManySchedules.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=host.pk)
        number = Schedule.objects.filter(host=host, page=None).count()
        default = default_schedule(host)
        if not number:
            return default
        if number >= MOST:
            raise TooManySchedules
        hours = default.weekly_hours.values_list("weekday", "start_minute", "end_minute")
        schedule = Schedule.objects.create(host=host, name=gettext(NAME), time_zone=default.time_zone)
        replace_hours(schedule, list(hours))
    return schedule
