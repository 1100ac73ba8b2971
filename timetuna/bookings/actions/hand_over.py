"""Bookings that are to come go from one host to another, as when somebody leaves."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import GUARD
from timetuna.bookings.actions.host_time import lock_hosts
from timetuna.bookings.events import SYSTEM, BookingEvent, record
from timetuna.bookings.models import Booking, BookingHost
from timetuna.pages.calendar_use import blocking_of_host, known_busy


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """done: how many bookings went over.  left: when those begin for which there was no time (UTC)."""

    done: int
    left: tuple[datetime, ...]


def hand_over(leaving: User, to: User, *, now: datetime) -> HandOver:
    """Give what is to come, requests among it, to another host wherever they have time; tell those who take part.

    Their own bookings and what is known of their calendars decide; opening hours do not, since whoever hands over has
    a reason. A calendar that cannot be read leaves no time. Each is a transaction of its own. The online meeting is
    made anew in the new organizer's account; the old one stays where it is.
    """
    mine = BookingHost.objects.filter(host=leaving, active=True, end_minute__gt=minute_of(now))
    rows = list(mine.select_related("booking").order_by("start_minute"))
    left = tuple(row.booking.start_at for row in rows if not _hand_over(row.pk, leaving, to, now))
    return HandOver(done=len(rows) - len(left), left=left)


def _hand_over(row_id: int, leaving: User, to: User, now: datetime) -> bool:
    """Whether the booking is no longer the leaving host's."""
    try:
        with transaction.atomic():
            lock_hosts([leaving.pk, to.pk])
            rows = BookingHost.objects.select_related("booking__host", "booking__page")
            row = rows.filter(pk=row_id, host=leaving, active=True).first()
            if row is None:  # called off meanwhile
                return True
            joins = not row.booking.booking_hosts.filter(host=to).exists()
            if not joins:
                row.delete()
            elif _is_busy(to, row, now):
                return False
            else:
                BookingHost.objects.filter(pk=row.pk).update(host=to, time_zone=to.time_zone)
            _change(row.booking, leaving, to, joins=joins)
    except IntegrityError as error:
        if GUARD in str(error):
            return False
        raise
    return True


def _is_busy(host: User, row: BookingHost, now: datetime) -> bool:
    found = known_busy(blocking_of_host(host), (row.start_minute, row.end_minute), now=now)
    return bool(found.busy or found.unreadable or found.until is not None)


def _change(booking: Booking, leaving: User, to: User, *, joins: bool) -> None:
    """The new host organizes it where the old one did. joins: the new host did not take part before."""
    leads = booking.host_id == leaving.pk
    if leads:
        booking.host, booking.host_time_zone = to, to.time_zone
    booking.revision += 1
    booking.save(update_fields=["host", "host_time_zone", "revision"])
    record(
        booking,
        BookingEvent.HANDED_OVER,
        actor=SYSTEM,
        changes={"host": (leaving.name, to.name)},
        former=leaving.name,
        new=to.name,
        newcomer=to.pk if joins else None,
        leads=leads,
    )
