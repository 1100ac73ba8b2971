"""Saves the settings' tab Profile."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from timetuna.accounts.actions.change_profile import change_profile
from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar
from timetuna.pages.models import Schedule


def save_profile(
    host: User, *, name: str, handle: str, time_zone: str, role: str = "", moving: Collection[int] = ()
) -> None:
    """Store cleaned values, all or nothing. Raises HandleTaken.

    moving: ids of the schedules whose hours are meant in the new zone from now on. Trips name a zone of their own and
    stay. Calendars are read again at once: whole days in them are days by the host's clock.
    """
    with transaction.atomic():
        former = User.objects.select_for_update().get(pk=host.pk).time_zone
        change_profile(host, name=name, handle=handle, time_zone=time_zone, role=role)
        if time_zone != former:
            Schedule.objects.filter(host=host, pk__in=moving).update(time_zone=time_zone)
            Calendar.objects.filter(account__host=host).update(next_read_at=timezone.now())
