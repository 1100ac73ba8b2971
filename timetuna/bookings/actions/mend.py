"""Gets work going again that waited for somebody."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from timetuna.bookings.history import HOST, note
from timetuna.bookings.models import Booking, Conference
from timetuna.jobs.models import Job
from timetuna.jobs.queue import retry_now


def retry_booking(booking: Booking) -> int:
    """Make everything that waits or failed for this booking due now; return how much. The host asked for it.

    What waits for a later moment of its own, and has not failed, keeps that moment.
    """
    with transaction.atomic():
        planned = Q(state=Job.State.WAITING, last_error="", run_at__gt=timezone.now())
        count = retry_now(Job.objects.filter(subject=booking.subject_key()).exclude(planned))
        Conference.objects.filter(booking=booking, state=Conference.State.REFUSED).update(
            state=Conference.State.WAITING, unknown_outcomes=0
        )
        if count:
            note(booking, actor=HOST, event="retried", text="Tried again by hand.")
    return count


def mend_connection(host_id: int, *, provider: str, now: datetime) -> int:
    """Start the work of coming bookings that lack their link, now that the provider is connected; return how many."""
    waiting = Conference.objects.filter(
        booking__host_id=host_id,
        booking__status=Booking.Status.CONFIRMED,
        booking__start_at__gte=now,
        provider=provider,
        state=Conference.State.WAITING,
    )
    subjects = [row.booking.subject_key() for row in waiting.select_related("booking")]
    return retry_now(Job.objects.filter(subject__in=subjects, name="bookings.fulfil"))
