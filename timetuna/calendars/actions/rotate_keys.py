"""Seal stored tokens anew with the newest key, so that an old key can be taken out of the settings."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from timetuna.calendars.access_tokens import TOKEN_COLUMNS, authorization_context, token_context
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.encryption import box


def rotate_keys() -> int:
    """Seal every connection and authorization again; return how many rows. The server may keep running.

    Each row is locked only while it is written, so that tokens renewed meanwhile are not put back. Raises
    SecretBoxError when a row's key is no longer among the settings; rows before it stay rotated.
    """
    accounts = _rotate(CalendarAccount, TOKEN_COLUMNS, token_context)
    return accounts + _rotate(Authorization, ("code_verifier", "grant"), authorization_context)


def _rotate(model: Any, columns: tuple[str, ...], context: Callable[[str, Any], str]) -> int:
    ids = list(model.objects.values_list("pk", flat=True).order_by("pk"))
    return sum(_rotate_row(model.objects.filter(pk=pk), columns, context) for pk in ids)


@transaction.atomic
def _rotate_row(rows: Any, columns: tuple[str, ...], context: Callable[[str, Any], str]) -> bool:
    row = rows.select_for_update().first()
    if row is None:
        return False
    secrets = {column: getattr(row, column) for column in columns if getattr(row, column)}
    sealed = {column: box().rotate(one, context=context(column, row)) for column, one in secrets.items()}
    return bool(rows.update(**sealed))
