"""A booking's unguessable address is replaced: whoever holds the old one can do nothing with it any more."""

from django.db import transaction

from timetuna.bookings.events import BookingEvent, record
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import set_new_link


def renew_link(booking_id: int, *, actor: str) -> Booking:
    """Give the booking a fresh link; the earlier one is dead at once.

    Mails that are still to be sent carry the new one, because they are composed when they are sent. The revision
    stays: the meeting itself has not changed.
    """
    with transaction.atomic():
        booking = Booking.objects.select_for_update().get(pk=booking_id)
        set_new_link(booking.booker)
        booking.booker.save(update_fields=["link_fingerprint", "link_sealed"])
        record(booking, BookingEvent.LINK_FOR_GUEST_RENEWED, actor=actor)
    return booking
