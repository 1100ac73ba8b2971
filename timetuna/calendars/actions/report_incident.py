"""Writes down that a calendar cannot be read, and tells its host: once an episode, and once that it is over.

An episode is an account's: ten calendars that fail for one reason are one mail. It is told at once when nothing but
the host can end it (the provider says that asking again will not help), and after half an hour of tries otherwise. A
connection that is dead has a mail of its own (ask_to_reconnect.py), which names its calendars.
"""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from timetuna.calendars.actions.claim_refresh import RefreshClaim
from timetuna.calendars.emails import mended_mail, trouble_mail
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.jobs.queue import MAIL, GiveUp, job
from timetuna.mail import deliver
from timetuna.providers.errors import NeedsReconnect, ProviderError

PATIENCE, TRIES = timedelta(minutes=30), 3
_FIRST_PAUSE, _LONGEST_PAUSE, _HOPELESS = timedelta(minutes=1), timedelta(minutes=30), timedelta(minutes=30)
_FURTHEST = timedelta(days=1)


def note_failure(turn: RefreshClaim, error: ProviderError | NeedsReconnect) -> None:
    """End a turn that failed: what is known stays, the pause grows, and the host is told when it is time."""
    row, now = turn.calendar, timezone.now()
    permanent = isinstance(error, NeedsReconnect) or error.permanent
    failures, since = row.failures + 1, row.failing_since or turn.begun
    wished = None if isinstance(error, NeedsReconnect) else error.retry_after
    again = max(now + _pause(failures, permanent=permanent), min(wished or now, now + _FURTHEST))
    columns = {
        "failing_since": since,
        "failures": failures,
        "problem": str(error)[:300],
        "problem_code": error.code[:60],
        "next_read_at": again,
    }
    with transaction.atomic():
        if not turn.give_back(**columns) or isinstance(error, NeedsReconnect):
            return
        if permanent or (failures >= TRIES and now - since >= PATIENCE):
            _tell(row, code=error.code[:60], since=since, now=now)


def mended(account: CalendarAccount) -> None:
    """Have the host told that the account's calendars can be read again, once all are that they were told of."""
    over = episode_over(account.pk)
    if over:
        key = f"calendars-mended:{account.pk}:{last_told(over).timestamp()}"
        send_mended_mail.enqueue(key=key, account_id=account.pk)


@job("calendars.trouble_mail", lane=MAIL)
def send_trouble_mail(account_id: int) -> None:
    """Tell a host that calendars cannot be read, unless they can meanwhile."""
    rows = CalendarAccount.objects.select_related("host")
    account = rows.filter(pk=account_id, needs_reconnect=False).first()
    episode = open_episode(account_id)
    if account is not None and episode is not None:
        deliver(trouble_mail(account, episode=episode))


@job("calendars.mended_mail", lane=MAIL)
def send_mended_mail(account_id: int) -> None:
    """Tell a host that what they were told of is over, unless it began again."""
    account = CalendarAccount.objects.select_related("host").filter(pk=account_id).first()
    over = episode_over(account_id)
    if account is None or not over:
        return
    try:
        deliver(mended_mail(account, [one.name for one in over], episode=last_told(over)))
    except GiveUp:  # an address that takes no mail must not hide the next trouble
        settle(over)
        raise
    settle(over)


def open_episode(account_id: int) -> datetime | None:
    """When the host was told of what fails in the account now; None where nothing of that is left."""
    failing = Calendar.objects.filter(account=account_id, failing_since__isnull=False)
    return failing.filter(told_at__isnull=False).order_by("told_at").values_list("told_at", flat=True).first()


def episode_over(account_id: int) -> list[Calendar]:
    """Empty as long as any of them fails."""
    told = list(Calendar.objects.filter(account=account_id, told_at__isnull=False).defer("busy"))
    return [] if any(row.failing_since for row in told) else told


def last_told(rows: Iterable[Calendar]) -> datetime:
    return max([told for row in rows if (told := row.told_at)])


def settle(rows: Iterable[Calendar]) -> None:
    """Note that the host knows of the end, but for those that fail again."""
    over = Calendar.objects.filter(pk__in=[row.pk for row in rows], failing_since__isnull=True)
    over.update(told_at=None)


def _tell(row: Calendar, *, code: str, since: datetime, now: datetime) -> None:
    """Mark it as told and enqueue the mail, or only mark it where a mail about the same of this account is out."""
    if not Calendar.objects.filter(pk=row.pk, told_at__isnull=True).update(told_at=now):
        return
    others = Calendar.objects.filter(account=row.account_id, told_at__isnull=False, problem_code=code)
    if not others.exclude(pk=row.pk).exists():
        key = f"calendars-trouble:{row.pk}:{since.timestamp()}"
        send_trouble_mail.enqueue(key=key, account_id=row.account_id)


def _pause(failures: int, *, permanent: bool) -> timedelta:
    if permanent:
        return _HOPELESS
    spread = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing
    grown: timedelta = _FIRST_PAUSE * 2 ** min(failures - 1, 10)
    return min(grown, _LONGEST_PAUSE) * spread
