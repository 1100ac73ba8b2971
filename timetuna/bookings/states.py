"""How a booking stands."""

from datetime import datetime

from timetuna.bookings.models import Booking


def ahead(booking: Booking, *, now: datetime) -> bool:
    """Say whether the meeting takes place and is not over."""
    return booking.status == Booking.Status.CONFIRMED and booking.end_at() > now
