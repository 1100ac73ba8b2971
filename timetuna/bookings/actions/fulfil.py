"""What follows from a booking, done by the worker: the meeting, then the mails. Running it again is harmless."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from timetuna.bookings.actions.ensure_conference import ensure_conference
from timetuna.bookings.history import SYSTEM, note
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.outbox import enqueue_mails
from timetuna.jobs.registry import GiveUp, Retry

PATIENCE_IN_PAUSES = 12


def fulfil(booking_id: int) -> None:
    """Make the meeting, then see to the mails. Raises Retry or GiveUp with the sentence the host reads.

    The mails wait for a link that is likely to come within two minutes; otherwise they say that it follows.
    """
    booking = Booking.objects.select_related("host").filter(pk=booking_id).first()
    if booking is None or booking.status == Booking.Status.CANCELLED:
        return
    try:
        ensure_conference(booking)
    except Retry as order:
        if _too_late(booking, order):
            _promise(booking, str(order))
        raise
    except GiveUp as order:
        _promise(booking, str(order))
        raise
    _announce(booking)


def _too_late(booking: Booking, order: Retry) -> bool:
    next_try = order.at or timezone.now()
    return next_try > booking.created_at + timedelta(seconds=PATIENCE_IN_PAUSES * settings.RETRY_SECONDS)


def _promise(booking: Booking, why: str) -> None:
    """Tell both sides, once, that the booking stands and the link follows."""
    with transaction.atomic():
        waiting = Conference.objects.filter(booking=booking, promised=False).exclude(
            state=Conference.State.READY
        )
        if waiting.update(promised=True):
            note(booking, actor=SYSTEM, event="link_late", text=why)
            enqueue_mails(booking, kind="promised")


def _announce(booking: Booking) -> None:
    """Mail the confirmation, or, to people who were told that the link follows, the link."""
    with transaction.atomic():
        promised = Conference.objects.filter(booking=booking, promised=True)
        if promised.exists():
            _announce_late(booking)
        else:
            enqueue_mails(booking, kind="confirmed")


def _announce_late(booking: Booking) -> None:
    # The invite in people's calendars changes with the link, so the revision rises: once, by the conditional update.
    late = Conference.objects.filter(booking=booking, promised=True, late_link_mailed=False)
    if late.update(late_link_mailed=True):
        Booking.objects.filter(pk=booking.pk).update(revision=booking.revision + 1)
        booking.revision += 1
        enqueue_mails(booking, kind="link")
