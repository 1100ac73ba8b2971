"""Keeps the event outside as the booking is, whatever changed."""

from timetuna.bookings.fulfilment.announce import announce_late_link
from timetuna.bookings.fulfilment.ensure_event import ensure_event
from timetuna.bookings.models import Booking
from timetuna.jobs.registry import job


@job("bookings.event")
def sync_event(booking_id: int, *, look: bool = False) -> None:
    """Write, move or remove the event, and mail a link that came with it late. Raises Retry or GiveUp.

    look: write also what should be there already, in case its host has deleted it.
    """
    booking = Booking.objects.select_related("host", "page").filter(pk=booking_id).first()
    if booking is None:
        return
    ensure_event(booking, look=look)
    if booking.status == Booking.Status.CONFIRMED:
        announce_late_link(booking)


@job("bookings.look_at_event")
def look_at_event(booking_id: int) -> None:
    """See to it that the event is there."""
    sync_event(booking_id, look=True)
