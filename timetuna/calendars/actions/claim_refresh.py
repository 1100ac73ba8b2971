"""Whose turn it is to be read: one process at a time for a calendar, and no host at the cost of others."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from timetuna.calendars.models import Calendar

LEASE = timedelta(seconds=180)
"""Longer than a reading with all its calls may take."""
OF_ACCOUNT, OF_HOST = 2, 4
"""How many calendars are read at once: a slow server keeps its own host waiting and nobody else."""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class RefreshClaim:
    """The right to read a calendar and to write down what came of it. begun: when. until: how long it lasts."""

    calendar: Calendar
    begun: datetime
    until: datetime

    def rows(self) -> QuerySet[Calendar]:
        return Calendar.objects.filter(pk=self.calendar.pk, read_lease_until=self.until)

    def give_back(self, **columns: object) -> bool:
        """Write something down and end the turn; False where it had ended already, and nothing was written."""
        return bool(self.rows().update(**columns, read_lease_until=None))


def claim_next() -> RefreshClaim | None:
    """Take the calendar that has been due longest, of those whose host and account do not use up their share."""
    for row in due(now=timezone.now())[:_TRIES]:
        turn = claim(row)
        if turn is not None:
            return turn
    return None


def due(*, now: datetime) -> QuerySet[Calendar]:
    """The longest due first. Accounts that need their host are left alone."""
    busy = Calendar.objects.filter(read_lease_until__gt=now).values_list("account_id", "account__host_id")
    accounts, hosts = (Counter(column) for column in (zip(*busy, strict=True) if busy else ((), ())))
    waiting = Calendar.objects.filter(_free(now), next_read_at__lte=now, account__needs_reconnect=False)
    return (
        waiting.exclude(account__in=[one for one, count in accounts.items() if count >= OF_ACCOUNT])
        .exclude(account__host__in=[one for one, count in hosts.items() if count >= OF_HOST])
        .select_related("account__host")
        .defer("busy")
        .order_by("next_read_at", "id")
    )


def claim(row: Calendar) -> RefreshClaim | None:
    """Take a calendar's turn by one conditional UPDATE, or None when another process has it."""
    now = timezone.now()
    until = now + LEASE
    free = Calendar.objects.filter(_free(now), pk=row.pk)
    if not free.update(read_lease_until=until, tried_at=now):
        return None
    row.tried_at, row.read_lease_until = now, until
    return RefreshClaim(row, now, until)


def _free(now: datetime) -> Q:
    return Q(read_lease_until__isnull=True) | Q(read_lease_until__lte=now)
