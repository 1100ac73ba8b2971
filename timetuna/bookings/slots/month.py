"""A month and the times of one of its days, in the guest's zone, ready to be shown."""

import calendar
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from heapq import nsmallest
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as date_format
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext, ngettext, pgettext

from timetuna.availability.hours import Away, day_start
from timetuna.bookings.slots.availability import SlotQuery, offered
from timetuna.bookings.slots.selection import CLOCKS, SlotSelection, write_start
from timetuna.l10n import datetimes
from timetuna.pages.queries import PublicPage
from timetuna.rate_limits.limits import NOBODY, Client
from timetuna.web.forms import TabLink

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


class DayCell(NamedTuple):
    """A date in a month; url: None where nothing is free. The template takes it apart: there are many, and often."""

    day: str
    date: str
    label: str
    url: str | None
    chosen: bool
    today: bool
    in_month: bool


class ShownTime(NamedTuple):
    """Which of two it is where the clock shows it twice, and what the host's clock shows."""

    label: str
    note: str
    elsewhere: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMonth:
    """A month; weekdays: in short and in full. An address is None where the month cannot be turned to."""

    title: str
    previous_url: str | None
    next_url: str | None
    weekdays: Sequence[tuple[str, str]]
    weeks: Sequence[Sequence[DayCell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPicker:
    """What `public/_slots.html` shows. state: what the address holds besides the zone, by name."""

    month: ShownMonth
    day_title: str
    times: Sequence[ShownTime]
    zone_label: str
    clocks: Sequence[TabLink]
    empty_message: str
    notice: str
    state: Sequence[tuple[str, str]]
    notice_tone: str = "warn"


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


def slot_picker(
    calendar_: SlotMonth, choice: SlotSelection, *, book_path: str, now: datetime, visit: str = ""
) -> SlotPicker:
    """In the guest's words. visit: goes along with the times."""
    chosen = calendar_.day
    return SlotPicker(
        month=_month(calendar_, choice),
        day_title=datetimes.day(chosen) if chosen else "",
        times=_times(
            calendar_.days.get(chosen, []) if chosen else [],
            replace(choice, path=book_path, month=None, day=None, visit=visit),
        ),
        zone_label=gettext("%(zone)s, now %(time)s")
        % {"zone": datetimes.zone_name(choice.zone), "time": choice.say(now.astimezone(choice.zone))},
        clocks=_clocks(choice, calendar_),
        empty_message=_empty(calendar_),
        notice=choice.problem or " ".join(_absence(one, calendar_) for one in calendar_.away),
        state=(
            ("duration", str(choice.duration.minutes) if choice.duration else ""),
            ("month", f"{calendar_.month:%Y-%m}"),
            ("day", chosen.isoformat() if chosen else ""),
            ("clock", choice.clock),
            ("visit", choice.visit),
        ),
    )


def _days(query: SlotQuery, zone: ZoneInfo, first: date, beyond: date) -> Days:
    span = day_start(first, zone=zone), day_start(beyond, zone=zone)
    days: Days = defaultdict(list)
    for minute in offered(query, span=span):
        local = datetime.fromtimestamp(minute * 60, zone)
        days[local.date()].append(local)
    return dict(days)


def _month(calendar_: SlotMonth, choice: SlotSelection) -> ShownMonth:
    first = choice.customs.first_weekday
    weeks = calendar.Calendar(first).monthdatescalendar(calendar_.month.year, calendar_.month.month)
    weekdays = [(first + number) % 7 for number in range(7)]
    return ShownMonth(
        title=date_format(calendar_.month, pgettext("month", "F Y")),
        previous_url=_turn(choice, calendar_.earlier),
        next_url=_turn(choice, calendar_.later),
        weekdays=[(str(WEEKDAYS_ABBR[number]), str(WEEKDAYS[number])) for number in weekdays],
        weeks=[[_cell(day, calendar_, choice) for day in week] for week in weeks],
    )


def _turn(choice: SlotSelection, month: date | None) -> str | None:
    return choice.url(month=f"{month:%Y-%m}", day="") if month else None


def _cell(day: date, calendar_: SlotMonth, choice: SlotSelection) -> DayCell:
    in_month = day.month == calendar_.month.month
    count = len(calendar_.days.get(day, [])) if in_month else 0
    return DayCell(
        str(day.day),  # a number would be asked how its locale writes it
        day.isoformat(),
        _label(day, count, get_language()) if count else "",
        choice.url(day=day.isoformat(), month="") if count else None,
        day == calendar_.day,
        day == calendar_.today,
        in_month,
    )


@lru_cache(maxsize=4_000)
def _label(day: date, count: int, _language: str) -> str:
    counted = ngettext("%(day)s, %(count)d time", "%(day)s, %(count)d times", count)
    return counted % {"day": datetimes.day(day), "count": count}


def _times(times: list[datetime], form: SlotSelection) -> list[ShownTime]:
    return [
        ShownTime(
            form.say(time),
            datetimes.which_of_two(time),
            form.say_elsewhere(time),
            form.url(start=write_start(time)),
        )
        for time in times
    ]


def _clocks(choice: SlotSelection, calendar_: SlotMonth) -> list[TabLink]:
    """Two ways of writing times, each with the address that switches to it."""
    day = calendar_.day.isoformat() if calendar_.day else ""
    month = "" if day else f"{calendar_.month:%Y-%m}"
    return [
        TabLink(
            hours,
            choice.url(day=day, month=month, clock=hours),
            choice.customs.twelve_hours == (hours == "12"),
        )
        for hours in CLOCKS
    ]


def _empty(calendar_: SlotMonth) -> str:
    if not calendar_.days:
        return gettext("There are no free times in %(month)s.") % {"month": date_format(calendar_.month, "F")}
    return gettext("This day has no free times. Please choose another.")


def _absence(away: Away, calendar_: SlotMonth) -> str:
    """With its note: "Away from 4 to 12 January: …"."""
    today = calendar_.today
    first, last = datetimes.date_from(away.first, today=today), datetimes.date_from(away.last, today=today)
    if away.first <= today:
        sentence = gettext("Away until %(last)s: %(note)s")
    elif away.first == away.last:
        sentence = gettext("Away on %(first)s: %(note)s")
    else:
        sentence = gettext("Away from %(first)s to %(last)s: %(note)s")
    return sentence % {"first": first, "last": last, "note": away.note}


def _last_day(page: PublicPage, today: date) -> date:
    """The last date a guest, whose own zone may be a day ahead, can turn to."""
    last = page.last_day(today) or date.max - FARTHEST
    return min(last + timedelta(days=1), date.max - FARTHEST)


def _next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _last_month(month: date) -> date:
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)
