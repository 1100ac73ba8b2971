"""The free times that a guest's choice leaves, of a month, or of five weeks from one that is nearly over."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from heapq import nsmallest
from zoneinfo import ZoneInfo

from timetuna.availability.hours import Away, day_start
from timetuna.bookings.slots.availability import SlotQuery, offered
from timetuna.bookings.slots.selection import SlotSelection
from timetuna.pages.public import PublicPage

Days = dict[date, list[datetime]]
_FEW_DAYS, _FIVE_WEEKS = timedelta(days=6), timedelta(days=5 * 7 - 1)
"""How far the last day of a month is off, at least, for which the month is shown; and of five weeks the last."""
FARTHEST = timedelta(days=400)
"""How far the first free time is looked for on a page without end."""
NEAR = timedelta(days=14)
"""How long before a time that was taken others are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMonth:
    """The free times by local day, from `first` to `last`, and the month before and after that can be turned to.

    That is a month; of one that is nearly over it is five weeks from the present one, `month` being where they begin.
    also_until: up to which day of this month those five weeks, which are what a day's own address shows, reach.
    earlier: where they show all of the month before, it is them.
    next: the first day after `last` with times, where there are none.
    """

    month: date
    first: date
    last: date
    today: date
    days: Days
    day: date | None
    earlier: date | None
    later: date | None
    also_until: date | None = None
    next: date | None = None
    away: tuple[Away, ...] = ()

    def is_of_two(self) -> bool:
        """Whether weeks of more than one month are shown."""
        return self.last >= _next_month(self.month)


def free_times(asked: SlotQuery, choice: SlotSelection) -> SlotMonth:
    """Of the length that was chosen. Without a month that is asked for, the first that has times.

    Three queries at most besides the page's, where one host takes part; six where nothing is free.
    """
    page, zone = asked.page, choice.zone
    today = asked.now.astimezone(zone).date()
    query = replace(asked, minutes=choice.duration.minutes if choice.duration else 0)
    last_day = _last_day(page, today)
    beyond = min(max(last_day, today), today + FARTHEST) + timedelta(days=1)
    present, weekday = today.replace(day=1), choice.customs.first_weekday
    near = _span(present, today, weekday)
    at = choice.month or choice.day
    found = {} if at else _days(query, zone, today, beyond)
    at = at or min(found, default=today)
    month = present if choice.month is None and near[0] <= at <= near[1] else at.replace(day=1)
    first, last = _span(month, today, weekday)
    if choice.month or choice.day:
        days = _days(query, zone, first, last + timedelta(days=1))
    else:
        days = {day: times for day, times in found.items() if first <= day <= last}
    later = (last + timedelta(days=1)).replace(day=1)
    return SlotMonth(
        month=month,
        first=first,
        last=last,
        today=today,
        days=days,
        day=choice.day or min(days, default=None),
        earlier=_earlier(month, present, near[1]),
        later=later if later <= last_day else None,
        also_until=near[1] if near[1] >= _next_month(present) and month != present else None,
        next=None
        if days or not (choice.month or choice.day)
        else min(_days(query, zone, last + timedelta(days=1), beyond), default=None),
        away=page.notes_for(max(first, today), last),
    )


def _earlier(month: date, present: date, near: date) -> date | None:
    """near: the last day of what is shown of the present month."""
    if month <= present:
        return None
    before = _last_month(month)
    return present if month - timedelta(days=1) <= near else before


def _span(month: date, today: date, first_weekday: int) -> tuple[date, date]:
    """The first and last day that are shown of a month. first_weekday: 0 is Monday."""
    last = _next_month(month) - timedelta(days=1)
    if month != today.replace(day=1) or last - today >= _FEW_DAYS:
        return month, last
    first = today - timedelta(days=(today.weekday() - first_weekday) % 7)
    return first, first + _FIVE_WEEKS


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
    if beyond <= first:
        return {}
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
