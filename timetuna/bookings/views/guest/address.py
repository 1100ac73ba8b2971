"""Where who has just booked with a wrong mail address gives the right one."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from timetuna.bookings.actions.mend_address import mend_address
from timetuna.bookings.errors import BookingRefused, say_when, status_of
from timetuna.bookings.forms.book import AddressForm
from timetuna.bookings.models import Attendee
from timetuna.bookings.policies import booker_or_404, can_mend
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import read_customs
from timetuna.bookings.views.guest.booked import ShownBooking, shown_booking
from timetuna.bookings.views.guest.framed import frame_booking
from timetuna.bookings.visitor import keep_made, led_on, made_lately
from timetuna.rate_limits.limits import client_of
from timetuna.web.forms import Screen, private, show
from timetuna.web.framing import framable, framed_url, has_just_made, is_embedded


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressScreen(Screen):
    """Asks for the address that mails are to go to, in place of `wrong`."""

    template = "public/address.html"
    booking: ShownBooking
    form: AddressForm
    wrong: str
    back_url: str


@framable("mended")
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, token: str) -> HttpResponse:
    """For the browser that booked. What another of its windows has changed meanwhile is shown and not changed again."""
    if path := led_on(request, token):
        return private(HttpResponseRedirect(path))
    attendee, now = booker_or_404(token), timezone.now()
    mine = has_just_made(request, link_path(attendee)) or str(attendee.booking_id) in made_lately(request)
    if is_embedded(request):
        frame_booking(request, attendee)
    if not mine or (request.method != "POST" and not can_mend(attendee.booking, now=now)):
        return private(HttpResponseRedirect(link_path(attendee)))
    if request.method != "POST":
        return private(_ask(request, attendee, AddressForm(initial={"email": attendee.email})))
    form = AddressForm(request.POST)
    if not form.is_valid():
        return private(_ask(request, attendee, form, status=422))
    try:
        booking = mend_address(
            attendee.booking, email=form.cleaned_data["email"], client=client_of(request), now=now
        )
    except BookingRefused as error:
        form.add_error("email", str(error))
        return say_when(private(_ask(request, attendee, form, status=status_of(error))), error)
    response, was = HttpResponseRedirect(link_path(booking.booker)), attendee.link_fingerprint
    if booking.booker.link_fingerprint != was:
        keep_made(request, response, booking.pk, dead_link=was)
    return private(response)


def _ask(request: HttpRequest, attendee: Attendee, form: AddressForm, *, status: int = 200) -> HttpResponse:
    screen = AddressScreen(
        booking=shown_booking(attendee, read_customs(request, clock=attendee.clock)),
        form=form,
        wrong=attendee.email,
        back_url=framed_url(request, link_path(attendee)),
    )
    return show(request, screen, status=status)
