"""Where a guest stops the reminders sent to them: by a page with a button, or by the mail program's own."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from timetuna.bookings.actions.reminders.stop_reminders import stop_reminders
from timetuna.bookings.policies import attendee_or_404, takes_part
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import read_customs
from timetuna.bookings.views.guest.booked import ShownBooking, shown_booking
from timetuna.web.forms import Screen, private, show


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindersScreen(Screen):
    """Whether the reader's reminders are sent, and the button that changes it."""

    template = "public/reminders.html"
    booking: ShownBooking
    wanted: bool
    back_url: str


# RFC 8058: a mail program posts here without cookies and without a form of ours; the address is the authority.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest, token: str) -> HttpResponse:
    """A POST stops them or has them sent again, whichever it says, or changes nothing.

    Whoever does not take part is reminded of nothing, and is shown their page. A mail program is never redirected.
    """
    attendee = attendee_or_404(token)
    if request.method == "POST":
        if (stop := _stop(request)) is not None:
            stop_reminders(attendee, stop=stop)
        if _one_click(request):
            return private(HttpResponse())
        return private(HttpResponseRedirect(link_path(attendee, "booked_reminders")))
    if not takes_part(attendee):
        return private(HttpResponseRedirect(link_path(attendee)))
    screen = RemindersScreen(
        booking=shown_booking(attendee, read_customs(request, clock=attendee.clock)),
        wanted=attendee.wants_reminders,
        back_url=link_path(attendee),
    )
    return private(show(request, screen))


def _stop(request: HttpRequest) -> bool | None:
    """What is asked for; None where neither is said."""
    asked = {"off": True, "on": False}.get(request.POST.get("reminders", ""))
    return True if asked is None and _one_click(request) else asked


def _one_click(request: HttpRequest) -> bool:
    """Whether a mail program asks, which must not be redirected (RFC 8058 section 3.1)."""
    return request.POST.get("List-Unsubscribe") == "One-Click"
