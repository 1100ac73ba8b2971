"""Whom the guest of a booking brings: who is invited, and the form to invite or take off somebody."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from timetuna.bookings.actions.change_guests import add_guests, remove_guest
from timetuna.bookings.errors import BookingRefused, say_when, status_of
from timetuna.bookings.forms.change import AddGuestsForm
from timetuna.bookings.guests import too_many
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.policies import booker_or_404, guests_refusal, most_guests
from timetuna.bookings.queries import link_path, others
from timetuna.bookings.slots.selection import read_customs
from timetuna.bookings.views.guest.booked import ShownBooking, shown_booking
from timetuna.web.forms import Screen, private, row_number, show


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestsScreen(Screen):
    """form: None where nobody else can be added."""

    template = "public/guests.html"
    booking: ShownBooking
    people: QuerySet[Attendee]
    form: AddGuestsForm | None
    notice: str
    back_url: str


@require_http_methods(["GET", "HEAD", "POST"])
def guests(request: HttpRequest, token: str) -> HttpResponse:
    """Only the form's buttons change who is invited, since mail scanners open links."""
    booking = booker_or_404(token).booking
    if guests_refusal(booking, now=timezone.now()):
        return private(HttpResponseRedirect(link_path(booking.booker)))
    if request.method != "POST":
        return private(_show(request, booking, AddGuestsForm(most=room_for_guests(booking))))
    return private(_remove(request, booking) if "remove" in request.POST else _add(request, booking))


def _add(request: HttpRequest, booking: Booking) -> HttpResponse:
    form = AddGuestsForm(request.POST, most=room_for_guests(booking))
    if not form.is_valid():
        return _show(request, booking, form, status=422)
    try:
        add_guests(booking.pk, guests=form.cleaned_data["guests"], now=timezone.now())
    except BookingRefused as error:
        form.add_error("guests", str(error))
        return say_when(_show(request, booking, form, status=status_of(error)), error)
    return HttpResponseRedirect(link_path(booking.booker))


def _remove(request: HttpRequest, booking: Booking) -> HttpResponse:
    number = row_number(request.POST["remove"])
    try:
        if number is not None:
            remove_guest(booking.pk, attendee_id=number, now=timezone.now())
    except BookingRefused as error:
        return _show(
            request, booking, AddGuestsForm(most=room_for_guests(booking)), notice=str(error), status=409
        )
    return HttpResponseRedirect(link_path(booking.booker, "booked_guests"))


def _show(
    request: HttpRequest, booking: Booking, form: AddGuestsForm, *, notice: str = "", status: int = 200
) -> HttpResponse:
    room = room_for_guests(booking)
    if form.is_bound and not room:
        notice = no_room(booking)
    screen = GuestsScreen(
        booking=shown_booking(booking.booker, read_customs(request, clock=booking.booker.clock)),
        people=others(booking),
        form=form if room else None,
        notice=notice,
        back_url=link_path(booking.booker),
    )
    return show(request, screen, status=status)


def no_room(booking: Booking) -> str:
    """The sentence for who wanted to invite somebody, where nobody else can be."""
    if most_guests(booking):
        return gettext("All places are taken, so nobody else can be invited.")
    return too_many(0)


def room_for_guests(booking: Booking) -> int:
    """How many more can be invited."""
    return max(0, most_guests(booking) - others(booking).count())
