"""Once a day, compares each coming booking with what should exist outside, and has repaired what is missing."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from timetuna.bookings.actions.answer_request import plan_expiry
from timetuna.bookings.events import BookingEvent, record
from timetuna.bookings.fulfilment.drift import Missing, missing
from timetuna.bookings.fulfilment.sync_event import enqueue_check, enqueue_event
from timetuna.bookings.history import SYSTEM
from timetuna.bookings.integrations.event_entry import in_line
from timetuna.bookings.integrations.event_target import events_of
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.queue import enqueue_mails
from timetuna.bookings.notifications.reminders import plan_reminders
from timetuna.bookings.queries import with_booker, work_of
from timetuna.bookings.states import ahead
from timetuna.calendars.models import CalendarEvent
from timetuna.jobs.queue import retry_now
from timetuna.jobs.registry import job

MOST_AT_ONCE = 200
_APART = timedelta(seconds=1.5)  # so that the looks of one run are spread until the next
_DAY, _GIVE_UP_AFTER = timedelta(days=1), timedelta(days=30)


@job("bookings.reconcile", every=timedelta(minutes=5))
def reconcile(*, now: datetime | None = None) -> int:
    """Check the bookings that are due, so many at a time; return how many were looked at."""
    now = now or timezone.now()
    due = Booking.objects.filter(next_check_at__lte=now).order_by("next_check_at")
    rows = list(with_booker(due).select_related("host", "page", "conference")[:MOST_AT_ONCE])
    return sum(_check(row, now=now, at=now + number * _APART) for number, row in enumerate(rows))


def _check(booking: Booking, *, now: datetime, at: datetime) -> bool:
    """Check one, once, whoever else is at it: the same update says so and when its next turn is."""
    with transaction.atomic():
        events = events_of(booking)
        mine = Booking.objects.filter(
            pk=booking.pk, next_check_at=booking.next_check_at, revision=booking.revision
        )
        if not mine.update(next_check_at=_next(booking, events, now)):
            return False
        for one in missing(booking, now=now):
            _repair(booking, one)
        _see_to(booking, events, now=now, at=at)
        plan_reminders(booking, now=now)
        plan_expiry(booking)
    return True


def _repair(booking: Booking, what: Missing) -> None:
    record(booking, BookingEvent.REPAIRED, actor=SYSTEM, missing=what.words)
    if what.mails:
        enqueue_mails(booking, kind=what.mails)
    elif what.work and not retry_now(work_of(booking).filter(name=what.work.name)):
        what.work.enqueue(concurrency=booking.subject_key(), booking_id=booking.pk)


def _see_to(booking: Booking, events: list[CalendarEvent], *, now: datetime, at: datetime) -> None:
    if not all(in_line(booking, event) for event in events):
        enqueue_event(booking)
    elif events and ahead(booking, now=now):
        enqueue_check(booking, at=at)


def _next(booking: Booking, events: list[CalendarEvent], now: datetime) -> datetime | None:
    """Return when to look again; None once there is nothing left to compare."""
    if booking.is_off():
        gone = all(in_line(booking, event) for event in events)
        left = not gone and booking.end_at() > now - _GIVE_UP_AFTER
        return now + _DAY if left else None
    return now + _DAY if booking.end_at() > now else None
