"""A guest calls a booking off."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.choice import read_customs
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.forms import CancelForm
from timetuna.bookings.history import GUEST
from timetuna.bookings.links import link_path
from timetuna.bookings.models import Booking
from timetuna.bookings.views.booked import booking_context, booking_or_404, private


@require_http_methods(["GET", "HEAD", "POST"])
def cancel_booking(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once; only the form's button cancels, since mail scanners open links."""
    booking = booking_or_404(token)
    if booking.status == Booking.Status.CANCELLED:
        return HttpResponseRedirect(link_path(booking))
    form = CancelForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            cancel(booking.pk, actor=GUEST, note_text=form.cleaned_data["note"], now=timezone.now())
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(link_path(booking))
    if request.method == "POST":
        status = 422
    context = {
        "booking": booking_context(booking, read_customs(request)),
        "host": {"name": booking.host.name},
        "form": form,
        "back_url": link_path(booking),
        "move_url": f"{link_path(booking)}/move" if booking.page_id else "",
    }
    return private(render(request, "public/cancel.html", context, status=status))
