"""A host's bookings as lists show them: a line each, under the heading of their day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.models import User
from timetuna.bookings.charge import charge_of
from timetuna.bookings.events import ahead
from timetuna.bookings.integrations.location import join_url
from timetuna.bookings.listing import Listed
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import UNSETTLED, from_one_source, host_names, open_work
from timetuna.bookings.status.badges import Badge, badges_of
from timetuna.jobs.models import Job
from timetuna.l10n import datetimes
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.public import together

MANY = 5
"""Bookings from one network that are worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom times are written. now: aware UTC."""

    host_id: int
    zone: ZoneInfo
    now: datetime

    def hosts(self, booking: Booking) -> bool:
        """No query for a booking that was read `queries.with_hosts`."""
        return self.host_id in {row.host_id for row in booking.booking_hosts.all()}

    def name_of(self, host: User) -> str:
        """Nothing where that is who reads."""
        return "" if host.pk == self.host_id else host.name

    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRow:
    """A booking in a list. `times` is by the reader's clock; `join_url` only while the meeting can be joined.

    state: how it stands, where no badge says so, or until when its guest can pay.
    payment: what was paid, "" where it costs nothing.
    from_source: how many bookings came from the same network, where these are many.
    hosts: who hosts it, the lead first; "" where the reader does alone.
    """

    url: str
    title: str
    guest: str
    starts: datetime
    times: str
    kind: str
    badges: Sequence[Badge]
    join_url: str
    under_way: bool
    waits: bool
    from_source: int
    hosts: str
    state: str
    payment: str = ""


@dataclass(frozen=True, slots=True)
class BookingDay:
    date: date
    title: str
    lines: Sequence[BookingRow]


def days(bookings: Iterable[Booking], reader: Reader, *, among: Listed) -> list[BookingDay]:
    """Under the days they start on by the reader's clock, in the order given. Three queries at most.

    among: all that the reader may see.
    """
    rows = list(bookings)
    make = line_maker(rows, reader, among=among)
    dates = dict.fromkeys(booking.start_at.astimezone(reader.zone).date() for booking in rows)
    return [
        BookingDay(
            day,
            datetimes.day_title(day, today=reader.today()),
            [make.line(row, day) for row in rows if row.start_at.astimezone(reader.zone).date() == day],
        )
        for day in dates
    ]


@dataclass(frozen=True, slots=True)
class LineMaker:
    """Read once for all lines."""

    work: dict[str, list[Job]]
    reader: Reader
    sources: dict[str, int]
    path: str

    def line(self, booking: Booking, day: date) -> BookingRow:
        """As it stands below the heading of that day."""
        zone, now, end = self.reader.zone, self.reader.now, booking.end_at()
        readable, work = booking.readable, self.work.get(booking.concurrency_key(), ())  # type: ignore[attr-defined]
        charge = charge_of(booking) if readable else None
        many = self.sources.get(booking.source_network, 0) if readable else 0
        return BookingRow(
            url=f"{self.path}/{booking.pk}",
            title=booking.title,
            guest=booking.booker.name,
            starts=booking.start_at.astimezone(zone),
            times=datetimes.hours(booking.start_at, end, zone=zone, day=day),
            kind=kind_label(booking),
            badges=badges_of(booking, work, now=now) if readable else (),
            join_url=join_url(booking) if readable and ahead(booking, now=now) else "",
            waits=booking.status in UNSETTLED,
            under_way=booking.start_at <= now and ahead(booking, now=now),
            from_source=many if many >= MANY else 0,
            hosts=_hosts(booking, self.reader),
            state=state_of(booking, self.reader),
            payment=charge.sentence() if readable and charge else "",
        )


def line_maker(bookings: Sequence[Booking], reader: Reader, *, among: Listed) -> LineMaker:
    """Three queries at most. among: all that the reader may see."""
    work = open_work(one.concurrency_key() for one in bookings)
    sources = from_one_source(bookings, among=among)
    return LineMaker(work, reader, sources, reverse("bookings"))


def _hosts(booking: Booking, reader: Reader) -> str:
    names = host_names(booking)
    return "" if len(names) == 1 and reader.hosts(booking) else together(names)


_ENDED = {
    Booking.Status.DECLINED: gettext_lazy("Declined"),
    Booking.Status.LAPSED: gettext_lazy("Not answered in time"),
    Booking.Status.WITHDRAWN: gettext_lazy("Taken back by the guest"),
    Booking.Status.CANCELLED_BY_GUEST: gettext_lazy("Cancelled by the guest"),
    Booking.Status.CANCELLED_BY_HOST: gettext_lazy("Cancelled by the host"),
}


_UNPAID = {
    Booking.Status.DECLINED: gettext_lazy("Cancelled before it was paid"),
    Booking.Status.LAPSED: gettext_lazy("Not paid in time"),
}


def state_of(booking: Booking, reader: Reader) -> str:
    """In a word or two how it ended, or until when its guest can pay; "" where its list or a badge says how."""
    until, charge = booking.pending_until, charge_of(booking)
    if until is not None and booking.status == Booking.Status.AWAITING_PAYMENT:
        when = datetimes.dated(until, zone=reader.zone, now=reader.now, begins=False)
        return gettext("until %(when)s") % {"when": when}
    if charge is not None and charge.was_never_paid() and booking.status in _UNPAID:
        return str(_UNPAID[Booking.Status(booking.status)])
    return str(_ENDED.get(Booking.Status(booking.status), ""))


def kind_label(booking: Booking) -> str:
    return meeting_kind(booking.meeting_type).label()
