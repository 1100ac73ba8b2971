"""What follows from a booking, done by the worker: meeting, event, then the mails. Running it again is harmless."""

from django.db import transaction
from django.utils import timezone

from timetuna.bookings.events import Status
from timetuna.bookings.fulfilment.announce import (
    announce,
    has_mails,
    longest_wait,
    mail_no_link,
    promise,
    sooner,
    waited_since,
)
from timetuna.bookings.fulfilment.ensure_conference import ensure_conference
from timetuna.bookings.fulfilment.ensure_event import ensure_event
from timetuna.bookings.fulfilment.sync_event import enqueue_event
from timetuna.bookings.integrations.event import choose_calendar, event_of, events_of, in_line
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.queries import with_booker
from timetuna.jobs.queue import GiveUp, Retry, job
from timetuna.pages.calendar_use import default_is_unknown


@job("bookings.fulfil")
def fulfil(booking_id: int) -> None:
    """Make meeting and event, then see to the mails. Raises Retry or GiveUp with the sentence the host reads.

    The mails wait for a link, and for the event, that are likely to come within two minutes. Then they go: without
    the link they say that it follows; the event follows without a word.
    """
    booking = with_booker(Booking.objects.select_related("host", "page")).filter(pk=booking_id).first()
    if booking is None or booking.status != Status.CONFIRMED:
        return
    choose_calendar(booking)
    try:
        ensure_conference(booking)
        _wait_for_list(booking)
        ensure_event(booking)
    except Retry as early:
        order = sooner(booking, early, now=timezone.now())
        if not _too_late(booking, order):
            raise order from early
        if _link_missing(booking):
            promise(booking, kind="promised", why=str(order))
            raise order from early
    except GiveUp as end:
        if _link_missing(booking):
            if not promise(booking, kind="promised", why=str(end)):
                mail_no_link(booking)
            raise
    announce(booking, kind="confirmed")
    _keep_event_in_line(booking)


def _wait_for_list(booking: Booking) -> None:
    """Have an event where there may be a calendar for it, although nobody knows yet. Raises Retry."""
    if booking.page and event_of(booking, booking.host_id) is None and default_is_unknown(booking.page):
        raise Retry("Which calendars there are is still being read.")


def _keep_event_in_line(booking: Booking) -> None:
    """Leave what is not written yet, or was changed meanwhile, to work of its own."""
    events = events_of(booking)
    if not events:
        return
    fresh = Booking.objects.select_related("host").get(pk=booking.pk)
    if not all(in_line(fresh, event) for event in events):
        with transaction.atomic():
            enqueue_event(booking)


def _link_missing(booking: Booking) -> bool:
    return Conference.objects.filter(booking=booking).exclude(state=Conference.State.READY).exists()


def _too_late(booking: Booking, order: Retry) -> bool:
    """Whether the next try is later than people wait for their first mail; those who have it need not wait."""
    next_try = order.at or timezone.now()
    return next_try > waited_since(booking) + longest_wait() or has_mails(booking)
