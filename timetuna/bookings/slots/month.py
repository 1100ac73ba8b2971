"""A month and the times of one of its days, in the guest's zone, ready to be shown."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import nsmallest
from zoneinfo import ZoneInfo

from timetuna.availability.hours import Away, day_start
from timetuna.bookings.slots.availability import SlotQuery, offered
from timetuna.bookings.slots.selection import SlotSelection
from timetuna.pages.queries import PublicPage
from timetuna.rate_limits.limits import NOBODY, Client

Days = dict[date, list[datetime]]
FARTHEST = timedelta(days=400)
"""How far the first free time is looked for on a page without end."""
NEAR = timedelta(days=14)
"""How long before a time that was taken others are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMonth:
    """One month's free times by local day, where the month before and after can be turned to."""

    month: date
    today: date
    days: Days
    day: date | None
    earlier: date | None
    later: date | None
    away: tuple[Away, ...] = ()


def free_times(
    page: PublicPage,
    choice: SlotSelection,
    *,
    now: datetime,
    client: Client = NOBODY,
    moving: int | None = None,
) -> SlotMonth:
    """Without a month that is asked for, the first that has times. Three queries at most besides the page's."""
    zone = choice.zone
    today = now.astimezone(zone).date()
    last = _last_day(page, today)
    minutes = choice.duration.minutes if choice.duration else 0
    query = SlotQuery(page=page, minutes=minutes, now=now, moving=moving, client=client)
    if choice.month:
        days = month_times(query, zone=zone, month=choice.month)
        month = choice.month
    else:
        beyond = min(max(last, today), today + FARTHEST) + timedelta(days=1)
        days = _days(query, zone, today, beyond)
        month = min(days, default=today).replace(day=1)
        days = {day: times for day, times in days.items() if day.replace(day=1) == month}
    return SlotMonth(
        month=month,
        today=today,
        days=days,
        day=choice.day or min(days, default=None),
        earlier=_last_month(month) if month > today.replace(day=1) else None,
        later=_next_month(month) if _next_month(month) <= last else None,
        away=page.notes_for(max(month, today), _next_month(month) - timedelta(days=1)),
    )


def month_times(query: SlotQuery, *, zone: ZoneInfo, month: date) -> Days:
    """By local day, days without any left out. month: its first day."""
    return _days(query, zone, month, _next_month(month))


def remaining_times(
    query: SlotQuery, choice: SlotSelection, *, near: datetime | None = None, most: int = 24
) -> list[datetime]:
    """In the guest's zone, the nearest to one that was just taken, or the next ones."""
    now, page = query.now, query.page
    near = near or now.astimezone(choice.zone)
    today = now.astimezone(choice.zone).date()
    first = min(max(near.date() - NEAR, today), date.max - 2 * FARTHEST)
    last = min(_last_day(page, today), first + FARTHEST) + timedelta(days=1)
    days = _days(query, choice.zone, first, max(first, last))
    times = [time for day in days.values() for time in day]
    return sorted(nsmallest(most, times, key=lambda time: abs(time - near)))


def _days(query: SlotQuery, zone: ZoneInfo, first: date, beyond: date) -> Days:
    span = day_start(first, zone=zone), day_start(beyond, zone=zone)
    days: Days = defaultdict(list)
    for minute in offered(query, span=span):
        local = datetime.fromtimestamp(minute * 60, zone)
        days[local.date()].append(local)
    return dict(days)


def _last_day(page: PublicPage, today: date) -> date:
    """The last date a guest, whose own zone may be a day ahead, can turn to."""
    last = page.last_day(today) or date.max - FARTHEST
    return min(last + timedelta(days=1), date.max - FARTHEST)


def _next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _last_month(month: date) -> date:
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)
