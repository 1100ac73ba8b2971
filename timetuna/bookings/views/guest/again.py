"""A guest comes back to a form that has booked: by the browser's back button, or by sending it once more."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse

from timetuna.availability.interval import moment_of
from timetuna.bookings.models import TAKES_TIME, Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import SlotSelection
from timetuna.bookings.views.guest.booked import ShownBooking, shown_booking
from timetuna.bookings.visitor import bookings_kept
from timetuna.pages.public import PublicPage
from timetuna.web.forms import Screen, private, show
from timetuna.web.framing import framed_url

SAYS_SO = "X-Booked"
"""The header by which a page that comes out of the browser's memory is told that it is not true any more (hold.js)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainScreen(Screen):
    """changed: the form was sent with something else in it than what was booked.  other_url: "" for no more."""

    template = "public/again.html"
    booking: ShownBooking
    booking_url: str
    other_url: str
    changed: bool


def booked_here(request: HttpRequest, page: PublicPage, start_minute: int) -> Booking | None:
    """The booking that this browser has made of this time, while it stands."""
    standing = Booking.objects.filter(pk__in=bookings_kept(request), page_id=page.id, status__in=TAKES_TIME)
    return standing.filter(start_at=moment_of(start_minute)).first()


def made_with(key: str) -> Booking | None:
    """The booking that a form has made, while it stands."""
    return Booking.objects.filter(idempotency_key=key, status__in=TAKES_TIME).first()


def show_again(
    request: HttpRequest,
    booking: Booking,
    choice: SlotSelection,
    *,
    changed: bool = False,
    anew: bool = True,
) -> HttpResponse:
    """anew: where it was booked, more can be."""
    screen = AgainScreen(
        booking=shown_booking(booking.booker, choice.customs),
        booking_url=framed_url(request, link_path(booking.booker) + choice.clock_query()),
        other_url=replace(choice, visit="").url(day="", month="") if anew else "",
        changed=changed,
    )
    response = private(show(request, screen))
    response[SAYS_SO] = "1"
    return response
