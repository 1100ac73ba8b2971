"""Whether the people of a booking were told of it."""

from collections.abc import Sequence
from datetime import datetime

from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.booking_messages import FIRST_KINDS
from timetuna.bookings.notifications.send import send_mail
from timetuna.jobs.models import Job
from timetuna.jobs.queue import KEPT_FOR

MEMORY = KEPT_FOR / 2  # jobs are forgotten after KEPT_FOR; what is younger than this has its rows
_TELLING_FIRST = {*FIRST_KINDS, "moved"}


def is_announced(booking: Booking, jobs: Sequence[Job], *, now: datetime) -> bool:
    """Say whether its people were told of it, by the first mails or those of a move that came before them.

    The jobs of mails are forgotten in the end, long after this asks.
    """
    if booking.created_at < now - MEMORY:
        return True
    return any(job.name == send_mail.name and job.arguments.get("kind") in _TELLING_FIRST for job in jobs)
