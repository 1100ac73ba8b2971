"""Who may see and change bookings."""

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.bookings.models import Booking, UnusualBookings
from timetuna.pages.permissions import pages_for


def bookings_for(user: User) -> QuerySet[Booking]:
    """Return the bookings that this person may see and change: those they are a host of.

    from_minute, to_minute: what it takes of their time (UTC), by which an index has them in order.
    """
    # An alias after the filter stands for the same row: one join.
    return Booking.objects.filter(booking_hosts__host=user).alias(
        from_minute=F("booking_hosts__start_minute"), to_minute=F("booking_hosts__end_minute")
    )


def unusual_for(user: User) -> QuerySet[UnusualBookings]:
    """Return when unusually many bookings were made, of the pages that are this person's to look after."""
    return UnusualBookings.objects.filter(page__in=pages_for(user))


def booking_or_404(request: HttpRequest, booking_id: int) -> Booking:
    """Return the booking with host, page and meeting. Raises Http404 for who may not see it."""
    rows = bookings_for(signed_in(request)).select_related("host", "page", "conference")
    return get_object_or_404(rows, pk=booking_id)
