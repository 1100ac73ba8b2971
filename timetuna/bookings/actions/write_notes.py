"""The host keeps notes about a booking that no guest ever sees."""

from django.db import transaction

from timetuna.bookings.events import HOST, BookingEvent, record
from timetuna.bookings.models import Booking


def write_notes(booking_id: int, *, text: str) -> Booking:
    """The history says that they changed, not what they say."""
    with transaction.atomic():
        booking = Booking.objects.select_for_update().get(pk=booking_id)
        if booking.private_notes != text:
            booking.private_notes = text
            booking.save(update_fields=["private_notes"])
            record(booking, BookingEvent.NOTES_WRITTEN, actor=HOST)
    return booking
