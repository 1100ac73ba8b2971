"""The work that keeps a booking's event in its host's calendar as the booking is."""

from datetime import datetime

from timetuna.bookings.models import Booking
from timetuna.jobs.models import Job
from timetuna.jobs.queue import retry_now
from timetuna.jobs.registry import handlers

EVENT, LOOK = "bookings.event", "bookings.look_at_event"
WRITERS = frozenset({EVENT, LOOK, "bookings.fulfil"})


def enqueue_event(booking: Booking) -> None:
    """Have the event written or removed, in the transaction of the change that asks for it.

    What waits already does it: it reads the booking when its turn comes. What is under way may have read it before.
    """
    waiting = Job.objects.filter(concurrency=booking.subject_key(), name=EVENT)
    if not retry_now(waiting):
        handlers()[EVENT].enqueue(concurrency=booking.subject_key(), booking_id=booking.pk)


def look_at_event(booking: Booking, *, at: datetime) -> None:
    """Have an event that should be there written once more at that moment, in case it is not."""
    handlers()[LOOK].repeat(
        key=f"look:{booking.pk}", concurrency=booking.subject_key(), at=at, booking_id=booking.pk
    )
