"""Storing a new host."""

import secrets
from collections.abc import Iterator

from django.db import IntegrityError, transaction

from timetuna.accounts.actions.take_handle import lock_handle
from timetuna.accounts.handles import clean_handle, handle_for
from timetuna.accounts.models import User
from timetuna.accounts.queries import handle_is_free

_NUMBERED, _RANDOM = 9, 8


class EmailTaken(Exception):  # noqa: N818 - it is what happened
    """Somebody else has stored a host with this address in the meantime."""


def store_host(user: User) -> None:
    """Store a new host, with a handle made from the name when there is none. Raises EmailTaken.

    In a transaction of the caller's, until whose end nobody else can take the same handle.
    """
    wanted = [user.handle] if user.handle else _candidates(user.name)
    for handle in wanted:
        lock_handle(handle)
        if not handle_is_free(handle):
            continue
        user.handle = handle
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError:  # somebody was faster: with the address, or with the handle
            if User.objects.filter(email=user.email).exists():
                raise EmailTaken from None
        else:
            return
    raise ValueError("This public address is taken. Choose another one.")


def _candidates(name: str) -> Iterator[str]:
    base = handle_for(name)
    numbered = [base, *(f"{base}-{number}" for number in range(2, _NUMBERED + 1))] if base else []
    drawn = [f"{base or 'host'}-{secrets.token_hex(3)}" for _ in range(_RANDOM)]
    for handle in [*numbered, *drawn]:
        try:
            yield clean_handle(handle)
        except ValueError:
            continue
