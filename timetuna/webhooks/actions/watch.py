"""Owners hear of webhooks that fail, and what is old is forgotten."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.bookings.hooks import on_host_leaving
from timetuna.jobs.queue import job
from timetuna.pages.permissions import Action, pages_for
from timetuna.webhooks.emails import DISABLED, WARNED_AFTER, tell_owner
from timetuna.webhooks.models import WebhookEndpoint, WebhookEvent
from timetuna.webhooks.queries import KEPT_FOR

_AT_ONCE = 200


@job("webhooks.watch", every=timedelta(minutes=10))
def watch() -> None:
    warn_owners(now=timezone.now())
    stop_ended(now=timezone.now())


def warn_owners(*, now: datetime) -> None:
    """After an hour, and after half the time; once each."""
    for stage, after in WARNED_AFTER.items():
        due = WebhookEndpoint.objects.filter(
            disabled_at=None, warned__lt=stage, failing_since__lte=now - after
        )
        for pk in list(due.values_list("pk", flat=True)):
            _warn(pk, stage, now)


@transaction.atomic
def _warn(pk: int, stage: int, now: datetime) -> None:
    if WebhookEndpoint.objects.filter(pk=pk, warned__lt=stage).update(warned=stage):
        tell_owner(WebhookEndpoint(pk=pk), stage, now)


def stop_ended(*, now: datetime) -> None:
    """Those whose key has expired, and those whose owner has nothing to do with any of their pages any more."""
    for pk in WebhookEndpoint.objects.filter(disabled_at=None, until__lte=now).values_list("pk", flat=True):
        _stop(pk, WebhookEndpoint.Off.KEY_EXPIRED, now)
    for hook in WebhookEndpoint.objects.filter(disabled_at=None, pages__isnull=False).select_related("owner"):
        if not pages_for(hook.owner, to=Action.SEE).filter(pk__in=hook.pages or []).exists():
            _stop(hook.pk, WebhookEndpoint.Off.NO_PAGES, now)


@transaction.atomic
def _stop(pk: int, why: WebhookEndpoint.Off, now: datetime) -> None:
    if WebhookEndpoint.objects.filter(pk=pk, disabled_at=None).update(disabled_at=now, why=why):
        tell_owner(WebhookEndpoint(pk=pk), DISABLED, now)


@job("webhooks.forget", every=timedelta(hours=6))
def forget() -> None:
    forget_old(now=timezone.now())


@on_host_leaving
def forget_host(host_id: int) -> None:
    """Events that name them, whoever hosts those bookings now."""
    name = User.objects.values_list("public_id", flat=True).get(pk=host_id)
    rows = WebhookEvent.objects.annotate(text=Cast("data", TextField()))
    rows.filter(text__contains=name).delete()


def forget_old(*, now: datetime) -> None:
    """Events, what was sent of them, and what was answered, after 30 days."""
    before = now - KEPT_FOR
    old = WebhookEvent.objects.filter(at__lt=before).order_by("at")
    while pks := list(old.values_list("pk", flat=True)[:_AT_ONCE]):
        WebhookEvent.objects.filter(
            pk__in=pks
        ).delete()  # with what was sent of them, in a transaction of its own
