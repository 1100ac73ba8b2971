"""One decision about a host's time after the other."""

from django.db import connection

from timetuna.accounts.models import User


def lock_host(host_id: int) -> None:
    """Hold the host's row until the transaction ends, waiting 3 seconds at most on PostgreSQL.

    On SQLite the transaction itself, begun IMMEDIATE, is the lock.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '3s'")
    # NO KEY: rows that merely refer to the host may still be written meanwhile.
    User.objects.select_for_update(no_key=True).filter(pk=host_id).values_list("pk").first()
