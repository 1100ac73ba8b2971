"""Changing what guests see of a host."""

from django.db import IntegrityError, transaction

from timetuna.accounts.models import FormerHandle, User
from timetuna.accounts.queries import handle_is_free


class HandleTaken(Exception):  # noqa: N818 - it is what happened
    """Somebody else has this public address, or had it once. `str()` is a sentence."""


def change_profile(user: User, *, name: str, handle: str, time_zone: str) -> None:
    """Store cleaned values. The handle that is given up stays reserved for this host. Raises HandleTaken."""
    try:
        with transaction.atomic():
            stored = User.objects.select_for_update().get(pk=user.pk)
            if handle != stored.handle:
                _take_handle(stored, handle)
            stored.name, stored.time_zone = name, time_zone
            stored.save(update_fields=["name", "handle", "time_zone"])
    except IntegrityError:
        raise HandleTaken("This public address is taken. Please choose another one.") from None
    user.name, user.handle, user.time_zone = name, handle, time_zone


def _take_handle(user: User, handle: str) -> None:
    if not handle_is_free(handle, user=user):
        raise HandleTaken("This public address is taken. Please choose another one.")
    FormerHandle.objects.filter(handle=handle, user=user).delete()
    FormerHandle.objects.create(handle=user.handle, user=user)
    user.handle = handle
