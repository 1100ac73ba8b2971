"""Mark connections that only their host can mend, and tell the host once."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from timetuna.calendars.emails import send_reconnect_mail
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.queries import listing
from timetuna.jobs.models import Job

_REASON_LENGTH = 300
_TOLD_BY_BOOKING = timedelta(seconds=30)
"""So long the mail about a connection that makes meetings waits for the booking at which its end was found."""


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
        wait = timedelta() if _has_calendars(account) else _TOLD_BY_BOOKING
        send_reconnect_mail.enqueue(key=_mail_key(account), at=now + wait, account_id=account.pk)
    return len(found)


def spare_reconnect_mail(host_id: int, *, provider: str, said: str) -> None:
    """Drop the mail that waits to say it, because the host reads the reason in another of the caller's transaction.

    For what only makes meetings: the mail of a booking without its link says all of it. Calendars take time on every
    page, so theirs goes in any case.
    """
    rows = CalendarAccount.objects.filter(host_id=host_id, provider=provider, needs_reconnect=True)
    told = [account for account in rows if account.needs_reconnect_reason in said]
    keys = [_mail_key(account) for account in told if not _has_calendars(account)]
    Job.objects.filter(key__in=keys, state=Job.State.WAITING).delete()


def _mail_key(account: CalendarAccount) -> str:
    return f"reconnect-mail:{account.pk}:{account.connected_at.timestamp()}"


def _has_calendars(account: CalendarAccount) -> bool:
    found = listing(account.provider)
    return found is not None and found.has_calendars
