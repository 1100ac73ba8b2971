"""One decision about hosts' time after the other."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from timetuna.accounts.models import User
from timetuna.bookings.models import BookingHost


def lock_hosts(host_ids: Iterable[int]) -> None:
    """Hold the hosts' rows until the transaction ends, waiting 3 seconds at most for each on PostgreSQL.

    They are taken in the order of their keys, all in one statement: so two decisions about the same hosts, whichever
    pages they come from, never wait for each other. On SQLite the transaction itself, begun IMMEDIATE, is the lock.
    """
    _lock(User.objects.filter(pk__in=list(host_ids)))


def lock_hosts_of(booking_id: int) -> None:
    """Hold the rows of all hosts of a booking in the same way."""
    _lock(User.objects.filter(pk__in=BookingHost.objects.filter(booking=booking_id).values("host")))


def _lock(hosts: QuerySet[User]) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '3s'")
    # NO KEY: rows that merely refer to a host may still be written meanwhile.
    list(hosts.select_for_update(no_key=True).order_by("pk").values_list("pk"))
