"""When a host's bookings take place, and did until a moment ago: there an event that bears their mark is our own."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from timetuna.availability.interval import Interval, minute_of
from timetuna.bookings.events import BookingEvent
from timetuna.bookings.models import Booking, BookingHost, HistoryEntry
from timetuna.calendars.models import CalendarEvent
from timetuna.db.sql import portions

REMEMBERED = timedelta(days=1)
"""How long an event may still be shown at a time that its booking has left."""


def own_times(host_id: int, uids: Collection[str]) -> dict[str, list[Interval]]:
    """Of those uids that are bookings of this host, or were, by uid the UTC minutes at which their event is our own.

    Those are the booking's own time, and of one that was moved or cancelled lately also the time that it has left. What
    went to another host may stand in the former's calendar for a while.
    """
    found, oldest = dict[str, list[Interval]](), timezone.now() - REMEMBERED
    for asked in portions(uids):
        theirs = BookingHost.objects.filter(booking=OuterRef("pk"), host=host_id)
        written = CalendarEvent.objects.filter(booking_uid=OuterRef("uid"), host=host_id)
        rows = Booking.objects.filter(Exists(theirs) | Exists(written), uid__in=list(map(UUID, asked))).only(
            "uid", "start_at", "minutes", "status"
        )
        for row in rows:
            found[str(row.uid)] = [] if row.is_off() else [_at(row, row.start_at)]
        for entry in _changes(rows, since=oldest):
            found[str(entry.booking.uid)] += _left(entry)
    return found


def _changes(rows: Collection[Booking], *, since: datetime) -> Iterator[HistoryEntry]:
    changes = HistoryEntry.objects.filter(
        booking__in=rows, event__in=[BookingEvent.MOVED, BookingEvent.CANCELLED], at__gt=since
    )
    yield from changes.select_related("booking")


def _left(entry: HistoryEntry) -> Iterator[Interval]:
    """The time that the booking has left with this change."""
    if entry.event == BookingEvent.CANCELLED:
        yield _at(entry.booking, entry.booking.start_at)
    before = entry.changes.get("start", [None])[0]
    if isinstance(before, str):
        yield _at(entry.booking, datetime.fromisoformat(before))


def _at(booking: Booking, start: datetime) -> Interval:
    first = minute_of(start)
    return first, first + booking.minutes
