"""Hosts' time before it is given away: their calendars are looked at, and one decision is made after the other."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from timetuna.accounts.models import User
from timetuna.bookings.models import Booking, BookingHost
from timetuna.calendars.actions.read_live import read_live
from timetuna.pages.calendar_use import page_calendars
from timetuna.pages.models import BookingPage
from timetuna.rate_limits.limits import Client, Limit, spend_all


def lock_hosts(host_ids: Iterable[int]) -> None:
    """Hold the hosts' rows until the transaction ends, waiting 3 seconds at most for each on PostgreSQL.

    They are taken in the order of their keys, all in one statement: so two decisions about the same hosts, whichever
    pages they come from, never wait for each other. On SQLite the transaction itself, begun IMMEDIATE, is the lock.
    """
    _lock(User.objects.filter(pk__in=list(host_ids)))


def lock_hosts_of(booking_id: int) -> None:
    """All hosts of a booking, in the same way."""
    _lock(User.objects.filter(pk__in=BookingHost.objects.filter(booking=booking_id).values("host")))


def _lock(hosts: QuerySet[User]) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '3s'")
    # NO KEY: rows that merely refer to a host may still be written meanwhile.
    list(hosts.select_for_update(no_key=True).order_by("pk").values_list("pk"))


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
    # Whole UTC days: guests who ask for different times of a day share one look.
    read_live(list(ids), (first // _DAY * _DAY, -(-end // _DAY) * _DAY), seconds=SECONDS)


def look_for_form(page_id: int, client: Client, *, start_minute: int, minutes: int) -> None:
    """For somebody who only opens the form of that time, as often as their network may."""
    if not spend_all((BY_NETWORK, client.network), (BY_WIDE_NETWORK, client.wide)):
        refresh_calendars(page_id, start_minute=start_minute, minutes=minutes)


def refresh_calendars_for(booking_id: int, *, start_minute: int) -> None:
    """For a booking that is about to be moved to that UTC minute."""
    row = Booking.objects.filter(pk=booking_id).values_list("page_id", "minutes").first()
    if row is not None:
        refresh_calendars(row[0], start_minute=start_minute, minutes=row[1])
