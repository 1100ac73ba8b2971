"""Changing what guests see of a host."""

from django.db import transaction

from timetuna.accounts.actions.take_handle import take_handle
from timetuna.accounts.models import Photo, User


def change_profile(
    user: User, *, name: str, handle: str, time_zone: str, role: str = "", language: str = ""
) -> None:
    """Store cleaned values. The handle that is given up stays reserved for this host. Raises HandleTaken."""
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        if handle != stored.handle:
            take_handle(stored, handle)
        stored.name, stored.time_zone, stored.role, stored.language = name, time_zone, role, language
        stored.save(update_fields=["name", "handle", "time_zone", "role", "language"])
    user.name, user.handle, user.time_zone = name, handle, time_zone
    user.role, user.language = role, language


def change_photo(user: User, photo: bytes, *, version: str) -> None:
    """Store a JPEG of bounded size; b"", whose version is "", takes the one there is away."""
    with transaction.atomic():
        Photo.objects.filter(user=user).delete()
        if photo:
            Photo.objects.create(user=user, image=photo)
        User.objects.filter(pk=user.pk).update(photo_version=version)
    user.photo_version = version
