"""Changing what guests see of a host."""

from django.db import transaction

from timetuna.accounts.actions.take_handle import take_handle
from timetuna.accounts.models import Photo, User


def change_profile(user: User, *, name: str, handle: str, time_zone: str, **more: str) -> None:
    """Store cleaned values. The handle that is given up stays reserved for this host. Raises HandleTaken.

    more: role, language and contact; what is not among them is empty from then on.
    """
    columns = {"role": "", "language": "", "contact": "", "name": name, "time_zone": time_zone} | more
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        if handle != stored.handle:
            take_handle(stored, handle)
        for column, value in columns.items():
            setattr(stored, column, value)
        stored.save(update_fields=["handle", *columns])
    for column, value in columns.items():
        setattr(user, column, value)
    user.handle = handle


def change_photo(user: User, photo: bytes, *, version: str) -> None:
    """Store a JPEG of bounded size; b"", whose version is "", takes the one there is away."""
    with transaction.atomic():
        Photo.objects.filter(user=user).delete()
        if photo:
            Photo.objects.create(user=user, image=photo)
        User.objects.filter(pk=user.pk).update(photo_version=version)
    user.photo_version = version
