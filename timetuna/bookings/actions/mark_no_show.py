"""The host writes down that the guest did not come, or that they did after all."""

from datetime import datetime

from django.db import transaction

from timetuna.bookings.actions.host_time import lock_hosts_of
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import HOST, BookingEvent, record
from timetuna.bookings.models import Booking


def mark_no_show(booking_id: int, *, missed: bool, now: datetime) -> Booking:
    """Saying it twice changes nothing. Raises NotPossible before the start, and where nothing took place."""
    with transaction.atomic():
        lock_hosts_of(booking_id)  # their turns may be taken back
        booking = Booking.objects.select_for_update().get(pk=booking_id)
        if booking.status != Booking.Status.CONFIRMED:
            raise NotPossible("This meeting did not take place.")
        if booking.start_at > now:
            raise NotPossible("This meeting has not begun yet.")
        if booking.no_show != missed:
            booking.no_show = missed
            booking.save(update_fields=["no_show"])
            event = BookingEvent.NO_SHOW if missed else BookingEvent.SHOWED_UP
            record(booking, event, actor=HOST, changes={"no_show": (not missed, missed)})
    return booking
