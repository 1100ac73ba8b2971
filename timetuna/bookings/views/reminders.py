"""Where a guest stops the reminders of a booking: by a page with a button, or by the mail program's own."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from timetuna.bookings.actions.stop_reminders import stop_reminders
from timetuna.bookings.choice import read_customs
from timetuna.bookings.links import link_path
from timetuna.bookings.views.booked import booking_context, booking_or_404, private


# RFC 8058: a mail program posts here without cookies and without a form of ours; the address is the authority.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest, token: str) -> HttpResponse:
    """Show how it stands; a POST stops the reminders, or has them sent again if it says so."""
    booking = booking_or_404(token)
    if request.method == "POST":
        stop_reminders(booking, stop=request.POST.get("reminders") != "on")
        return private(HttpResponseRedirect(f"{link_path(booking)}/reminders"))
    context = {
        "booking": booking_context(booking, read_customs(request)),
        "host": {"name": booking.host.name},
        "wanted": booking.wants_reminders,
        "back_url": link_path(booking),
    }
    return private(render(request, "public/reminders.html", context))
