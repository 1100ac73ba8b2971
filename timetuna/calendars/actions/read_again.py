"""Have calendars read as soon as a worker is free, because their host asks for it."""

from django.db import transaction
from django.utils import timezone

from timetuna.calendars.actions.list_calendars import refresh_list
from timetuna.calendars.models import Calendar, CalendarAccount


def read_again(account_id: int, *, host_id: int, calendar_id: int | None = None) -> bool:
    """Have one calendar of an account read, or its list of calendars and all of them. False when it is not the host's.

    For one that is gone the list is read: it may be there again. Pressing twice is one reading.
    """
    now = timezone.now()
    account = CalendarAccount.objects.filter(pk=account_id, host_id=host_id).first()
    if account is None:
        return False
    rows = Calendar.objects.filter(account=account)
    if calendar_id is not None and rows.filter(pk=calendar_id, listed=True).exists():
        return bool(rows.filter(pk=calendar_id).update(next_read_at=now))
    with transaction.atomic():
        rows.update(next_read_at=now)
        CalendarAccount.objects.filter(pk=account.pk).update(calendars_problem="")
        refresh_list.repeat(
            key=f"list-calendars-again:{account.pk}",
            concurrency=f"account:{account.pk}",
            at=now,
            account_id=account.pk,
        )
    return True
