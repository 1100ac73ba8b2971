"""The host of a booking invites somebody else to it, or takes somebody off."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.bookings.actions.change_guests import add_guests, remove_guest
from timetuna.bookings.errors import BookingRefused, TooManyBookings
from timetuna.bookings.events import HOST
from timetuna.bookings.forms.change import AddGuestsForm
from timetuna.bookings.models import Booking
from timetuna.bookings.permissions import booking_or_404
from timetuna.bookings.policies import guests_refusal
from timetuna.bookings.views.guest.guests import no_room, room_for_guests
from timetuna.bookings.views.host.booking import post_or_back, show_booking
from timetuna.web.forms import row_number


@post_or_back
@login_required
def change_guests(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Do what the button says: take the named person off, or invite whom the form names."""
    row = booking_or_404(request, booking_id)
    return _remove(request, row) if "remove" in request.POST else _add(request, row)


def _add(request: HttpRequest, row: Booking) -> HttpResponse:
    room = room_for_guests(row)
    refusal = guests_refusal(row, now=timezone.now()) or ("" if room else no_room(row))
    if refusal:
        messages.error(request, refusal)
        return show_booking(request, row, status=409)
    form = AddGuestsForm(request.POST, most=room)
    if not form.is_valid():
        return show_booking(request, row, guests_form=form, status=422)
    try:
        add_guests(row.pk, guests=form.cleaned_data["guests"], now=timezone.now(), actor=HOST)
    except BookingRefused as error:
        form.add_error("guests", str(error))
        status = 429 if isinstance(error, TooManyBookings) else 409
        return show_booking(request, row, guests_form=form, status=status)
    if row.status == Booking.Status.PENDING:
        messages.success(request, gettext("Added. The invitation goes out once you have said yes."))
    else:
        messages.success(request, gettext("Invited. Your guest is told, too."))
    return HttpResponseRedirect(reverse("booking", args=[row.pk], fragment="guests"))


def _remove(request: HttpRequest, row: Booking) -> HttpResponse:
    number = row_number(request.POST["remove"])
    try:
        if number is not None:
            remove_guest(row.pk, attendee_id=number, now=timezone.now(), actor=HOST)
    except BookingRefused as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("booking", args=[row.pk], fragment="guests"))
