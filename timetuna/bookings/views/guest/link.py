"""What of a booking's page is asked for by itself: the link once it is there, and the invitation as a file."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from timetuna.bookings.events import CALLED_OFF
from timetuna.bookings.integrations.location import Location, attendee_invitation, place_for
from timetuna.bookings.models import Attendee
from timetuna.bookings.policies import attendee_or_404, takes_part
from timetuna.bookings.queries import link_path
from timetuna.bookings.views.guest.booked import Phase, ShownLink, phase_of, shown_link
from timetuna.lib.ics import write
from timetuna.web.forms import Screen, private, show


@dataclass(frozen=True, slots=True)
class LinkScreen(Screen):
    """The part of the page that asks again for the link."""

    template = "public/_link.html"
    link: ShownLink


@require_safe
def link_state(request: HttpRequest, token: str) -> HttpResponse:
    """204 while nothing has changed.

    Whoever does not take part, or no longer does, or comes after the end, is shown their page, where that is said.
    """
    attendee = attendee_or_404(token)
    if not takes_part(attendee):
        return private(_to_page(request, attendee))
    link = shown_link(attendee, is_over=phase_of(attendee.booking, now=timezone.now()) is Phase.OVER)
    if link is None:
        return private(_to_page(request, attendee))
    if link.state == request.GET.get("state"):
        return private(HttpResponse(status=204))
    return private(show(request, LinkScreen(link)))


@require_safe
def invite(_request: HttpRequest, token: str) -> HttpResponse:
    """The reader's own, as a file, or what takes it back, which no longer says where."""
    attendee = attendee_or_404(token)
    cancelled = attendee.booking.status in CALLED_OFF
    if not attendee.active or not (cancelled or takes_part(attendee)):
        return private(HttpResponseRedirect(link_path(attendee)))
    where = place_for(attendee)
    if cancelled:
        where = Location(label=where.label, text="")
    content = write(attendee_invitation(attendee, where, cancelled=cancelled))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return private(response)


def _to_page(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """A redirect that a page follows as a whole: one to its script would be followed into the part that asked."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(link_path(attendee))
