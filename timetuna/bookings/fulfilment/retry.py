"""Gets work going again that waited for somebody."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from timetuna.bookings.events import HOST, BookingEvent, Status, record
from timetuna.bookings.fulfilment.fulfil import enqueue_event, fulfil
from timetuna.bookings.fulfilment.reconcile import behind_of
from timetuna.bookings.integrations.event import events_of, home_of, in_line, makes_link
from timetuna.bookings.models import Booking, Conference
from timetuna.calendars.hooks import on_connected
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.queries import event_kinds_from
from timetuna.jobs.models import Job
from timetuna.jobs.queue import Retry, job, retry_now

_LISTING = timedelta(seconds=3)


def retry_booking(booking: Booking) -> int:
    """Make everything that waits or failed for this booking due now; return how much. The host asked for it.

    What waits for a later moment of its own, and has not failed, keeps that moment.
    """
    with transaction.atomic():
        planned = Q(state=Job.State.WAITING, last_error="", run_at__gt=timezone.now())
        count = retry_now(Job.objects.filter(concurrency=booking.concurrency_key()).exclude(planned))
        # What was not answered before stays counted: each press is one call, and none by itself after it.
        Conference.objects.filter(booking=booking, state=Conference.State.REFUSED).update(
            state=Conference.State.WAITING, problem=""
        )
        if not all(in_line(booking, event) for event in events_of(booking)):
            enqueue_event(booking)
            count += 1
        if count:
            record(booking, BookingEvent.RETRIED, actor=HOST)
    return count


@on_connected
def resume_soon(host_id: int, provider: str) -> None:
    """Have done what waited for an account that was just connected."""
    resume.enqueue(host_id=host_id, provider=provider)


@job("bookings.resume")
def resume(host_id: int, *, provider: str) -> int:
    """Start what waited for the provider, now that it is connected: links, and events; return for how many bookings.

    Raises Retry while it is not known yet which calendars there are, and a link is to come with an event.
    """
    now = timezone.now()
    kinds = {provider, *event_kinds_from(provider)}
    waiting = Conference.objects.filter(
        host_id=host_id,
        booking__status=Status.CONFIRMED,
        booking__start_at__gte=now,
        provider__in=kinds,
        state=Conference.State.WAITING,
    )
    unlinked = [row.booking for row in waiting.select_related("booking")]
    subjects = [booking.concurrency_key() for booking in unlinked]
    count = retry_now(Job.objects.filter(concurrency__in=subjects, name=fulfil.name))
    count += _mend_events(host_id, provider, now)
    fresh = CalendarAccount.objects.filter(host_id=host_id, provider=provider, calendars_read_at=None)
    if any(makes_link(booking) for booking in unlinked) and fresh.exists():
        raise Retry("Which calendars there are is still being read.", at=now + _LISTING)
    return count


def _mend_events(host_id: int, provider: str, now: datetime) -> int:
    """Bring those events in line that are in an account which is connected now."""
    behind = behind_of(host_id, now=now)
    mended = [booking for booking, event in behind if event.provider == provider and home_of(event)]
    for booking in mended:
        with transaction.atomic():
            enqueue_event(booking)
    return len(mended)
