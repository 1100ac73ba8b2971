"""Seal stored tokens anew with the newest key, so that an old key can be taken out of the settings."""

from django.db import transaction

from timetuna.calendars.access_tokens import TOKEN_COLUMNS, authorization_context, token_context
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.encryption import box


def rotate_keys() -> int:
    """Seal every connection and authorization again; return how many rows. The server may keep running.

    Each row is locked only while it is written, so that tokens renewed meanwhile are not put back. Raises
    SecretBoxError when a row's key is no longer among the settings; rows before it stay rotated.
    """
    accounts = CalendarAccount.objects.values_list("pk", flat=True).order_by("pk")
    waiting = Authorization.objects.values_list("pk", flat=True).order_by("pk")
    return sum(map(_rotate_account, list(accounts))) + sum(map(_rotate_authorization, list(waiting)))


@transaction.atomic
def _rotate_account(pk: int) -> bool:
    row = CalendarAccount.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    sealed = {
        column: box().rotate(getattr(row, column), context=token_context(column, row))
        for column in TOKEN_COLUMNS
        if getattr(row, column)
    }
    return bool(CalendarAccount.objects.filter(pk=pk).update(**sealed))


@transaction.atomic
def _rotate_authorization(pk: int) -> bool:
    row = Authorization.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    sealed = {
        column: box().rotate(getattr(row, column), context=authorization_context(column, row))
        for column in ("code_verifier", "grant")
        if getattr(row, column)
    }
    return bool(Authorization.objects.filter(pk=pk).update(**sealed))
