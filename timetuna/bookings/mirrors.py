"""What should exist outside for a booking, and what of it is missing as far as this server knows."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from timetuna.bookings.models import Booking
from timetuna.calendars.models import CalendarEvent

State = CalendarEvent.State


def behind_of(host_id: int, *, now: datetime) -> list[tuple[Booking, CalendarEvent]]:
    """Return the host's bookings whose events are not as they are: those to come, and all that are cancelled."""
    events = CalendarEvent.objects.filter(booking_uid=OuterRef("uid"))
    current = events.filter(state=State.WRITTEN, written_revision=OuterRef("revision")).exclude(
        written_digest=""
    )
    stale = Q(status=Booking.Status.CONFIRMED, start_at__gt=now) & Exists(events) & ~Exists(current)
    left = Q(status=Booking.Status.CANCELLED) & Exists(events.exclude(state=State.REMOVED))
    bookings = {booking.uid: booking for booking in Booking.objects.filter(stale | left, host_id=host_id)}
    rows = CalendarEvent.objects.filter(booking_uid__in=bookings)
    return [(bookings[row.booking_uid], row) for row in rows]
