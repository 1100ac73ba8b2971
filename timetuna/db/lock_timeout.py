"""Transactions that would rather give up than wait for a lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

_NOT_LIBPQ = {"context", "cursor_factory", "prepare_threshold"}
_LIMITS = ("lock_timeout", "statement_timeout")


@contextmanager
def lock_timeout(milliseconds: int) -> Iterator[None]:
    """Open a transaction that waits so long for a lock, and raises OperationalError when that is not enough.

    Within another transaction that one waits again as long as it did before.
    """
    if connection.vendor == "sqlite":  # it waits for its lock when the transaction begins
        _execute(f"PRAGMA busy_timeout = {milliseconds}")
    within = connection.in_atomic_block
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                before = _limits() if within else {}
                _limit(dict.fromkeys(_LIMITS, f"{milliseconds}ms"))
                yield
                _limit(before)  # what failed is rolled back together with its limits
            else:
                yield
    finally:
        if connection.vendor == "sqlite":
            usual = connection.settings_dict["OPTIONS"].get("timeout", 5)
            _execute(f"PRAGMA busy_timeout = {int(usual * 1000)}")


def _limits() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in _LIMITS))
        return dict(zip(_LIMITS, cursor.fetchone(), strict=True))


def _limit(values: dict[str, str]) -> None:
    """Set limits until the transaction is over."""
    if values:
        _execute("; ".join(f"SET LOCAL {name} = '{value}'" for name, value in values.items()))


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def libpq_parameters() -> dict[str, Any]:
    """What Django connects with, certificates and all, without what only Django understands."""
    parameters = connection.get_connection_params()
    return {name: value for name, value in parameters.items() if name not in _NOT_LIBPQ}
