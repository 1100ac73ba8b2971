"""Makes all days anew: for the first time, after a fault of ours, or to see that nothing differs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Max, Min

from timetuna.bookings.models import Booking, BookingHost
from timetuna.insights.actions.fill_days import days_of, fill_days
from timetuna.insights.models import DayFigure
from timetuna.insights.queries import Subject
from timetuna.pages.models import BookingPage

_AT_ONCE = 1_000
"""Bookings that are counted in one transaction, or all of a month."""
_MONTH, _ONE_DAY = timedelta(days=31), timedelta(days=1)


def rebuild() -> int:
    """Count everybody's days again; return how many bookings there are. Looks and picks stay as they are."""
    for page_id in BookingPage.objects.order_by("pk").values_list("pk", flat=True):
        rebuild_subject(Subject(page=page_id))
    alone = BookingHost.objects.filter(booking__page=None).order_by()
    left = DayFigure.objects.filter(page=None).order_by()
    for host_id in sorted(
        {one for rows in (alone, left) for one in rows.values_list("host", flat=True).distinct()}
    ):
        rebuild_subject(Subject(host=host_id))
    return Booking.objects.count()


def rebuild_subject(subject: Subject) -> None:
    """So many bookings at a time that nobody who books meanwhile waits long."""
    for first, end in _spans(subject):
        days = (end - first) // _ONE_DAY
        fill_days(subject, [first + step * _ONE_DAY for step in range(days)])


def _spans(subject: Subject) -> Iterator[tuple[date, date]]:
    """From the first to the day before the second, over all the time in which anything is or was."""
    ends = {"made": "created_at", "held": "start_at"}
    bounds = {f"{name}_{side.name}": side(column) for name, column in ends.items() for side in (Min, Max)}
    found = subject.bookings().aggregate(number=Count("pk"), **bounds)
    number, *moments = found.values()
    stored = days_of(subject).aggregate(first=Min("day"), last=Max("day")).values()
    dates = [one.astimezone(UTC).date() for one in moments if isinstance(one, datetime)]
    dates += [one for one in stored if one is not None]
    if not dates:
        return
    first, end = min(dates) - _ONE_DAY, max(dates) + 2 * _ONE_DAY
    step = max(_MONTH, (end - first) * _AT_ONCE // max(number, _AT_ONCE))
    while first < end:
        yield first, min(end, first + step)
        first += step
