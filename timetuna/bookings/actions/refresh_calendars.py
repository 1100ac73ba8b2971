"""Look at the host's calendars once more before a time is taken: what was put there a moment ago counts too.

Where a time is booked or moved to it is never left out, so nobody can use it up: those who ask at the same time share
one answer, and a calendar that was asked very often lately is taken at its word of a moment ago (`calendars/looks.py`).
"""

from timetuna.bookings.models import Booking
from timetuna.calendars.actions.read_live import read_live
from timetuna.pages.calendar_use import page_calendars
from timetuna.pages.models import BookingPage
from timetuna.rate_limits.limits import Limit, spend_all
from timetuna.web.client import Client

SECONDS = 2.0
_DAY = 1_440
BY_NETWORK = Limit("calendar-looks", (60, 60), (600, 3_600))
BY_WIDE_NETWORK = Limit("calendar-looks-wide", (240, 60), (2_400, 3_600))
"""Of forms that are opened. Whoever opens more gets forms by what is known; the look is made when they book."""


def refresh_calendars(page_id: int | None, *, start_minute: int, minutes: int) -> None:
    """Read what a meeting at that UTC minute needs of the calendars that take the page's time: two seconds at most.

    To be called before the transaction that asks the engine. Calendars that do not answer in time count as they were
    known last.
    """
    page = BookingPage.objects.filter(pk=page_id or 0).only(
        "host_id", "own_calendars", "buffer_before_minutes", "buffer_after_minutes"
    )
    row = page.first()
    if row is None:
        return
    ids = page_calendars(row).values_list("pk", flat=True)
    first, end = start_minute - row.buffer_before_minutes, start_minute + minutes + row.buffer_after_minutes
    read_live(list(ids), _whole_days(first, end), seconds=SECONDS)


def look_for_form(page_id: int, client: Client, *, start_minute: int, minutes: int) -> None:
    """Do it for somebody who only opens the form of that time, as often as their network may."""
    if not spend_all((BY_NETWORK, client.network), (BY_WIDE_NETWORK, client.wide)):
        refresh_calendars(page_id, start_minute=start_minute, minutes=minutes)


def refresh_calendars_for(booking_id: int, *, start_minute: int) -> None:
    """Do it for a booking that is about to be moved to that UTC minute."""
    row = Booking.objects.filter(pk=booking_id).values_list("page_id", "minutes").first()
    if row is not None:
        refresh_calendars(row[0], start_minute=start_minute, minutes=row[1])


def _whole_days(first: int, end: int) -> tuple[int, int]:
    """Return the UTC days around the span: guests who ask for different times of a day share one look."""
    return first // _DAY * _DAY, -(-end // _DAY) * _DAY
