"""Have the calendars of an account that was just connected listed and read at once."""

from datetime import datetime

from timetuna.calendars.models import EVERY, Calendar, CalendarAccount
from timetuna.calendars.provider_catalogue import directory, listing
from timetuna.jobs.models import Job
from timetuna.jobs.queue import enqueue


def begin_anew(account: CalendarAccount, *, now: datetime) -> None:
    """Forget what was wrong with its calendars, keep their switches, and enqueue the look, in the caller's transaction.

    Nobody is told that it is mended: whoever connects an account knows. Of an account that was never listed nothing is
    known, so a row that stands for all its calendars blocks until it is.
    """
    Calendar.objects.filter(account=account).update(
        next_read_at=now, failing_since=None, failures=0, problem="", problem_code="", told_at=None
    )
    found = listing(account.provider)
    if found is not None and found.has_calendars and account.calendars_read_at is None:
        name = f"Every calendar of {account.email or account.display_name}"[:300]
        Calendar.objects.update_or_create(account=account, outside_id=EVERY, defaults={"name": name})
    if directory(account.provider) is not None:
        enqueue("calendars.list", key=_first_look(account), account=account.pk)


def spare_first_look(account: CalendarAccount) -> None:
    """Drop the look that was enqueued when the account was connected, because it has just been taken."""
    Job.objects.filter(key=_first_look(account), state=Job.State.WAITING).delete()


def _first_look(account: CalendarAccount) -> str:
    return f"list-calendars:{account.pk}:{account.connected_at.timestamp()}"
