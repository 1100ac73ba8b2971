"""What follows from a booking, done by the worker: the meeting, then the mails. Running it again is harmless."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from timetuna.bookings.actions.announce import announce, promise
from timetuna.bookings.actions.ensure_conference import ensure_conference
from timetuna.bookings.models import Booking, Conference
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
            promise(booking, kind="promised", why=str(order))
        raise
    except GiveUp as order:
        promise(booking, kind="promised", why=str(order))
        raise
    if not Conference.objects.filter(booking=booking, late_link_mailed=True).exists():
        announce(booking, kind="confirmed")


def _too_late(booking: Booking, order: Retry) -> bool:
    next_try = order.at or timezone.now()
    return next_try > booking.created_at + timedelta(seconds=PATIENCE_IN_PAUSES * settings.RETRY_SECONDS)
