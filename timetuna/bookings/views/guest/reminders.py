"""Where a guest stops the reminders of a booking: by a page with a button, or by the mail program's own."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from timetuna.bookings.actions.stop_reminders import stop_reminders, stop_reminders_of
from timetuna.bookings.links import link_path
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import brought_by_signature
from timetuna.bookings.slots.selection import read_customs
from timetuna.bookings.views.guest.booked import booking_context, booking_or_404, private


# RFC 8058: a mail program posts here without cookies and without a form of ours; the address is the authority.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest, token: str) -> HttpResponse:
    """Show how it stands; a POST stops the reminders or has them sent again, whichever it says, or changes nothing."""
    booking = booking_or_404(token)
    if request.method == "POST":
        if (stop := _stop(request)) is not None:
            stop_reminders(booking, stop=stop)
        if not _one_click(request):
            return private(HttpResponseRedirect(f"{link_path(booking)}/reminders"))
    return _show(request, booking, wanted=booking.wants_reminders, back_url=link_path(booking))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reminders_of_brought(request: HttpRequest, guest_id: int, signature: str) -> HttpResponse:
    """Do the same for one person whom the guest brings; they see when the meeting is, and cannot reach the booking."""
    row = brought_by_signature(guest_id, signature)
    if row is None:
        raise Http404
    if request.method == "POST":
        if (stop := _stop(request)) is not None:
            stop_reminders_of(row, stop=stop)
        if not _one_click(request):
            return private(HttpResponseRedirect(request.path))
    return _show(request, row.booking, wanted=row.wants_reminders, back_url="")


def _stop(request: HttpRequest) -> bool | None:
    """Return what is asked for; None where neither is said."""
    asked = {"off": True, "on": False}.get(request.POST.get("reminders", ""))
    return True if asked is None and _one_click(request) else asked


def _one_click(request: HttpRequest) -> bool:
    """Say whether a mail program asks, which must not be redirected (RFC 8058 section 3.1)."""
    return request.POST.get("List-Unsubscribe") == "One-Click"


def _show(request: HttpRequest, booking: Booking, *, wanted: bool, back_url: str) -> HttpResponse:
    context = {
        "booking": booking_context(booking, read_customs(request)),
        "host": {"name": booking.host.name},
        "wanted": wanted,
        "back_url": back_url,
    }
    return private(render(request, "public/reminders.html", context))
