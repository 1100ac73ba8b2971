"""How long people wait for a link: how soon it is tried again meanwhile, and when the mails go without it."""

from datetime import datetime, timedelta

from django.conf import settings

from timetuna.bookings.events import BookingEvent
from timetuna.bookings.models import Booking, Conference
from timetuna.calendars.queries import connection, kind_provider
from timetuna.jobs.registry import Retry

PATIENCE_IN_PAUSES = 12
_FIRST, _WHILE_WAITED_FOR, _LONGEST = timedelta(seconds=1.5), timedelta(seconds=8), timedelta(hours=1)
_BEGINNINGS = (BookingEvent.APPROVED, BookingEvent.MOVED, BookingEvent.RETRIED)


def patience() -> timedelta:
    """Return how long guests wait on the page, and both sides for their first mail."""
    return timedelta(seconds=PATIENCE_IN_PAUSES * settings.RETRY_SECONDS)


def waited_since(booking: Booking) -> datetime:
    """Return since when people wait for what follows from the booking: it was made, confirmed, moved, tried by hand."""
    latest = booking.history.filter(event__in=_BEGINNINGS).last()
    return max(booking.created_at, latest.at) if latest else booking.created_at


def sooner(booking: Booking, order: Retry, *, now: datetime) -> Retry:
    """Return the order with the moment of the next try, where nothing outside has named one.

    Pauses grow with the time that has passed: from a second or two, to eight while a guest may wait, then to an hour.
    """
    if order.at is not None:
        return order
    waited = now - max(waited_since(booking), _connected_at(booking))
    most = _WHILE_WAITED_FOR if waited < patience() else _LONGEST
    slowest = timedelta(seconds=settings.RETRY_SECONDS) if waited < patience() else _LONGEST
    return Retry(str(order), at=now + min(max(waited / 2, _FIRST), most, slowest))


def _connected_at(booking: Booking) -> datetime:
    """Return when what makes the link was connected last, if that is later than the booking."""
    conference = Conference.objects.filter(booking=booking).first()
    account = connection(booking.host_id, kind_provider(conference.provider)) if conference else None
    return max(booking.created_at, account.connected_at) if account else booking.created_at
