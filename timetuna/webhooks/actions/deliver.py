"""An event is sent to a webhook, again and again for three days, until it is taken."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from timetuna.bookings.models import Booking
from timetuna.jobs.calls import outside
from timetuna.jobs.models import Job
from timetuna.jobs.queue import CALLS, Retry, done_beside, enqueue, job, put_off_beside, repeat, retry_now
from timetuna.lib.crypto import SecretBoxError
from timetuna.lib.http import KeptConnection
from timetuna.webhooks.emails import DISABLED, tell_owner
from timetuna.webhooks.models import DeliveryAttempt, EventDelivery, WebhookEndpoint
from timetuna.webhooks.permissions import is_live, readable_among
from timetuna.webhooks.sending import CallOutcome, send
from timetuna.webhooks.signing import signing_keys

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PAUSES = (
    5 * _SECOND,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
"""After each attempt that failed, the first among them; after the last pause comes the last attempt."""
DISABLED_AFTER = timedelta(days=5)
"""Of nothing but failures."""
SLOW_MILLISECONDS = 10_000
_MOST_IN_A_ROW, _LONGEST_ROW_SECONDS = 30, 3.0
"""Sent over one connection; then somebody else comes first."""
_SHORTEST_REST, _LONGEST_REST = timedelta(minutes=1), timedelta(minutes=15)
State = EventDelivery.State


def enqueue_deliveries(rows: Sequence[EventDelivery]) -> None:
    """In the caller's transaction; the calls of one webhook are made one after the other."""
    enqueue(*(_job_of(row, at=None) for row in rows))


def job_key(delivery_id: int) -> str:
    return f"webhooks.deliver:{delivery_id}"


def _job_of(delivery: EventDelivery, *, at: datetime | None) -> Job:
    return deliver.row(
        key=job_key(delivery.pk),
        concurrency=f"webhook:{delivery.webhook_id}",
        at=at,
        delivery_id=delivery.pk,
    )


@dataclass(frozen=True, slots=True)
class CallMade:
    """One call that was made. at: when it began."""

    delivery: EventDelivery
    outcome: CallOutcome
    at: datetime


@job("webhooks.deliver", lane=CALLS)
def deliver(delivery_id: int) -> None:
    """Make one attempt, and send along what else waits for the same program. Raises Retry while there is more to come.

    While this runs no other job of the webhook does (`Job.concurrency`): what is sent along is nobody else's.
    """
    delivery = _waiting().filter(pk=delivery_id).first()
    if delivery is None:
        return
    hook, now = delivery.webhook, timezone.now()
    is_new = delivery.attempts == 0 and delivery.event.booking_id is not None
    if is_new and hook.rests_until is not None and now < hook.rests_until:
        at = hook.rests_until + _jitter(_MINUTE / 2)
        _put_off({row.pk: at for row in [delivery, *_beside(delivery, now)]})
        raise Retry("The webhook rests.", at=at)
    again = _send_in_a_row([delivery, *_beside(delivery, now)] if hook.failing_since is None else [delivery])
    if delivery_id in again:
        raise Retry("The webhook did not take it.", at=again[delivery_id])


def replay(delivery: EventDelivery, *, now: datetime) -> None:
    """Send it at once, with all attempts before it, under the same id, however the webhook does."""
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=delivery.webhook_id).update(rests_until=None)
        EventDelivery.objects.filter(pk=delivery.pk).update(state=State.WAITING, attempts=0, next_at=now)
        if not retry_now(Job.objects.filter(key=job_key(delivery.pk))):
            repeat(_job_of(delivery, at=now))


def _waiting() -> QuerySet[EventDelivery]:
    """Read anew: whoever replays or disables it meanwhile is right."""
    rows = EventDelivery.objects.select_related("webhook__owner", "event__booking")
    return rows.filter(state=State.WAITING)


def _beside(delivery: EventDelivery, now: datetime) -> list[EventDelivery]:
    """What is due at the same webhook, and was not tried yet."""
    rows = _waiting().filter(webhook=delivery.webhook_id, attempts=0, next_at__lte=now)
    return list(rows.exclude(pk=delivery.pk).order_by("pk")[:_MOST_IN_A_ROW])


def _send_in_a_row(rows: Sequence[EventDelivery]) -> dict[int, datetime]:
    """Until one is not taken, or it takes too long; return when to try again what is to be tried again."""
    hook, now = rows[0].webhook, timezone.now()
    told = readable_among(hook, [row.event for row in rows])
    tried: list[CallMade] = []
    untold: list[int] = []
    with outside(), KeptConnection() as line:
        began = time.monotonic()
        for row in rows:
            is_test = row.event.booking_id is None
            if row.event_id not in told or not (is_test or is_live(hook, now)):
                untold.append(row.pk)
                continue
            tried.append(_attempt(row, hook, line))
            if not tried[-1].outcome.delivered or time.monotonic() - began > _LONGEST_ROW_SECONDS:
                break
    again = _note(hook, tried, untold)
    over = {*untold, *(one.delivery.pk for one in tried)} - again.keys()
    done_beside([job_key(pk) for pk in sorted(over - {rows[0].pk})])
    return again


def _attempt(delivery: EventDelivery, hook: WebhookEndpoint, line: KeptConnection) -> CallMade:
    now = timezone.now()
    try:
        outcome = send(hook, delivery.event, keys=signing_keys(hook, now=now), line=line)
    except SecretBoxError:
        outcome = CallOutcome(0, problem="secret")
    return CallMade(delivery, outcome, now)


def _put_off(when: Mapping[int, datetime]) -> None:
    """What waits, and the jobs that would send it."""
    for at in set(when.values()):
        pks = [pk for pk, then in when.items() if then == at]
        EventDelivery.objects.filter(pk__in=pks, state=State.WAITING).update(next_at=at)
        put_off_beside([job_key(pk) for pk in pks], at=at)


def _note(hook: WebhookEndpoint, tried: Sequence[CallMade], untold: Sequence[int]) -> dict[int, datetime]:
    """Write down how it went; return when to try again what was not taken and is to be tried again."""
    with transaction.atomic():
        erased = _erased(tried)
        DeliveryAttempt.objects.bulk_create(
            DeliveryAttempt(
                delivery=one.delivery,
                at=one.at,
                milliseconds=one.outcome.milliseconds,
                status=one.outcome.status,
                problem=one.outcome.problem,
                answer="" if one.delivery.event.booking_id in erased else one.outcome.answer,
            )
            for one in tried
        )
        taken = [one.delivery.pk for one in tried if one.outcome.delivered]
        _settle(taken, State.DELIVERED, attempts=F("attempts") + 1)
        _settle(untold, State.FAILED)
        if taken:
            _works(hook)
        again = {
            one.delivery.pk: at
            for one in tried
            if not one.outcome.delivered and (at := _not_taken(hook, one)) is not None
        }
        _put_off(again)
    return again


def _erased(tried: Sequence[CallMade]) -> set[int]:
    """Bookings whose guest was erased, maybe while the call was under way: the answer may repeat who that was."""
    asked = {one.delivery.event.booking_id or 0 for one in tried if one.outcome.answer} - {0}
    if not asked:
        return set()
    return set(Booking.objects.filter(pk__in=asked).exclude(erased_at=None).values_list("pk", flat=True))


def _settle(pks: Sequence[int], state: EventDelivery.State, **more: object) -> None:
    if pks:
        EventDelivery.objects.filter(pk__in=pks).update(state=state, next_at=None, **more)


def _not_taken(hook: WebhookEndpoint, attempt: CallMade) -> datetime | None:
    """When to try again; None where there is nothing more to try."""
    delivery, ended = attempt.delivery, timezone.now()
    attempts = delivery.attempts + 1
    is_test = delivery.event.booking_id is None  # which says nothing of how it goes, and is not repeated
    rests = None if is_test else _failed(hook, attempt.outcome, ended)
    if is_test or rests is None or attempts > len(PAUSES):
        _settle([delivery.pk], State.FAILED, attempts=attempts)
        return None
    EventDelivery.objects.filter(pk=delivery.pk).update(attempts=attempts)
    pause = PAUSES[attempts - 1]
    at = ended + pause + _jitter(pause / 10)
    return max(filter(None, (at, attempt.outcome.ask_again, rests)))


def _jitter(most: timedelta) -> timedelta:
    return random.random() * most  # noqa: S311 - spreads load, guards nothing


def _works(hook: WebhookEndpoint) -> None:
    if hook.failing_since is not None or hook.rests_until is not None:
        rows = WebhookEndpoint.objects.filter(pk=hook.pk)
        rows.update(failing_since=None, rests_until=None, warned=0)


def _failed(hook: WebhookEndpoint, outcome: CallOutcome, now: datetime) -> datetime | None:
    """Until when it rests at least; None where it is off from now on."""
    row = WebhookEndpoint.objects.select_for_update().get(pk=hook.pk)
    if row.disabled_at is not None:
        return None
    row.failing_since = row.failing_since or now
    failing = now - row.failing_since
    if outcome.gone or failing >= DISABLED_AFTER:
        row.disabled_at = now
        row.why = WebhookEndpoint.Off.GONE if outcome.gone else WebhookEndpoint.Off.FAILING
        tell_owner(row, DISABLED, now)
    elif outcome.milliseconds >= SLOW_MILLISECONDS:
        # Whoever lets us wait keeps a thread from others: all waits, the longer it goes on.
        row.rests_until = now + min(max(failing / 4, _SHORTEST_REST), _LONGEST_REST)
    elif outcome.ask_again:
        row.rests_until = min(outcome.ask_again, now + _LONGEST_REST)
    row.save(update_fields=["failing_since", "disabled_at", "why", "rests_until"])
    return None if row.disabled_at is not None else row.rests_until or now
