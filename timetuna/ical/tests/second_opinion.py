"""How icalendar and recurring-ical-events read a file; they know nothing of ours. They may never come back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component

from timetuna.availability.interval import Interval

_MARGIN = timedelta(days=2)  # it compares without zones where a file has none


def second_opinion(body: bytes, span: Interval, *, zone: ZoneInfo) -> set[tuple[int, int]]:
    """The minutes that are taken, clipped to the span, by our conventions for what counts and how long."""
    first, last = (datetime.fromtimestamp(60 * minute, UTC) for minute in span)
    taken: set[tuple[int, int]] = set()
    for calendar in Calendar.from_ical(body, multiple=True):
        found = recurring_ical_events.of(calendar).between(first - _MARGIN, last + _MARGIN)
        taken.update(minutes for event in found if (minutes := _minutes(event, span, zone)))
    return taken


def _minutes(event: Component, span: Interval, zone: ZoneInfo) -> tuple[int, int] | None:
    if event.get("TRANSP") == "TRANSPARENT" or event.get("STATUS") == "CANCELLED":
        return None
    start, end = event.start, event.end
    if not isinstance(start, datetime):
        end = max(end, start + timedelta(days=1))
        start, end = (datetime(one.year, one.month, one.day) for one in (start, end))  # noqa: DTZ001
    start, end = (one if one.tzinfo else one.replace(tzinfo=zone) for one in (start, end))
    clipped = max(int(start.timestamp()) // 60, span[0]), min(-(-int(end.timestamp()) // 60), span[1])
    return clipped if clipped[0] < clipped[1] and start < end else None
