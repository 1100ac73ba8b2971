"""One booking, as its host sees it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from timetuna.accounts.models import User
from timetuna.bookings import wording
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.mend import retry_booking
from timetuna.bookings.effects import effects
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.forms import CancelForm
from timetuna.bookings.history import HOST
from timetuna.bookings.models import Booking
from timetuna.bookings.place import place
from timetuna.bookings.queries import booking_of


@login_required
@require_safe
def booking(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Show all facts, what happened outside, and the history."""
    row = _own_or_404(request, booking_id)
    zone = wording.zone_or_utc(row.host.time_zone)
    work = effects(row)
    context = {
        "booking": row,
        "when": wording.when(row.start_at, minutes=row.minutes, zone=zone),
        "guest_when": wording.when(
            row.start_at, minutes=row.minutes, zone=wording.zone_or_utc(row.guest_time_zone)
        ),
        "zone": zone.key,
        "place": place(row),
        "effects": work,
        "retryable": any(effect.state == "failed" or effect.at for effect in work if effect.state != "done"),
        "history": row.history.all(),
        "cancellable": row.status == Booking.Status.CONFIRMED and row.end_at() > timezone.now(),
        "cancel_form": CancelForm(),
    }
    return render(request, "bookings/booking.html", context)


@login_required
@require_POST
def retry(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Try everything that waits or failed again, now."""
    row = _own_or_404(request, booking_id)
    if retry_booking(row):
        messages.success(request, "Trying again. Reload this page in a moment to see how it went.")
    else:
        messages.info(request, "Nothing is waiting for this booking.")
    return HttpResponseRedirect(f"/bookings/{row.pk}")


@login_required
@require_POST
def cancel_as_host(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Call the booking off; both sides get a mail."""
    row = _own_or_404(request, booking_id)
    form = CancelForm(request.POST)
    note_text = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        cancel(row.pk, actor=HOST, note_text=note_text, now=timezone.now())
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The booking is cancelled. Both sides get a mail.")
    return HttpResponseRedirect(f"/bookings/{row.pk}")


def _own_or_404(request: HttpRequest, booking_id: int) -> Booking:
    assert isinstance(request.user, User)  # noqa: S101 - said for the type checker
    row = booking_of(request.user.pk, booking_id)
    if row is None:
        raise Http404
    return row
