"""Ask an account which calendars it has, and keep one row for each."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from timetuna.calendars.access_tokens import order_after, token_at_hand, use
from timetuna.calendars.models import EVERY, LONGEST_ID, Calendar, CalendarAccount
from timetuna.calendars.queries import directory, listing
from timetuna.jobs.models import Job
from timetuna.jobs.queue import job
from timetuna.lib.text import single_line, spoken
from timetuna.providers.base import OutsideCalendar
from timetuna.providers.errors import NeedsReconnect, ProviderError

log = logging.getLogger("timetuna.calendars")
SECONDS = 2.5
"""So long whoever connects an account waits for the list of its calendars."""
_DAY, _SOON, _APART = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


def list_calendars(account_id: int) -> None:
    """Bring the rows of an account's calendars up to date; what the host has set for them stays.

    New ones block time where the account itself shows them. One the account does not have any more is kept, and
    known by `listed`: it may be what a page waits for. Not to be called inside a transaction.
    Raises ProviderError and NeedsReconnect, after the account's row says so.
    """
    account = CalendarAccount.objects.filter(pk=account_id).first()
    if account is None:
        return
    try:
        found = _ask(account)
        _refuse_unkept(found)
    except (ProviderError, NeedsReconnect) as error:
        log.warning("%s connection %s: calendars not listed: %s", account.provider, account_id, error.code)
        CalendarAccount.objects.filter(pk=account_id).update(calendars_problem=str(error)[:300])
        raise
    _store(account_id, found, now=timezone.now())


@job("calendars.list")
def refresh_list(account_id: int) -> None:
    """List them as the worker does. Raises Retry or GiveUp with a sentence."""
    try:
        list_calendars(account_id)
    except (NeedsReconnect, ProviderError) as error:
        raise order_after(error) from error


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
        name = (spoken("Every calendar of %(called)s") % {"called": account.called})[:300]
        Calendar.objects.update_or_create(account=account, outside_id=EVERY, defaults={"name": name})
    if directory(account.provider) is not None:
        refresh_list.enqueue(key=_first_look(account), account_id=account.pk)


def _spare_first_look(account: CalendarAccount) -> None:
    """Drop the look that was enqueued when the account was connected, because it has just been taken."""
    Job.objects.filter(key=_first_look(account), state=Job.State.WAITING).delete()


def _first_look(account: CalendarAccount) -> str:
    return f"list-calendars:{account.pk}:{account.connected_at.timestamp()}"


def list_soon(account: CalendarAccount, *, seconds: float = SECONDS) -> None:
    """Do it for an account that was just connected, if it answers in time. Else the look that is enqueued does it.

    Nothing that goes wrong is said here: it is no trouble yet.
    """
    provider = directory(account.provider)
    if provider is None:
        return
    answers: SimpleQueue[tuple[OutsideCalendar, ...] | None] = SimpleQueue()

    def ask(token: str) -> None:
        # No database in here: whoever waits goes on without this thread.
        found = None
        try:
            found = provider.calendars(credential=token)
        except (ProviderError, NeedsReconnect) as error:
            log.info(
                "%s connection %s: calendars not listed at once: %s", account.provider, account.pk, error.code
            )
        finally:
            answers.put(found)

    with suppress(Empty, ProviderError, OperationalError):
        token = token_at_hand(account)
        if token is None:
            return
        Thread(target=ask, args=[token], name=f"list-{account.pk}", daemon=True).start()
        found = answers.get(timeout=seconds)
        if found is not None:
            _refuse_unkept(found)
            _store(account.pk, found, now=timezone.now())
            _spare_first_look(account)


def _ask(account: CalendarAccount) -> tuple[OutsideCalendar, ...]:
    provider = directory(account.provider)
    if provider is None:
        raise ProviderError(
            spoken("Its provider is not set up on this server; whoever runs it can add it to the settings."),
            code="not-set-up",
            operator=True,
        )
    return use(account.pk, lambda credential: provider.calendars(credential=credential))


def _refuse_unkept(found: Iterable[OutsideCalendar]) -> None:
    """Refuse a list of which a part cannot be kept: without that part it would say too little."""
    if any(len(one.id) > LONGEST_ID for one in found):
        raise ProviderError(
            spoken("One of its calendars has an address that is too long to be kept."),
            code="too-long",
            permanent=True,
        )


@job("calendars.list_all", every=timedelta(hours=1))
def enqueue_lists() -> None:
    """Have accounts listed again that were listed more than a day ago, or never; one row of work for each, for ever."""
    now = timezone.now()
    old = Q(calendars_read_at__isnull=True, connected_at__lt=now - _SOON) | Q(
        calendars_read_at__lt=now - _DAY
    )
    alive = CalendarAccount.objects.filter(old, needs_reconnect=False).values_list("pk", "provider")
    listed = [pk for pk, provider in alive if directory(provider) is not None]
    for number, pk in enumerate(listed):
        refresh_list.repeat(
            key=f"list-calendars-daily:{pk}",
            concurrency=f"account:{pk}",
            at=now + number * _APART,
            account_id=pk,
        )


def _store(account_id: int, found: Iterable[OutsideCalendar], *, now: datetime) -> None:
    with transaction.atomic():
        # Locked, so that two looks at once write one after the other; gone means disconnected meanwhile.
        account = CalendarAccount.objects.select_for_update(no_key=True).filter(pk=account_id).first()
        if account is None:
            return
        known = {row.outside_id: row for row in account.calendars.all()}
        told = {one.id: one for one in found}
        for one in told.values():
            _write(account, one, known.get(one.id), now)
        _let_go(account, known.get(EVERY))
        account.calendars.exclude(outside_id__in=told.keys()).update(listed=False)
        CalendarAccount.objects.filter(pk=account_id).update(calendars_read_at=now, calendars_problem="")


def _let_go(account: CalendarAccount, every: Calendar | None) -> None:
    """Take away what stood for all of them. Whoever was told of it is told of the end once the calendars are read."""
    if every is not None:
        account.calendars.filter(blocks=True, read_at=None).update(told_at=every.told_at)
        account.calendars.filter(pk=every.pk).delete()


def _write(account: CalendarAccount, one: OutsideCalendar, row: Calendar | None, now: datetime) -> None:
    values = {
        "name": single_line(one.name, max_length=300) or "Calendar",
        "color": one.color[:7],
        "is_primary": one.primary,
        "writable": one.writable,
        "meeting_types": " ".join(sorted(one.meeting_types)),
        "listed": True,
    }
    if row is None:
        Calendar.objects.create(account=account, outside_id=one.id, blocks=one.selected, **values)
        return
    if not row.listed:
        values["next_read_at"] = now
    if any(getattr(row, name) != value for name, value in values.items()):
        Calendar.objects.filter(pk=row.pk).update(**values)
