"""A guest calls a booking off."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.charge import told_guest_before
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import GUEST
from timetuna.bookings.forms.change import WordsForm
from timetuna.bookings.policies import asks_reason, booker_or_404, cancel_refusal, move_refusal
from timetuna.bookings.queries import hosts_in_words, link_path, others
from timetuna.bookings.slots.selection import read_customs
from timetuna.bookings.views.guest.booked import ShownBooking, shown_booking
from timetuna.bookings.views.guest.framed import frame_booking
from timetuna.web.forms import Screen, private, show
from timetuna.web.framing import framable, framed_url


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelScreen(Screen):
    """Asks once before a booking is cancelled, or a request taken back. others: who else is told of it.

    money: what becomes of it.
    """

    template = "public/cancel.html"
    booking: ShownBooking
    form: WordsForm
    back_url: str
    move_url: str
    others: bool
    money: str


@framable("cancelled")
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_booking(request: HttpRequest, token: str) -> HttpResponse:
    """Only the form's button cancels, since mail scanners open links."""
    attendee, now = booker_or_404(token), timezone.now()
    booking = attendee.booking
    frame_booking(request, attendee)
    if booking.is_off() or (request.method != "POST" and cancel_refusal(booking, now=now)):
        return private(HttpResponseRedirect(link_path(attendee)))  # which says why it cannot be
    form = WordsForm(
        request.POST if request.method == "POST" else None,
        asks=asks_reason(booking),
        to=hosts_in_words(booking),
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            cancel(booking.pk, actor=GUEST, note_text=form.words(), now=now)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(link_path(attendee))
    if request.method == "POST":
        status = 422
    screen = CancelScreen(
        booking=shown_booking(attendee, read_customs(request, clock=attendee.clock)),
        form=form,
        back_url=framed_url(request, link_path(attendee)),
        move_url=""
        if move_refusal(booking, now=now)
        else framed_url(request, link_path(attendee, "booked_move")),
        others=others(booking).exists(),
        money=told_guest_before(booking, now=now),
    )
    return private(show(request, screen, status=status))
