"""Somebody who was invited too leaves a booking, comes back, or says which zone and language are theirs."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from timetuna.bookings.actions import change_guests
from timetuna.bookings.errors import BookingRefused
from timetuna.bookings.models import Attendee
from timetuna.bookings.policies import guest_or_404, leave_refusal
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import read_customs
from timetuna.bookings.views.guest.booked import ShownBooking, shown_booking
from timetuna.l10n.zone_search import zone_meant
from timetuna.web.forms import Screen, private, show


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveScreen(Screen):
    """Asks somebody who was invited too before they are taken off; left: before they come back.

    refusal: why they cannot, or "".
    """

    template = "public/leave.html"
    booking: ShownBooking
    left: bool
    refusal: str
    back_url: str


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Only the form's button takes them off, or on again, since mail scanners open links."""
    attendee, now = guest_or_404(token), timezone.now()
    if request.method != "POST":
        if not attendee.active or leave_refusal(attendee, now=now):
            return private(HttpResponseRedirect(link_path(attendee)))
        return private(_ask(request, attendee))
    try:
        if "undo" in request.POST:
            change_guests.come_back(attendee, now=now)
        elif request.POST.get("answer") == "leave":
            change_guests.leave(attendee, now=now)
        else:
            return private(_ask(request, attendee, refusal=leave_refusal(attendee, now=now), status=422))
    except BookingRefused as error:
        return private(_ask(request, attendee, refusal=str(error), status=409))
    return private(HttpResponseRedirect(link_path(attendee)))


@require_http_methods(["GET", "HEAD", "POST"])
def set_zone(request: HttpRequest, token: str) -> HttpResponse:
    """Times are told to them by their own clock, in the language of this page, here and in mails."""
    attendee = guest_or_404(token)
    if request.method == "POST":
        if zone := zone_meant(request.POST.get("zone", ""), now=timezone.now()):
            own = {"time_zone": zone.key, "language": get_language() or attendee.language}
            Attendee.objects.filter(pk=attendee.pk).update(**own)
        else:
            messages.error(
                request, gettext("It is not clear which time zone you mean. Name a large city in it.")
            )
    return private(HttpResponseRedirect(link_path(attendee)))


def _ask(request: HttpRequest, attendee: Attendee, *, refusal: str = "", status: int = 200) -> HttpResponse:
    screen = LeaveScreen(
        booking=shown_booking(attendee, read_customs(request, clock=attendee.clock)),
        left=not attendee.active,
        refusal=refusal,
        back_url=link_path(attendee),
    )
    return show(request, screen, status=status)
