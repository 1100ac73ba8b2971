"""Who could take a booking over from one of its hosts, and what is in the way of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from timetuna.accounts.models import User
from timetuna.availability.hours import CapScope
from timetuna.availability.interval import Interval, minute_of
from timetuna.availability.slots import Code, Reason
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.slots.availability import SlotQuery, why_each
from timetuna.pages.calendar_use import (
    blocking_of,
    blocking_of_host,
    kinds_of,
    known_busy,
    own_part,
    telling,
)
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.models import BookingPage, PageHost
from timetuna.pages.prefetch import row_with
from timetuna.pages.queries import values


class Way(StrEnum):
    """What is in somebody's way; FREE is nothing. Whoever is not TAKEN can be given it all the same.

    UNKNOWN: a calendar that cannot be read.  NONE: nobody knows, for they have connected none.
    FULL: they have as many meetings as they take that day, week or month.  CLOSED: it is outside their hours.
    """

    FREE = "free"
    BUSY = "busy"
    UNKNOWN = "unknown"
    NONE = "none"
    PAUSED = "paused"
    FULL = "full"
    CLOSED = "closed"
    TAKEN = "taken"
    HOSTS = "hosts"


_WAYS = {
    Way.BUSY: {Code.CALENDAR_BUSY, Code.OWN_BOOKING, Code.HELD, Code.BUFFER},
    Way.UNKNOWN: {Code.PROVIDER_UNREADABLE},
    Way.NONE: {Code.NO_CALENDAR},
    Way.PAUSED: {Code.PAUSED},
    Way.FULL: {Code.CAP_DAY, Code.CAP_WEEK, Code.CAP_MONTH},
    Way.CLOSED: {
        Code.HOURS,
        Code.OVERRIDE,
        Code.OUT_OF_OFFICE,
        Code.HOLIDAY,
        Code.DURATION_DOES_NOT_FIT,
    },
}
"""The first that applies is told."""


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
    reasons = _reasons(booking, booking.page.pk, now)
    there = set(booking.booking_hosts.values_list("host", flat=True))
    kind = booking.meeting_type
    hosts = list(rows.select_related("host__host_rules"))
    kinds = kinds_of(hosts, [kind]) if meeting_kind(kind).makes_link else {}
    found = []
    for row in hosts:
        way = Way.HOSTS if row.host_id in there else _way(row.user_id, booking, reasons)
        links = not kinds or kind in kinds[row.page_id, row.user_id]
        found.append(Taker(row.host, way, turns=_takes_turns(booking, row, now), links=links))
    return found


def _reasons(booking: Booking, page_id: int, now: datetime) -> Mapping[int, Collection[Reason]]:
    """By host what the engine has against them, as if all who host the page took part in it."""
    page = row_with(page_id)
    if page is None:  # deleted a moment ago
        return {}
    if page.staffing == BookingPage.Staffing.SOLO:
        page.staffing = BookingPage.Staffing.ALL
    query = SlotQuery(page=values(page), minutes=booking.minutes, now=now, moving=booking.pk)
    return why_each(query, start_minute=minute_of(booking.start_at))


def _way(host_id: int, booking: Booking, reasons: Mapping[int, Collection[Reason]]) -> Way:
    if _is_taken(host_id, booking):
        return Way.TAKEN
    codes = {
        reason.code
        for reason in reasons.get(host_id, ())
        if reason.cap is None or reason.cap.scope is not CapScope.PAGE  # which counts this meeting already
    }
    return next((way for way, its in _WAYS.items() if codes & its), Way.FREE)


def way_of(host: User, booking: Booking, *, now: datetime) -> Way:
    """By their other bookings and what is known of their calendars, whatever their hours."""
    if _is_taken(host.pk, booking):
        return Way.TAKEN
    span = _span(booking)
    row = own_part(booking.page, host.pk) if booking.page else None
    if row is not None and not telling(row).exists():
        return Way.NONE
    found = known_busy(blocking_of(row, host) if row else blocking_of_host(host), span, now=now)
    if found.unreadable or found.until is not None:
        return Way.UNKNOWN
    return Way.BUSY if found.busy else Way.FREE


def _is_taken(host_id: int, booking: Booking) -> bool:
    first, end = _span(booking)
    others = BookingHost.objects.filter(host=host_id, active=True, start_minute__lt=end, end_minute__gt=first)
    return others.exclude(booking=booking).exists()


def _span(booking: Booking) -> Interval:
    start = minute_of(booking.start_at)
    return start, start + booking.minutes


def _takes_turns(booking: Booking, row: PageHost, now: datetime) -> bool:
    if booking.page is None or row.part_on(booking.page) is not PageHost.Part.ROTATING:
        return False
    return row.weight > 0 and not row.is_paused(now, zone=row.host.time_zone)
