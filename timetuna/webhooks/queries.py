"""What was told to a webhook, and what there was to tell."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.webhooks.models import EventDelivery, WebhookEndpoint, WebhookEvent

KEPT_FOR = timedelta(days=30)


def deliveries_of(hook: WebhookEndpoint) -> QuerySet[EventDelivery]:
    """With their attempts; the latest is to come first."""
    rows = EventDelivery.objects.filter(webhook=hook).select_related("event")
    return rows.prefetch_related("tries")


def failed_since(hook: WebhookEndpoint, since: datetime) -> QuerySet[EventDelivery]:
    rows = EventDelivery.objects.filter(webhook=hook, state=EventDelivery.State.FAILED)
    return rows.filter(created_at__gte=since).order_by("created_at", "pk")


def events_of(bookings: Any, *, former: User, pages: Collection[int] | None = None) -> QuerySet[WebhookEvent]:
    """Of these bookings, as long as they are kept, and those by which a former host gave others away.

    pages: the ids of those on which that was; None for any.
    """
    given = Q(former=former) if pages is None else Q(former=former, booking__page__in=pages)
    rows = WebhookEvent.objects.filter(Q(booking__in=bookings) | given)
    return rows.filter(booking__isnull=False, at__gte=timezone.now() - KEPT_FOR)
