"""The host says no to a request."""

from datetime import datetime

from django.db import transaction

from timetuna.bookings.actions.approve import locked_request, refuse_if_ended, refuse_if_moved
from timetuna.bookings.actions.expire_request import end_request
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.history import HOST, note, quoting
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.audiences import GUEST
from timetuna.bookings.notifications.queue import enqueue_mails


def decline(
    booking_id: int, *, note_text: str, source: str, now: datetime, seen: int | None = None
) -> Booking:
    """End the request, free its time and tell the guest; a second no changes nothing. Raises NotPossible.

    seen: the revision that the host answers, if known.
    """
    with transaction.atomic():
        booking = locked_request(booking_id)
        if booking.status == Booking.Status.CONFIRMED:
            raise NotPossible("This booking is confirmed already. You can cancel it instead.")
        if booking.status == Booking.Status.CANCELLED and _declined(booking):
            return booking
        refuse_if_ended(booking, now=now)
        refuse_if_moved(booking, seen=seen)
        end_request(booking, actor=HOST, note_text=note_text)
        note(
            booking,
            actor=HOST,
            event="declined",
            text=quoting("Declined the request.", note_text),
            source=source,
            changes={"status": ("pending", "cancelled")},
        )
        enqueue_mails(booking, kind="declined", audiences=(GUEST,))
    return booking


def _declined(booking: Booking) -> bool:
    return booking.pending_until is not None and booking.cancelled_by == HOST
