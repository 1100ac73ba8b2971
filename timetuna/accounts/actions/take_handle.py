"""Giving a person or a team a public address: nobody else has it, ever had it, or takes it at the same moment."""

from django.db import connection
from django.utils.translation import gettext

from timetuna.accounts.models import FormerHandle, Team, User
from timetuna.accounts.queries import handle_is_free, handles_given_up_by

_LOCKS = 7_340_117
"""The class of our advisory locks on PostgreSQL."""


class HandleTaken(Exception):  # noqa: N818 - it is what happened
    """Somebody else has this public address, or had it once. `str()` is a sentence."""

    def __init__(self) -> None:
        super().__init__(gettext("This public address is taken. Choose another one."))


def lock_handle(handle: str) -> None:
    """Let nobody else take it until the transaction ends: three tables hold handles, so no constraint can say so.

    On SQLite the transaction itself, begun IMMEDIATE, is the lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCKS, handle])


def take_handle(owner: User | Team, handle: str) -> None:
    """Give them another one; the one they had stays reserved for them. They are saved by the caller, in a transaction.

    Raises HandleTaken.
    """
    lock_handle(handle)
    if not handle_is_free(handle, owner=owner):
        raise HandleTaken
    mine = handles_given_up_by(owner)
    mine.filter(handle=handle).delete()
    FormerHandle.objects.create(handle=owner.handle, **{"team" if isinstance(owner, Team) else "user": owner})
    owner.handle = handle
