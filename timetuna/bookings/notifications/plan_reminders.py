"""Writes down which reminders a booking sends, and when: with the change that gives it its time."""

from datetime import datetime, timedelta

from django.db import transaction

from timetuna.bookings.models import Booking, BookingGuest
from timetuna.bookings.notifications.audiences import GUEST, HOST, all_further, further
from timetuna.jobs.models import Job
from timetuna.jobs.queue import enqueue

TIMELY_WORK = ("bookings.reminder", "bookings.follow_up")


def plan_reminders(booking: Booking, *, now: datetime) -> None:
    """Enqueue what is still to come, in the caller's transaction. Doing it again changes nothing.

    The key has the booking's time in it: after a move there are new reminders, and the old ones, when their moment
    comes, find another time and say nothing. A moment that is past is left out.
    """
    page = booking.page
    if page is None or booking.status != Booking.Status.CONFIRMED:
        return
    guests = (GUEST, *all_further(booking))
    for audience in (*guests, HOST):
        for minutes in page.host_reminders if audience == HOST else page.guest_reminders:
            _plan(booking, "reminder", audience, reminder_due(booking, minutes), now, minutes)
    after = page.follow_up_minutes
    if after is not None:
        for audience in guests:
            _plan(booking, "follow_up", audience, follow_up_due(booking, after), now, after)


def reminder_due(booking: Booking, minutes: int) -> datetime:
    """Return when the reminder so many minutes before the start is due, aware UTC."""
    return booking.start_at - timedelta(minutes=minutes)


def follow_up_due(booking: Booking, minutes: int) -> datetime:
    """Return when the mail so many minutes after the end is due, aware UTC."""
    return booking.end_at() + timedelta(minutes=minutes)


def drop_reminders_of(row: BookingGuest) -> None:
    """Forget what waits for somebody who was taken off, in the caller's transaction. What was sent keeps its key."""
    waiting = Job.objects.filter(
        subject=row.booking.subject_key(), name__in=TIMELY_WORK, state=Job.State.WAITING
    )
    waiting.filter(arguments__audience=further(row.pk)).delete()


def plan_page_reminders(page_id: int, *, now: datetime) -> None:
    """Plan the reminders of the page's bookings that are to come, after its host changed the times."""
    coming = Booking.objects.select_related("page").filter(
        page=page_id, status=Booking.Status.CONFIRMED, start_at__gt=now
    )
    for booking in coming.order_by("start_at").iterator(chunk_size=200):
        with transaction.atomic():
            plan_reminders(booking, now=now)


def _plan(booking: Booking, kind: str, audience: str, at: datetime, now: datetime, minutes: int) -> None:
    if at <= now:
        return
    start = int(booking.start_at.timestamp()) // 60
    enqueue(
        f"bookings.{kind}",
        key=f"{kind}:{booking.pk}:{audience}:{minutes}:{start}",
        subject=booking.subject_key(),
        at=at,
        booking=booking.pk,
        audience=audience,
        minutes=minutes,
        start=start,
    )
