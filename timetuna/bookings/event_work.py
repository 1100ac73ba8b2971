"""The work that keeps a booking's event in its host's calendar as the booking is."""

from timetuna.bookings.models import Booking
from timetuna.jobs.models import Job
from timetuna.jobs.queue import enqueue, retry_now

EVENT = "bookings.event"


def enqueue_event(booking: Booking) -> None:
    """Have the event written or removed, in the transaction of the change that asks for it.

    What waits already does it: it reads the booking when its turn comes. What is under way may have read it before.
    """
    waiting = Job.objects.filter(subject=booking.subject_key(), name=EVENT)
    if not retry_now(waiting):
        enqueue(EVENT, subject=booking.subject_key(), booking=booking.pk)
