"""The host says yes to a request."""

from datetime import datetime

from django.db import transaction

from timetuna.bookings.actions.lock_hosts import lock_hosts_of
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.history import HOST, note
from timetuna.bookings.models import Booking
from timetuna.jobs.registry import handlers

MOVED = "Your guest has asked for another time meanwhile. It is the one shown here; please answer again."
TOO_LATE = "This request has ended: its time to be answered is over. Your guest can ask for another time."


def approve(booking_id: int, *, source: str, now: datetime, seen: int | None = None) -> Booking:
    """Confirm the booking, and have made what follows from it; a second yes changes nothing. Raises NotPossible.

    The time has been taken since the request was made, so nothing can have come between. seen: the revision that the
    host answers, if known: a yes to one time is none to another that the guest has moved to meanwhile.
    """
    with transaction.atomic():
        booking = locked_request(booking_id)
        if booking.status == Booking.Status.CONFIRMED:
            return booking
        refuse_if_ended(booking, now=now)
        refuse_if_moved(booking, seen=seen)
        booking.status, booking.revision = Booking.Status.CONFIRMED, booking.revision + 1
        booking.pending_until = None
        booking.save(update_fields=["status", "revision", "pending_until"])
        note(
            booking,
            actor=HOST,
            event="approved",
            text="Confirmed the request.",
            source=source,
            changes={"status": ("pending", "confirmed")},
        )
        handlers()["bookings.fulfil"].enqueue(
            key=f"fulfil:{booking.pk}", concurrency=booking.subject_key(), booking_id=booking.pk
        )
    return booking


def locked_request(booking_id: int) -> Booking:
    """Return the booking as it is once its host's row is locked."""
    booking = Booking.objects.select_related("host").get(pk=booking_id)
    lock_hosts_of(booking.pk)
    booking.refresh_from_db()
    return booking


def refuse_if_ended(booking: Booking, *, now: datetime) -> None:
    """Raise NotPossible, with what became of it, unless the request still waits for an answer."""
    if booking.status == Booking.Status.CANCELLED:
        raise NotPossible(_ended(booking))
    if booking.pending_until is not None and booking.pending_until <= now:
        raise NotPossible(TOO_LATE)


def refuse_if_moved(booking: Booking, *, seen: int | None) -> None:
    """Raise NotPossible where the host has seen an earlier revision of the request than this."""
    if seen is not None and booking.revision != seen:
        raise NotPossible(MOVED)


def _ended(booking: Booking) -> str:
    if booking.pending_until is None:
        return "This booking is cancelled, so it cannot be confirmed or declined any more."
    return {
        HOST: "You have declined this request already. Your guest can ask for another time.",
        "guest": "Your guest has taken this request back, so there is nothing to answer any more.",
    }.get(booking.cancelled_by, TOO_LATE)
