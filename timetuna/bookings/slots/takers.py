"""Who could take a booking over from one of its hosts, and what is in the way of each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from timetuna.accounts.models import User
from timetuna.availability.interval import Interval, minute_of
from timetuna.bookings.models import Booking, BookingHost
from timetuna.pages.calendar_use import (
    blocking,
    blocking_of,
    blocking_of_host,
    kinds_of,
    known_busy,
    own_part,
)
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.models import PageHost


class Way(StrEnum):
    """What is in somebody's way; FREE is nothing. Whoever is not TAKEN can be given it all the same.

    UNKNOWN: a calendar that cannot be read.  NONE: nobody knows, for they have connected none.
    """

    FREE = "free"
    BUSY = "busy"
    UNKNOWN = "unknown"
    NONE = "none"
    TAKEN = "taken"
    HOSTS = "hosts"


@dataclass(frozen=True, slots=True)
class Taker:
    """turns: whether they are among those who take turns on the page.  links: whether they could make its link."""

    host: User
    way: Way
    turns: bool = False
    links: bool = True


def takers(booking: Booking, *, now: datetime) -> list[Taker]:
    """All hosts of its page, in the page's order, those who host it already too; none once the page is gone."""
    if booking.page is None:
        return []
    rows = PageHost.objects.filter(page=booking.page, active=True, host__is_active=True)
    there = set(booking.booking_hosts.values_list("host", flat=True))
    kind = booking.meeting_type
    hosts = list(rows.select_related("host__host_rules"))
    kinds = kinds_of(hosts, [kind]) if meeting_kind(kind).makes_link else {}
    found = []
    for row in hosts:
        way = Way.HOSTS if row.host_id in there else way_of(row.host, booking, now=now)
        links = not kinds or kind in kinds[row.page_id, row.user_id]
        found.append(Taker(row.host, way, turns=_takes_turns(booking, row, now), links=links))
    return found


def way_of(host: User, booking: Booking, *, now: datetime) -> Way:
    """By their other bookings and what is known of their calendars, whatever their hours."""
    start = minute_of(booking.start_at)
    span = start, start + booking.minutes
    others = BookingHost.objects.filter(
        host=host, active=True, start_minute__lt=span[1], end_minute__gt=span[0]
    )
    if others.exclude(booking=booking).exists():
        return Way.TAKEN
    return _by_calendars(host, booking, span, now)


def _by_calendars(host: User, booking: Booking, span: Interval, now: datetime) -> Way:
    row = own_part(booking.page, host.pk) if booking.page else None
    if row is not None and not blocking(row).exists():
        return Way.NONE
    found = known_busy(blocking_of(row, host) if row else blocking_of_host(host), span, now=now)
    if found.unreadable or found.until is not None:
        return Way.UNKNOWN
    return Way.BUSY if found.busy else Way.FREE


def _takes_turns(booking: Booking, row: PageHost, now: datetime) -> bool:
    if booking.page is None or row.part_on(booking.page) is not PageHost.Part.ROTATING:
        return False
    return row.weight > 0 and not row.is_paused(now, zone=row.host.time_zone)
