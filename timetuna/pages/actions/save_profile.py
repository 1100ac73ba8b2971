"""Saves the settings' tab Profile."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from timetuna.accounts.actions.change_profile import change_profile
from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar
from timetuna.pages.models import Schedule


def save_profile(host: User, *, time_zone: str, moving: Collection[int] = (), **columns: str) -> None:
    """Store cleaned values, all or nothing. Raises HandleTaken.

    columns: what else `change_profile` stores.
    moving: ids of the schedules whose hours are meant in the new zone from now on. Trips name a zone of their own and
    stay. Calendars are read again at once: whole days in them are days by the host's clock.
    """
    with transaction.atomic():
        former = User.objects.select_for_update().get(pk=host.pk).time_zone
        change_profile(host, time_zone=time_zone, **columns)
        if time_zone != former:
            Schedule.objects.filter(host=host, pk__in=moving).update(time_zone=time_zone)
            Calendar.objects.filter(account__host=host).update(next_read_at=timezone.now())
