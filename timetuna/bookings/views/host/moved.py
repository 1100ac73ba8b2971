"""The last move that a host made here, kept in their session for a while, so that it can be taken back."""

import time
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.models import Booking
from timetuna.bookings.permissions import BookingAction, bookings_with
from timetuna.bookings.queries import with_booker
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.status.rows import Reader
from timetuna.l10n import datetimes
from timetuna.web.forms import is_own_path

UNDO_FOR_SECONDS = 600
_KEY = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedBooking:
    """A booking that was moved a moment ago. before, now: in words.  start, was: of the form that moves it back."""

    booking: Booking
    before: str
    now: str
    start: str
    was: str


def remember_move(request: HttpRequest, booking: Booking, *, before: datetime) -> None:
    """before: when it was until now; a time that is over by then is no way back."""
    moved = booking.start_at
    request.session[_KEY] = [booking.pk, before.timestamp(), moved.timestamp(), time.time()]


def moved_lately(request: HttpRequest, reader: Reader, *, of: int | None = None) -> MovedBooking | None:
    """None once it is long ago, was moved again, or has no way back. of: this one alone. At most one query."""
    if _KEY not in request.session or of not in {None, request.session[_KEY][0]}:
        return None
    booking_id, before, moved, at = request.session[_KEY]
    earlier, start = (datetime.fromtimestamp(one, reader.now.tzinfo) for one in (before, moved))
    if time.time() - at > UNDO_FOR_SECONDS or earlier <= reader.now:
        del request.session[_KEY]
        return None
    rows = bookings_with(signed_in(request), to=BookingAction.CHANGE)
    row = with_booker(rows.filter(pk=booking_id, start_at=start, status=Booking.Status.CONFIRMED)).first()
    if row is None:
        return None
    return MovedBooking(
        booking=row,
        before=datetimes.short_when(earlier, zone=reader.zone),
        now=datetimes.short_when(start, zone=reader.zone),
        start=write_start(earlier),
        was=write_start(start),
    )


def agenda_path(text: str) -> str:
    """An address of the agenda, as a form brings it; "" for anything else."""
    agenda = reverse("bookings_agenda")
    return text if is_own_path(text) and text.partition("?")[0] == agenda else ""
