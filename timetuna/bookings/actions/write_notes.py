"""The host keeps notes about a booking that no guest ever sees."""

from django.db import transaction

from timetuna.bookings.events import HOST, BookingEvent, record
from timetuna.bookings.models import Booking, PrivateNotes


def write_notes(booking_id: int, *, host_id: int, text: str) -> None:
    """Of one of those who look after it; "" is none. The history says that they changed, not what they say."""
    with transaction.atomic():
        booking = Booking.objects.select_for_update().get(pk=booking_id)
        mine = PrivateNotes.objects.filter(booking=booking, host=host_id)
        if text == notes_of(booking, host_id):
            return
        if not text:
            mine.delete()
        elif not mine.update(text=text):
            PrivateNotes.objects.create(booking=booking, host_id=host_id, text=text)
        record(booking, BookingEvent.NOTES_WRITTEN, actor=HOST, by=host_id)


def notes_of(booking: Booking, host_id: int) -> str:
    """What one of them wrote down for themselves."""
    row = PrivateNotes.objects.filter(booking=booking, host=host_id).first()
    return row.text if row else ""
