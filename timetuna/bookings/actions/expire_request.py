"""A request that nobody answers ends by itself."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from timetuna.availability.minutes import minute_of
from timetuna.bookings.actions.lock_hosts import lock_hosts_of
from timetuna.bookings.history import SYSTEM, note
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.notifications.audiences import BOTH
from timetuna.bookings.notifications.queue import enqueue_mails
from timetuna.jobs.registry import job

LONGEST = timedelta(days=40)
"""How long a request can last, however often its guest moves it."""


def answer_until(booking: Booking, *, hours: int, now: datetime) -> datetime:
    """Return until when the host can answer: so many hours from now, and not longer than until the start."""
    return min(now + timedelta(hours=hours), booking.start_at, booking.created_at + LONGEST)


def plan_lapse(booking: Booking) -> None:
    """Have the request end when its time is up, in the caller's transaction."""
    assert booking.pending_until is not None  # noqa: S101 - said for the type checker
    expire_request.enqueue(
        key=f"lapse:{booking.pk}:{minute_of(booking.pending_until)}",
        concurrency=booking.subject_key(),
        at=booking.pending_until,
        booking_id=booking.pk,
    )


@job("bookings.lapse")
def expire_request(booking_id: int, *, now: datetime | None = None) -> None:
    """End the request if its time is up, free its time and tell both sides; else change nothing."""
    with transaction.atomic():
        booking = Booking.objects.filter(pk=booking_id).first()
        if booking is None:
            return
        lock_hosts_of(booking.pk)
        booking.refresh_from_db()
        until, now = booking.pending_until, now or timezone.now()
        if booking.status != Booking.Status.PENDING or until is None or until > now:
            return
        end_request(booking, actor=SYSTEM)
        note(
            booking,
            actor=SYSTEM,
            event="lapsed",
            text="Nobody answered in time, so the request has ended.",
            changes={"status": ("pending", "cancelled")},
        )
        enqueue_mails(booking, kind="lapsed", audiences=BOTH)


def end_request(booking: Booking, *, actor: str, note_text: str = "") -> None:
    """Store that a request did not become a booking, and free its time. `pending_until` stays and tells it apart."""
    booking.status, booking.revision = Booking.Status.CANCELLED, booking.revision + 1
    booking.cancelled_by, booking.cancel_note = actor, note_text
    booking.save(update_fields=["status", "revision", "cancelled_by", "cancel_note"])
    BookingHost.objects.filter(booking=booking).update(active=False)
