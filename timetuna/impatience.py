"""Transactions that would rather give up than wait for a lock."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def impatient(milliseconds: int) -> Iterator[None]:
    """Open a transaction that waits so long for a lock, and raises OperationalError when that is not enough."""
    if connection.vendor == "sqlite":  # it waits for its lock when the transaction begins
        _execute(f"PRAGMA busy_timeout = {milliseconds}")
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                _execute(
                    f"SET LOCAL lock_timeout = {milliseconds}; SET LOCAL statement_timeout = {milliseconds}"
                )
            yield
    finally:
        if connection.vendor == "sqlite":
            usual = connection.settings_dict["OPTIONS"].get("timeout", 5)
            _execute(f"PRAGMA busy_timeout = {int(usual * 1000)}")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
