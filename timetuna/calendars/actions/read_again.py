"""Have calendars read as soon as a worker is free, because their host asks for it."""

from django.db import transaction
from django.utils import timezone

from timetuna.calendars.actions.list_calendars import refresh_list
from timetuna.calendars.models import Calendar, CalendarAccount


def read_again(account: CalendarAccount, calendar: Calendar | None = None) -> None:
    """Have one calendar of an account read, or its list of calendars and all of them.

    For one that is gone the list is read: it may be there again. Pressing twice is one reading.
    """
    now = timezone.now()
    rows = Calendar.objects.filter(account=account)
    if calendar is not None and rows.filter(pk=calendar.pk, listed=True).update(next_read_at=now):
        return
    with transaction.atomic():
        rows.update(next_read_at=now)
        CalendarAccount.objects.filter(pk=account.pk).update(calendars_problem="")
        refresh_list.repeat(
            key=f"list-calendars-again:{account.pk}",
            concurrency=f"account:{account.pk}",
            at=now,
            account_id=account.pk,
        )
