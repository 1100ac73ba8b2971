"""Mark connections that only their host can mend, and tell the host once."""

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.jobs.queue import enqueue

_REASON_LENGTH = 300


@transaction.atomic
def ask_to_reconnect(accounts: QuerySet[CalendarAccount], *, reason: str) -> int:
    """Mark those of `accounts` that are not marked yet, with a sentence the host reads; return how many.

    Their calendars cannot be read from then on, and the one mail about the account says so for all of them.

    The query says on which condition a row is marked (its tokens are still the ones that were refused): rows are
    locked before it is looked at again. One mail an episode, and an episode begins with a connection.
    """
    found = list(accounts.filter(needs_reconnect=False).order_by("pk").select_for_update())
    for account in found:
        CalendarAccount.objects.filter(pk=account.pk).update(
            needs_reconnect=True, needs_reconnect_reason=reason[:_REASON_LENGTH]
        )
        now = timezone.now()
        Calendar.objects.filter(account=account).update(
            failing_since=Coalesce("failing_since", now), problem=reason[:_REASON_LENGTH], told_at=now
        )
        enqueue(
            "calendars.reconnect_mail",
            key=f"reconnect-mail:{account.pk}:{account.connected_at.timestamp()}",
            account=account.pk,
        )
    return len(found)
