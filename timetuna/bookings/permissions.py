"""Who may see and change bookings."""

from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.bookings.events import ATTENDEE
from timetuna.bookings.models import Attendee, Booking, UnusualBookings
from timetuna.bookings.queries import attendee_by_link, with_booker
from timetuna.bookings.states import CALLED_OFF, Status
from timetuna.pages.permissions import pages_for

TOLD = CALLED_OFF | {Status.CONFIRMED}
"""The states in which those who were invited too have heard of the booking."""


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
    rows = with_booker(bookings_for(signed_in(request))).select_related("host", "page", "conference")
    booking: Booking = get_object_or_404(rows, pk=booking_id)
    return booking


def may_see(attendee: Attendee) -> bool:
    """Say whether somebody on the guest's side may see the booking at their own address.

    Who was invited too may from when they are told, that is once it is no request any more, until they are taken off;
    who has left may see that, and come back.
    """
    if attendee.is_booker:
        return True
    left = attendee.removed_by == ATTENDEE
    return attendee.booking.status in TOLD and (attendee.active or left)


def may_change(attendee: Attendee) -> bool:
    """Say whether they may move and cancel the booking, and say who else comes."""
    return attendee.is_booker


def may_leave(attendee: Attendee) -> bool:
    """Say whether they may take themselves off the booking, or come back."""
    return not attendee.is_booker and may_see(attendee)


def attendee_or_404(token: str) -> Attendee:
    """Return whose link it is, with booking, host and page. Raises Http404 for who may not see the booking."""
    attendee = attendee_by_link(token)
    if attendee is None or not may_see(attendee):
        raise Http404
    return attendee


def booker_or_404(token: str) -> Attendee:
    """Return the same. Raises Http404 for who may not change the booking."""
    attendee = attendee_or_404(token)
    if not may_change(attendee):
        raise Http404
    return attendee


def guest_or_404(token: str) -> Attendee:
    """Return the same. Raises Http404 for who may not leave the booking."""
    attendee = attendee_or_404(token)
    if not may_leave(attendee):
        raise Http404
    return attendee
