"""The month and the times of a day as a guest reads them; and what stands there when nothing is free."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext, ngettext, pgettext

from timetuna.availability.hours import Away
from timetuna.availability.interval import moment_of
from timetuna.bookings.slots.selection import CLOCKS, WITH, SlotMonth, SlotSelection, write_start
from timetuna.bookings.views.guest.persons import PersonLinks
from timetuna.l10n import datetimes
from timetuna.lib.phones import PhoneLink
from timetuna.pages.public import Met
from timetuna.web.forms import TabLink

_MORNING, _NOON, _EVENING = 5, 12, 18
LAYOUT, MOST_LISTED_DAYS = "layout", 5


class DayCell(NamedTuple):
    """A date; url: None where nothing is free.  booked: the booking that is moved is on it.

    month: its name in short, of the first of one that begins among others.

    The template takes it apart: there are many, and often.
    """

    day: str
    date: str
    label: str
    url: str | None
    chosen: bool
    today: bool
    shown: bool
    booked: bool
    month: str


class ShownTime(NamedTuple):
    """Which of two it is where the clock shows it twice; what the host's clock shows, where that has to be said of it.

    value: as forms carry it.  url: "" of the time that a booking has which is moved.
    """

    label: str
    note: str
    elsewhere: str
    url: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenTime:
    """As the form says it. note: which of two, where the clock shows it twice."""

    day: str
    begins: str
    span: str
    note: str
    for_host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMonth:
    """A month; weekdays: in short and in full. An address is None where the month cannot be turned to.

    earlier, later: those months as a form sends them, "" for none.
    """

    title: str
    previous_url: str | None
    next_url: str | None
    weekdays: Sequence[tuple[str, str]]
    weeks: Sequence[Sequence[DayCell]]
    earlier: str
    later: str


class DayPart(NamedTuple):
    """name: "" where all times are in one part of the day."""

    name: str
    times: Sequence[ShownTime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What stands in place of days of which none is free: what is so, the next one, whom to ask, other pages."""

    text: str
    next: TabLink | None = None
    advice: str = ""
    contact: PhoneLink | None = None
    others: Sequence[TabLink] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPicker:
    """What `public/_slots.html` shows. state: what the address holds besides the zone, by name.

    parts: the times, by the part of the day.  host_clock: what the host's shows at one, "" where it is the same.
    listed: dates, titles and times of days in place of a month; more_url: those that follow.
    ways: how to go on where no time is left.  nearest: to one that was taken.
    """

    month: ShownMonth
    day_title: str
    parts: Sequence[DayPart]
    host_clock: str
    announce: str
    zone: datetimes.ZoneChoice
    zone_label: str
    clocks: Sequence[TabLink]
    empty_message: str
    notice: str
    state: Sequence[tuple[str, str]]
    notice_tone: str = "warn"
    people: PersonLinks | None = None
    ways: Sequence[TabLink] = ()
    nearest: Sequence[ShownTime] = ()
    closed: Closed | None = None
    listed: Sequence[tuple[str, str, Sequence[ShownTime]]] = ()
    more_url: str = ""

    @property
    def times(self) -> list[ShownTime]:
        return [time for part in self.parts for time in part.times]


def slot_picker(
    calendar_: SlotMonth, choice: SlotSelection, *, book_path: str, now: datetime, visit: str = ""
) -> SlotPicker:
    """In the guest's words. visit: goes along with the times."""
    chosen = calendar_.day
    times = calendar_.days.get(chosen, []) if chosen else []
    month = _month(calendar_, choice)
    form = replace(choice, path=book_path, month=None, day=None, visit=visit)
    listed, more_url = _listed(calendar_, choice, form)
    return SlotPicker(
        month=month,
        listed=listed,
        more_url=more_url,
        day_title=datetimes.day(chosen) if chosen else "",
        parts=_parts(times, form),
        host_clock=_host_clock(times, choice),
        announce=_announcement(month, calendar_),
        zone=datetimes.zone_choice(choice.zone),
        zone_label=gettext("%(zone)s, now %(time)s")
        % {"zone": _zone_label(calendar_, choice, now), "time": choice.say(now.astimezone(choice.zone))},
        clocks=_clocks(choice, calendar_),
        empty_message="" if times else _empty(calendar_, choice),
        closed=None
        if calendar_.days
        else Closed(text=_empty(calendar_, choice), next=_next(calendar_, choice)),
        notice=choice.problem or " ".join(_absence(one, calendar_) for one in calendar_.away),
        state=(
            ("duration", str(choice.duration.minutes) if choice.duration else ""),
            ("month", f"{calendar_.month:%Y-%m}"),
            ("day", chosen.isoformat() if chosen else ""),
            ("clock", choice.clock),
            ("visit", choice.visit),
            (WITH, choice.with_whom()),
            *choice.came.pairs,
        ),
    )


def _listed(
    calendar_: SlotMonth, choice: SlotSelection, form: SlotSelection
) -> tuple[Sequence[tuple[str, str, Sequence[ShownTime]]], str]:
    """From the chosen day on, where a frame's address asks for it, and where the days after these are."""
    if choice.came.of(LAYOUT) != "list" or calendar_.day is None:
        return [], ""
    reference = _reference(calendar_.days.get(calendar_.day, []), form.host_zone)
    days = [day for day in sorted(calendar_.days) if day >= calendar_.day and calendar_.days[day]]
    shown = [
        (day.isoformat(), datetimes.day(day), _shown(calendar_.days[day], form, reference))
        for day in days[:MOST_LISTED_DAYS]
    ]
    after = days[MOST_LISTED_DAYS:]
    return shown, _url_of(after[0], calendar_, choice) if after else _turn(choice, calendar_.later) or ""


def _zone_label(calendar_: SlotMonth, choice: SlotSelection, now: datetime) -> str:
    """With its distance to UTC on the day that is shown."""
    times = calendar_.days.get(calendar_.day, []) if calendar_.day else []
    return datetimes.zone_label(choice.zone, at=times[0] if times else now)


def _month(calendar_: SlotMonth, choice: SlotSelection) -> ShownMonth:
    weekdays = [(choice.customs.first_weekday + number) % 7 for number in range(7)]
    return ShownMonth(
        title=_title(calendar_),
        previous_url=_turn(choice, calendar_.earlier),
        next_url=_turn(choice, calendar_.later),
        weekdays=[(str(WEEKDAYS_ABBR[number]), str(WEEKDAYS[number])) for number in weekdays],
        earlier=f"{calendar_.earlier:%Y-%m}" if calendar_.earlier else "",
        later=f"{calendar_.later:%Y-%m}" if calendar_.later else "",
        weeks=[[_cell(day, calendar_, choice) for day in week] for week in _weeks(calendar_, weekdays[0])],
    )


def _title(calendar_: SlotMonth) -> str:
    """As in "November 2026"; of five weeks in short the month they begin in, and the one they end in."""
    if not calendar_.is_of_two():
        return datetimes.written(calendar_.last, pgettext("month", "F Y"))
    first, last = calendar_.month, calendar_.last
    begins = datetimes.written(first, "M" if first.year == last.year else "M Y")
    return f"{begins} \N{EN DASH} {datetimes.written(last, 'M Y')}"


def _weeks(calendar_: SlotMonth, first_weekday: int) -> list[list[date]]:
    if calendar_.is_of_two():
        days = [calendar_.first + timedelta(days=number) for number in range(5 * 7)]
        return [days[number : number + 7] for number in range(0, len(days), 7)]
    return calendar.Calendar(first_weekday).monthdatescalendar(calendar_.month.year, calendar_.month.month)


def _announcement(month: ShownMonth, calendar_: SlotMonth) -> str:
    """What is heard when the month was turned."""
    number = len(calendar_.days)
    counted = ngettext(
        "%(month)s, %(count)d day with free times", "%(month)s, %(count)d days with free times", number
    )
    return counted % {"month": month.title, "count": number}


def _turn(choice: SlotSelection, month: date | None) -> str | None:
    return choice.url(month=f"{month:%Y-%m}", day="") if month else None


def _cell(day: date, calendar_: SlotMonth, choice: SlotSelection) -> DayCell:
    shown = calendar_.first <= day <= calendar_.last
    count = len(calendar_.days.get(day, [])) if shown else 0
    booked = shown and choice.booked is not None and choice.booked.date() == day
    label = _label(day, count, get_language()) if count else ""
    if booked and label:
        label = gettext("%(day)s, your booking is on this day") % {"day": label}
    return DayCell(
        str(day.day),  # a number would be asked how its locale writes it
        day.isoformat(),
        label,
        _url_of(day, calendar_, choice) if count else None,
        day == calendar_.day,
        day == calendar_.today,
        shown,
        booked,
        datetimes.written(day, "M") if day.day == 1 and calendar_.is_of_two() else "",
    )


def _url_of(day: date, calendar_: SlotMonth, choice: SlotSelection, **changes: str) -> str:
    """So that the month stays as it is."""
    named = calendar_.also_until is not None and day <= calendar_.also_until
    month = f"{calendar_.month:%Y-%m}" if named and day >= calendar_.first else ""
    return choice.url(day=day.isoformat(), month=month, **changes)


@lru_cache(maxsize=4_000)
def _label(day: date, count: int, _language: str) -> str:
    """What is read on the day is a word of it, so that it can be called by that: "1, jeudi 1er juillet"."""
    counted = ngettext("%(day)s, %(count)d time", "%(day)s, %(count)d times", count)
    called = "" if re.search(rf"\b{day.day}\b", datetimes.day(day)) else f"{day.day}, "
    return counted % {"day": called + datetimes.day(day), "count": count}


def _parts(times: list[datetime], form: SlotSelection) -> list[DayPart]:
    """A button says what the host's clock shows only where `_host_clock` is not true of it."""
    shown = zip(map(_part_of_day, times), _shown(times, form, _reference(times, form.host_zone)), strict=True)
    parts = [
        DayPart(name, [one for _, one in group]) for name, group in groupby(shown, key=lambda pair: pair[0])
    ]
    return parts if len(parts) > 1 else [part._replace(name="") for part in parts]


def _shown(times: list[datetime], form: SlotSelection, reference: datetime | None) -> list[ShownTime]:
    """reference: see `_reference`."""
    return [
        one._replace(elsewhere="") if _is_like(time, reference, form.host_zone) else one
        for time, one in ((time, shown_time(time, form)) for time in times)
    ]


def _part_of_day(moment: datetime) -> str:
    if moment.hour < _NOON:
        return gettext("Night") if moment.hour < _MORNING else gettext("Morning")
    return gettext("Afternoon") if moment.hour < _EVENING else gettext("Evening")


def _reference(times: list[datetime], zone: ZoneInfo) -> datetime | None:
    """The first at which it is the same day there."""
    return next((time for time in times if time.astimezone(zone).date() == time.date()), None)


def _is_like(time: datetime, reference: datetime | None, zone: ZoneInfo) -> bool:
    """Whether it is the same day there, and as far off as at another time."""
    if reference is None or time.astimezone(zone).date() != time.date():
        return False
    off, usual = (
        one.replace(tzinfo=None) - one.astimezone(zone).replace(tzinfo=None) for one in (time, reference)
    )
    return off == usual


def _host_clock(times: list[datetime], choice: SlotSelection) -> str:
    """As in "14:00 for you is 08:00 in New York for your host"."""
    reference = _reference(times, choice.host_zone)
    if not (reference and (there := choice.say_elsewhere(reference))):
        return ""
    said = gettext("%(here)s for you is %(there)s for your host")
    return said % {"here": choice.say(reference), "there": there}


def shown_time(time: datetime, form: SlotSelection) -> ShownTime:
    """With the address of the form for it."""
    start = write_start(time)
    url = "" if time == form.booked else form.url(start=start)
    return ShownTime(form.say(time), datetimes.which_of_two(time), form.say_elsewhere(time), url, start)


def chosen_time(met: Met, choice: SlotSelection, start: int) -> ChosenTime:
    minutes = choice.duration.minutes if choice.duration else 0
    begins, ends = (moment_of(minute).astimezone(choice.zone) for minute in (start, start + minutes))
    return ChosenTime(
        day=datetimes.day(begins.date()),
        begins=choice.say(begins),
        span=datetimes.span(begins, ends, twelve_hours=choice.customs.twelve_hours),
        note="" if datetimes.clocks_change(begins, ends) else datetimes.which_of_two(begins),
        for_host=choice.say_for_host(begins, met.hosts),
    )


def _clocks(choice: SlotSelection, calendar_: SlotMonth) -> list[TabLink]:
    """Two ways of writing times, each with the address that switches to it."""

    def url(hours: str) -> str:
        if calendar_.day:
            return _url_of(calendar_.day, calendar_, choice, clock=hours)
        return choice.url(day="", month=f"{calendar_.month:%Y-%m}", clock=hours)

    return [TabLink(hours, url(hours), choice.customs.twelve_hours == (hours == "12")) for hours in CLOCKS]


def _empty(calendar_: SlotMonth, choice: SlotSelection) -> str:
    """Nobody is told why somebody has no time."""
    if calendar_.days:
        return gettext("This day has no free times. Choose another.")
    alone, with_somebody = _missing(calendar_, choice)
    host = choice.person.name if choice.person else ""
    named = {"month": datetimes.written(calendar_.month, "F"), "host": host}
    return (with_somebody if choice.person else alone) % named


def _missing(calendar_: SlotMonth, choice: SlotSelection) -> tuple[str, str]:
    """With anybody, and with somebody who was chosen."""
    if not (choice.month or choice.day):
        return (
            gettext("There are no free times at the moment."),
            gettext("There are no free times with %(host)s at the moment."),
        )
    if calendar_.is_of_two():
        return (
            gettext("There are no free times in the next five weeks."),
            gettext("There are no free times with %(host)s in the next five weeks."),
        )
    return (
        gettext("There are no free times in %(month)s."),
        gettext("There are no free times with %(host)s in %(month)s."),
    )


def _next(calendar_: SlotMonth, choice: SlotSelection) -> TabLink | None:
    if calendar_.next is None:
        return None
    shown = datetimes.date_from(calendar_.next, today=calendar_.today)
    url = choice.url(day=calendar_.next.isoformat(), month="")
    return TabLink(gettext("Next free: %(date)s") % {"date": shown}, url, False)


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
