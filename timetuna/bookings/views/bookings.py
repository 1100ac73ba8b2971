"""The host's list of bookings."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from timetuna.accounts.models import User
from timetuna.bookings import wording
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import bookings_of, unfinished_subjects

WHICH = {"upcoming": "Upcoming", "past": "Past", "cancelled": "Cancelled"}
EMPTY = {
    "upcoming": "Nobody has booked yet. Share the address of a booking page and it shows up here.",
    "past": "Meetings appear here once they have begun.",
    "cancelled": "No booking was cancelled.",
}


@login_required
@require_safe
def bookings(request: HttpRequest) -> HttpResponse:
    """List bookings, twenty a page."""
    assert isinstance(request.user, User)  # noqa: S101 - said for the type checker
    which = request.GET.get("show", "upcoming")
    which = which if which in WHICH else "upcoming"
    page = Paginator(bookings_of(request.user.pk, which=which), 20).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    stuck = unfinished_subjects(rows)
    context = {
        "tabs": [
            {"label": label, "url": f"/bookings?show={name}", "current": name == which}
            for name, label in WHICH.items()
        ],
        "rows": [_row(booking, stuck, request.user.time_zone) for booking in rows],
        "page": page,
        "which": which,
        "empty_text": EMPTY[which],
    }
    return render(request, "bookings/list.html", context)


def _row(booking: Booking, stuck: set[str], zone: str) -> dict[str, object]:
    return {
        "url": f"/bookings/{booking.pk}",
        "title": booking.title,
        "guest": booking.guest_name,
        "when": wording.when(booking.start_at, minutes=booking.minutes, zone=wording.zone_or_utc(zone)),
        "stuck": booking.subject_key() in stuck,
    }
