"""A booking is called off."""

from datetime import datetime

from django.db import transaction

from timetuna.bookings.abilities import may
from timetuna.bookings.actions.lock_host import lock_host
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.event_work import enqueue_event
from timetuna.bookings.history import note
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.outbox import enqueue_mails
from timetuna.jobs.queue import enqueue
from timetuna.providers.base import Ability


def cancel(booking_id: int, *, actor: str, note_text: str, now: datetime) -> Booking:
    """Cancel, free the time, tell both sides; a second time changes nothing. Raises NotPossible once it is over."""
    with transaction.atomic():
        booking = Booking.objects.select_related("host").get(pk=booking_id)
        lock_host(booking.host_id)
        booking.refresh_from_db()
        if booking.status == Booking.Status.CANCELLED:
            return booking
        if booking.end_at() <= now:
            raise NotPossible("This meeting is over, so it cannot be cancelled any more.")
        booking.status, booking.revision = Booking.Status.CANCELLED, booking.revision + 1
        booking.cancelled_by, booking.cancel_note = actor, note_text
        booking.save(update_fields=["status", "revision", "cancelled_by", "cancel_note"])
        BookingHost.objects.filter(booking=booking).update(active=False)
        note(
            booking,
            actor=actor,
            event="cancelled",
            text="Cancelled." + (f" {note_text}" if note_text else ""),
        )
        enqueue_mails(booking, kind="cancelled")
        enqueue_event(booking)
        if may(booking, Ability.REMOVE):
            enqueue(
                "bookings.remove_conference",
                key=f"remove-conference:{booking.pk}",
                subject=booking.subject_key(),
                booking=booking.pk,
            )
    return booking
