"""Keeps the event outside as the booking is, whatever changed."""

from datetime import datetime

from timetuna.bookings.events import Status
from timetuna.bookings.fulfilment.announce import announce_late_link
from timetuna.bookings.fulfilment.ensure_event import ensure_event
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import with_booker, work_of
from timetuna.jobs.queue import job, retry_now


def enqueue_event(booking: Booking) -> None:
    """Have the event written or removed, in the transaction of the change that asks for it.

    What waits already does it: it reads the booking when its turn comes. What is under way may have read it before.
    """
    if not retry_now(work_of(booking).filter(name=sync_event.name)):
        sync_event.enqueue(concurrency=booking.concurrency_key(), booking_id=booking.pk)


def enqueue_check(booking: Booking, *, at: datetime) -> None:
    """Have an event that should be there written once more at that moment, in case it is not."""
    check_event.repeat(
        key=f"check:{booking.pk}", concurrency=booking.concurrency_key(), at=at, booking_id=booking.pk
    )


@job("bookings.event")
def sync_event(booking_id: int, *, check: bool = False) -> None:
    """Write, move or remove the event, and mail a link that came with it late. Raises Retry or GiveUp.

    check: write also what should be there already, in case its host has deleted it.
    """
    booking = with_booker(Booking.objects.select_related("host", "page")).filter(pk=booking_id).first()
    if booking is None:
        return
    ensure_event(booking, check=check)
    if booking.status == Status.CONFIRMED and announce_late_link(booking):
        enqueue_event(booking)


@job("bookings.check_event")
def check_event(booking_id: int) -> None:
    sync_event(booking_id, check=True)
