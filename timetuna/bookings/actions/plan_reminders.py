"""Writes down which reminders a booking sends, and when: with the change that gives it its time."""

from datetime import datetime, timedelta

from django.db import transaction

from timetuna.bookings.models import Booking
from timetuna.jobs.queue import enqueue

GUEST, HOST = "guest", "host"


def plan_reminders(booking: Booking, *, now: datetime) -> None:
    """Enqueue what is still to come, in the caller's transaction. Doing it again changes nothing.

    The key has the booking's time in it: after a move there are new reminders, and the old ones, when their moment
    comes, find another time and say nothing. A moment that is past is left out.
    """
    page = booking.page
    if page is None or booking.status != Booking.Status.CONFIRMED:
        return
    for audience, lead_times in ((GUEST, page.guest_reminders), (HOST, page.host_reminders)):
        for minutes in lead_times:
            _plan(booking, "reminder", audience, booking.start_at - timedelta(minutes=minutes), now, minutes)
    if page.follow_up_minutes is not None:
        after = page.follow_up_minutes
        _plan(booking, "follow_up", GUEST, booking.end_at() + timedelta(minutes=after), now, after)


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
