"""What changes nothing: pages, free times, bookings, and why a time is not offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from timetuna.api.operations import Sort, page_of
from timetuna.api.principal import Principal
from timetuna.api.views.bookings import BookingFilter, booking_of, some_bookings
from timetuna.api.views.pages import (
    PageFilter,
    TimesFilter,
    WhyFilter,
    page_of_key,
    page_resource,
    pages_of,
    settings_of,
    times_of,
    why_of,
)
from timetuna.bookings.permissions import BookingAction
from timetuna.l10n import datetimes
from timetuna.l10n.lists import in_words, quoted
from timetuna.mcp import telling
from timetuna.mcp.schemas import OneBookingIn, TimesIn, WhyIn


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool answers: the data that its output schema describes, and lines that say the same."""

    data: dict[str, Any]
    lines: Sequence[str]


def list_pages(principal: Principal, wish: PageFilter) -> Said:
    """Raises Problem."""
    rows = pages_of(principal)
    found, cursor = page_of(rows, sort=Sort("created_at"), cursor=wish.cursor, limit=wish.limit)
    pages = [page_resource(row.pk) for row in found]
    lines = [
        gettext("%(title)s: %(lengths)s.")
        % {
            "title": quoted(page["title"]),
            "lengths": in_words([datetimes.length(one["minutes"]) for one in page["durations"]]),
        }
        for page in pages
    ]
    return Said({"data": pages, "next_cursor": cursor}, lines or [gettext("There is no booking page.")])


def find_times(principal: Principal, wish: TimesIn) -> Said:
    """Raises Problem."""
    query = TimesFilter.model_construct(
        start=wish.start, end=wish.end, duration=wish.duration, zone=wish.zone, host=wish.host
    )
    page = settings_of(page_of_key(principal, wish.page))
    found = times_of(page, query, now=timezone.now())
    starts = [one["local_start"] for one in found["data"]]
    found["data"] = [one | {"local_start": one["local_start"].isoformat()} for one in found["data"]]
    lines = [
        gettext("%(day)s, %(zone)s: %(times)s.")
        % {
            "day": datetimes.day_of_year(day),
            "zone": found["time_zone"],
            "times": ", ".join(datetimes.clock(one) for one in of_day),
        }
        for day, of_day in groupby(starts, key=datetime.date)
    ]
    return Said(found, lines or [gettext("No time is free between these two.")])


def why_not(principal: Principal, wish: WhyIn) -> Said:
    """Raises Problem."""
    query = WhyFilter.model_construct(start=wish.start, duration=wish.duration)
    found = why_of(principal, page_of_key(principal, wish.page), query, now=timezone.now())
    found["reasons"] = telling.plain_reasons(found["reasons"])
    if found["offered"]:
        return Said(found, [gettext("Guests can book this time.")])
    return Said(found, [one["detail"] for one in found["reasons"]])


def list_bookings(principal: Principal, wish: BookingFilter) -> Said:
    """Raises Problem."""
    rows, cursor = some_bookings(principal, wish)
    meetings = [telling.meeting(principal, row) for row in rows]
    lines = [one["sentence"] for one in meetings] or [gettext("There is no such booking.")]
    return Said({"data": meetings, "next_cursor": cursor}, lines)


def get_booking(principal: Principal, wish: OneBookingIn) -> Said:
    """Raises Problem."""
    row = booking_of(principal, wish.booking, BookingAction.READ)
    found = telling.meeting(principal, row, single=True)
    return Said(found, [found["sentence"]])
