"""Whose webhooks and events somebody may see: their own; and which bookings a webhook may be told of."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.bookings.models import Booking
from timetuna.bookings.permissions import BookingAction, bookings_with
from timetuna.webhooks.models import EventDelivery, WebhookEndpoint, WebhookEvent


def webhooks_for(user: User) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(owner=user)


def webhook_or_404(request: HttpRequest, hook_id: str) -> WebhookEndpoint:
    return get_object_or_404(webhooks_for(signed_in(request)).select_related("owner"), public_id=hook_id)


def delivery_or_404(hook: WebhookEndpoint, delivery_id: str) -> EventDelivery:
    rows = EventDelivery.objects.filter(webhook=hook).select_related("event")
    return get_object_or_404(rows, public_id=delivery_id)


def is_live(hook: WebhookEndpoint, now: datetime) -> bool:
    """Whether it is sent anything; it was read with its owner."""
    return hook.disabled_at is None and (hook.until is None or now < hook.until) and hook.owner.is_active


def may_read_booking(user: User, booking: Booking) -> bool:
    return bookings_with(user, to=BookingAction.READ).filter(pk=booking.pk).exists()


def readable_among(hook: WebhookEndpoint, events: Collection[WebhookEvent]) -> set[int]:
    """The ids of those that it may be told of now: rights end while something waits. Tests are everybody's own."""
    if not hook.owner.is_active:
        return set()
    given = {event.pk for event in events if event.former_id == hook.owner_id}
    about = {
        event.pk: event.booking for event in events if event.booking and _of_its_pages(hook, event.booking)
    }
    asked = {booking.pk for pk, booking in about.items() if pk not in given}
    rows = bookings_with(hook.owner, to=BookingAction.READ).filter(pk__in=asked) if asked else None
    able = set(rows.values_list("pk", flat=True)) if rows is not None else set()
    tests = {event.pk for event in events if event.booking_id is None}
    return tests | {pk for pk, booking in about.items() if pk in given or booking.pk in able}


def _of_its_pages(hook: WebhookEndpoint, booking: Booking) -> bool:
    return hook.pages is None or booking.page_id in hook.pages
