"""A host's day or week: which dates, and what is on each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from timetuna.availability.hours import day_start
from timetuna.availability.interval import Interval, minute_of
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import within
from timetuna.bookings.status.rows import BookingDay, Reader, line_maker
from timetuna.l10n import datetimes

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
ONE_DAY = timedelta(days=1)
WEEK = 7


@dataclass(frozen=True, slots=True)
class Span:
    """A day, or a week, of somebody's calendar: the first of so many dates."""

    first: date
    length: int

    def dates(self) -> list[date]:
        return [self.first + ONE_DAY * number for number in range(self.length)]

    def step(self, times: int) -> date | None:
        """The first date so many spans away; None beyond what the agenda shows."""
        day = self.first + ONE_DAY * (self.length * times)
        return day if FIRST <= day <= LAST else None


def week_of(day: date, *, first_weekday: int) -> Span:
    """Weeks begin on `first_weekday`, 0 for Monday."""
    return Span(day - ONE_DAY * ((day.weekday() - first_weekday) % WEEK), WEEK)


def read_date(text: str) -> date | None:
    """Of an address, "2026-11-25"; None where there is none, or not in an agenda."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None


def agenda(bookings: QuerySet[Booking], span: Span, reader: Reader) -> list[BookingDay]:
    """The dates with what is on them of the bookings by the reader's clock. Two queries.

    A meeting over midnight is on both dates; one in an hour that a clock change repeats is there once.
    """
    bounds = [day_start(day, zone=reader.zone) for day in [*span.dates(), span.first + ONE_DAY * span.length]]
    rows = list(within(bookings, (bounds[0], bounds[-1])))
    make = line_maker(rows, reader, among=bookings)
    today = reader.today()
    return [
        BookingDay(
            day,
            datetimes.day_title(day, today=today),
            [make.line(row, day) for row in _touching(rows, (start, end))],
        )
        for day, start, end in zip(span.dates(), bounds, bounds[1:], strict=False)
    ]


def _touching(bookings: Sequence[Booking], span: Interval) -> list[Booking]:
    start, end = span
    return [row for row in bookings if minute_of(row.start_at) < end and minute_of(row.end_at()) > start]
