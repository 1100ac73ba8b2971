"""Where a host says yes or no to a request: on a page of its own, to which the mail leads, or on the booking's."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.actions.answer_request import approve, decline
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import HOST, MAIL
from timetuna.bookings.forms.change import WordsForm
from timetuna.bookings.models import Booking
from timetuna.bookings.permissions import booking_or_404
from timetuna.bookings.views.host.booking import OpenRequest, request_of, show_booking
from timetuna.bookings.views.host.bookings import reader_of
from timetuna.l10n import datetimes
from timetuna.web.forms import INCOMPLETE, Screen, row_number, show


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerScreen(Screen):
    """via: where the host came from."""

    template = "bookings/answer.html"
    booking: Booking
    answer: OpenRequest
    via: str
    when: str


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def answer(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Only the buttons give it, since mail scanners open links."""
    row = booking_or_404(request, booking_id)
    if request.method == "POST":
        return _answer(request, row)
    if row.status != Booking.Status.PENDING:
        return redirect("booking", row.pk)  # which says what became of it
    reader = reader_of(signed_in(request), timezone.now())
    screen = AnswerScreen(
        booking=row,
        answer=request_of(row, reader, WordsForm()),
        via=MAIL,
        when=datetimes.when(row.start_at, minutes=row.minutes, zone=reader.zone),
    )
    return show(request, screen)


def _answer(request: HttpRequest, row: Booking) -> HttpResponse:
    source, now = MAIL if request.POST.get("via") == MAIL else HOST, timezone.now()
    seen = row_number(request.POST.get("seen", ""))
    wanted, form = request.POST.get("answer"), WordsForm(request.POST)
    if seen is None:
        messages.error(request, str(INCOMPLETE))
        return redirect("booking", row.pk)
    if wanted == "no" and not form.is_valid():
        return show_booking(request, row, words_form=form, status=422)
    try:
        if wanted == "yes":
            _say_confirmed(request, approve(row.pk, source=source, now=now, seen=seen))
        elif wanted == "no":
            decline(row.pk, note_text=form.words(), source=source, now=now, seen=seen)
            messages.success(
                request, gettext("Declined. Your guest is told by mail, and the time is free again.")
            )
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("booking", row.pk)


def _say_confirmed(request: HttpRequest, booking: Booking) -> None:
    if booking.status == Booking.Status.CONFIRMED:
        said = gettext("Confirmed. Your guest gets the invitation by mail, and so do you.")
        messages.success(request, said)
    else:
        said = gettext("The payment is being collected. The booking is confirmed once that is done.")
        messages.info(request, said)
