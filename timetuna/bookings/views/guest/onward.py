"""Where guests go on to once they have booked, where the page's host wants that: said, and at once."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from timetuna.bookings.policies import attendee_or_404
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import read_customs
from timetuna.bookings.views.guest.booked import ShownBooking, headline_of, shown_booking
from timetuna.bookings.views.guest.framed import frame_booking
from timetuna.bookings.views.guest.headlines import Headline
from timetuna.bookings.visitor import onward as target_of
from timetuna.lib.urls import website_of
from timetuna.web.forms import Screen, private, show
from timetuna.web.framing import framable, framed_url


@dataclass(frozen=True, slots=True, kw_only=True)
class OnwardScreen(Screen):
    """site: what the address begins with, without https://."""

    template = "public/onward.html"
    booking: ShownBooking
    headline: Headline
    url: str
    site: str
    booked_url: str


@framable()
@require_safe
def onward(request: HttpRequest, token: str) -> HttpResponse:
    """A page and no redirect: browsers refuse one to another website in answer to a form (CSP, form-action).

    For who booked alone, and only while the page still leads there; else to the booking itself.
    """
    attendee = attendee_or_404(token)
    booking, customs = attendee.booking, read_customs(request, clock=attendee.clock)
    frame_booking(request, attendee)
    url = ""
    if booking.page and attendee.is_booker and not booking.is_off():
        url = target_of(booking.page, request.GET.get("redirect", ""), booking.public_id)
    if not url:
        return private(HttpResponseRedirect(link_path(attendee)))
    screen = OnwardScreen(
        booking=shown_booking(attendee, customs),
        headline=headline_of(attendee, now=timezone.now(), twelve_hours=customs.twelve_hours),
        url=url,
        site=website_of(url).partition("://")[2],
        booked_url=framed_url(request, link_path(attendee)),
    )
    return private(show(request, screen))
