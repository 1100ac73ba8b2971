"""Changing what guests see of a host."""

from django.db import transaction

from timetuna.accounts.actions.take_handle import take_handle
from timetuna.accounts.models import User


def change_profile(user: User, *, name: str, handle: str, time_zone: str) -> None:
    """Store cleaned values. The handle that is given up stays reserved for this host. Raises HandleTaken."""
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        if handle != stored.handle:
            take_handle(stored, handle)
        stored.name, stored.time_zone = name, time_zone
        stored.save(update_fields=["name", "handle", "time_zone"])
    user.name, user.handle, user.time_zone = name, handle, time_zone
