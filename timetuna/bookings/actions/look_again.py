"""Look at the host's calendars once more before a time is taken: what was put there a moment ago counts too."""

import time
from collections import deque

from timetuna.bookings.models import Booking
from timetuna.calendars.actions.read_live import read_live
from timetuna.pages.calendars import blocking
from timetuna.pages.models import BookingPage

SECONDS = 2.0
MOST_A_MINUTE = 60
LOOKS: dict[int, deque[float]] = {}
"""When this process looked lately, by page."""


def look_again(page_id: int | None, *, start_minute: int, minutes: int) -> None:
    """Read what a meeting at that UTC minute needs of the calendars that take the page's time: two seconds at most.

    To be called before the transaction that asks the engine. Calendars that do not answer in time count as they were
    known last, and a page that has been asked very often lately is answered by what is known.
    """
    page = BookingPage.objects.filter(pk=page_id or 0).only(
        "host_id", "own_calendars", "buffer_before_minutes", "buffer_after_minutes"
    )
    row = page.first()
    if row is None:
        return
    ids = blocking(page_id=row.pk, host_id=row.host_id, chosen=row.own_calendars).values_list("pk", flat=True)
    asked = list(ids)
    if not asked or _too_often(row.pk):
        return
    first, end = start_minute - row.buffer_before_minutes, start_minute + minutes + row.buffer_after_minutes
    read_live(asked, (first, end), seconds=SECONDS)


def look_again_for(booking_id: int, *, start_minute: int) -> None:
    """Do it for a booking that is about to be moved to that UTC minute."""
    row = Booking.objects.filter(pk=booking_id).values_list("page_id", "minutes").first()
    if row is not None:
        look_again(row[0], start_minute=start_minute, minutes=row[1])


def _too_often(page_id: int) -> bool:
    """Count the looks of this process: whoever sends one form after another shall not use up a provider's limits."""
    now, looks = time.monotonic(), LOOKS.setdefault(page_id, deque(maxlen=MOST_A_MINUTE))
    if len(looks) == MOST_A_MINUTE and looks[0] > now - 60.0:
        return True
    looks.append(now)
    return False
