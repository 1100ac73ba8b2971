"""A link makes a booking, and may make another once that is called off."""

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from timetuna.bookings.errors import LinkOver
from timetuna.bookings.events import BookingEvent, Happening, on_event
from timetuna.pages.links import LinkState, good, link_with, state_of
from timetuna.pages.models import BookingLink


def use_link(page_id: int, token: str, *, now: datetime) -> BookingLink:
    """Count one booking more, in the booking's transaction, once its hosts are locked. Raises LinkOver.

    Of all who do so at once no more succeed than the link has uses left: the row is changed only while it has one, and
    whoever comes second waits for the first and looks again.
    """
    link = link_with(token, page_id)
    if link is None:
        raise LinkOver(LinkState.UNKNOWN if token else LinkState.MISSING)
    left = BookingLink.objects.filter(good(now=now), pk=link.pk)
    if not left.update(used=F("used") + 1, changed_at=now):
        link.refresh_from_db()
        raise LinkOver(state_of(link, now=now))
    return link


@on_event(BookingEvent.CANCELLED, BookingEvent.WITHDRAWN, BookingEvent.DECLINED, BookingEvent.LAPSED)
def give_back(happening: Happening) -> None:
    """Let the link that it was booked by book again, if that was wanted when it was made."""
    _count(happening, -1)


@on_event(BookingEvent.RESTORED)
def take_again(happening: Happening) -> None:
    """Count it for its link again, whoever has used that meanwhile."""
    _count(happening, 1)


def _count(happening: Happening, by: int) -> None:
    if happening.booking.link_id is not None:
        rows = BookingLink.objects.filter(pk=happening.booking.link_id, gives_back=True)
        rows.update(used=F("used") + by, changed_at=timezone.now())
