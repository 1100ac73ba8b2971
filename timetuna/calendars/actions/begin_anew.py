"""Have the calendars of an account that was just connected listed and read at once."""

from datetime import datetime

from timetuna.calendars.connections import directory
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.jobs.queue import enqueue


def begin_anew(account: CalendarAccount, *, now: datetime) -> None:
    """Forget what was wrong with its calendars, keep their switches, and enqueue the look, in the caller's transaction.

    Nobody is told that it is mended: whoever connects an account knows.
    """
    Calendar.objects.filter(account=account).update(
        next_read_at=now, failing_since=None, failures=0, problem="", problem_code="", told_at=None
    )
    if directory(account.provider) is not None:
        key = f"list-calendars:{account.pk}:{account.connected_at.timestamp()}"
        enqueue("calendars.list", key=key, account=account.pk)
