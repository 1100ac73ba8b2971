"""Where who booked agrees to reminders by text, or has them end."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from timetuna.bookings import consents
from timetuna.bookings.actions.reminders.agree_to_texts import agree_to_texts, stop_texts
from timetuna.bookings.consents import TextsOf
from timetuna.bookings.policies import booker_or_404, takes_part
from timetuna.bookings.queries import hosts_in_words, link_path
from timetuna.bookings.slots.selection import read_customs
from timetuna.bookings.views.guest.booked import ShownBooking, shown_booking
from timetuna.lib.phones import shown_number
from timetuna.web.forms import Screen, private, show


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsScreen(Screen):
    """How it stands, what can be agreed to (or ""), and its mark, which the form sends back."""

    template = "public/texts.html"
    booking: ShownBooking
    standing: TextsOf
    number: str
    label: str
    terms: str
    mark: str
    back_url: str


@require_http_methods(["GET", "HEAD", "POST"])
def texts(request: HttpRequest, token: str) -> HttpResponse:
    """A POST has them end, or begin if it agrees to what this page says; whatever else it says changes nothing."""
    attendee, now = booker_or_404(token), timezone.now()
    said = consents.offer_to(attendee, host=hosts_in_words(attendee.booking))
    if request.method == "POST":
        asked = request.POST.get("texts", "")
        if asked == "off":
            stop_texts(attendee, now=now)
        elif said and takes_part(attendee) and asked == consents.mark_of(said):
            agree_to_texts(attendee, said, now=now)
        return private(HttpResponseRedirect(link_path(attendee, "booked_texts")))
    standing = consents.standing_of(attendee)
    if not takes_part(attendee) or not (said or standing):
        return private(HttpResponseRedirect(link_path(attendee)))
    screen = TextsScreen(
        booking=shown_booking(attendee, read_customs(request, clock=attendee.clock)),
        standing=standing,
        number=shown_number(attendee.phone),
        label=said.partition("\n")[0],
        terms=said.partition("\n")[2],
        mark=consents.mark_of(said) if said else "",
        back_url=link_path(attendee),
    )
    return private(show(request, screen))
