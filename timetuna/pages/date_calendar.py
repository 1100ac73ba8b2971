"""A month of a schedule: what holds on each date, why, and which meetings lie there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, ngettext

from timetuna.accounts.models import User
from timetuna.availability.hours import (
    Away,
    DayKind,
    Hours,
    Trip,
    date_start,
    host_date,
    special_days,
    windows_on,
)
from timetuna.availability.interval import Interval, moment_of
from timetuna.l10n import datetimes
from timetuna.l10n.datetimes import zone_name, zone_or_utc
from timetuna.l10n.lists import from_to
from timetuna.pages.hooks import BookedMeeting, meetings_within
from timetuna.pages.models import OutOfOffice, Schedule

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
_ONE_DAY = timedelta(days=1)
_WEEK = 7
_MIDNIGHT = 1_440


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCell:
    """A date of a month, or of one beside it that fills up a week.

    mark: what else than its weekday decides about it ("other", "closed", "away", "holiday"), or "".  short: its hours
    for little room.  spoken: the date and all there is to say of it.
    """

    day: date
    in_month: bool
    is_today: bool
    is_past: bool
    mark: str
    short: str
    spoken: str
    abroad: bool
    meetings: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesMonth:
    """previous, following: the months beside it, as addresses have them; "" where there are none."""

    first: date
    title: str
    weekdays: Sequence[str]
    weeks: Sequence[Sequence[DateCell]]
    previous: str
    following: str


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """when: by the clock of the host's profile."""

    meeting: BookedMeeting
    when: str


def show_month(
    schedule: Schedule, hours: Hours, first: date, *, today: date, first_weekday: int, with_meetings: bool
) -> DatesMonth:
    """Whole weeks. first: the first of the month.  first_weekday: that weeks begin with, 0 is Monday."""
    first = max(first, FIRST.replace(day=1))
    begins = max(first - _ONE_DAY * ((first.weekday() - first_weekday) % _WEEK), FIRST)
    following = (first + timedelta(days=31)).replace(day=1)
    number = -(-(following - begins).days // _WEEK) * _WEEK
    days = [begins + _ONE_DAY * more for more in range(number)]
    meetings = _by_day(
        hours, meetings_on(schedule.host_id, hours, days[0], days[-1]) if with_meetings else ()
    )
    path = reverse("schedule_dates", args=[schedule.pk])
    cells = [_cell(hours, day, first, today=today, meetings=len(meetings[day]), path=path) for day in days]
    before = (first - _ONE_DAY).replace(day=1)
    return DatesMonth(
        first=first,
        title=datetimes.written(first, "F Y"),
        weekdays=[str(WEEKDAYS[(first_weekday + more) % _WEEK]) for more in range(_WEEK)],
        weeks=[cells[start : start + _WEEK] for start in range(0, number, _WEEK)],
        previous=f"{before:%Y-%m}" if before >= FIRST else "",
        following=f"{following:%Y-%m}" if following <= LAST else "",
    )


def days_in_address(first: date, last: date) -> str:
    """As addresses have a date, or all from one to another."""
    return f"{first}" if first == last else f"{first}..{last}"


def meetings_on(host_id: int, hours: Hours, first: date, last: date) -> list[BookedMeeting]:
    """Those that take time of the host's own dates from `first` to `last`, both included."""
    return meetings_within(host_id, [(date_start(hours, first), date_start(hours, last + _ONE_DAY))])


def meetings_away(host: User, absence: OutOfOffice) -> list[BookedMeeting]:
    """Those that lie in an absence, as its dates and hours are meant where the host is then."""
    away = Away(absence.first, absence.last, "", absence.start_minute, absence.end_minute)
    trips = (Trip(row.first, row.last, zone_or_utc(row.time_zone)) for row in host.travel_zones.all())
    hours = Hours(zone=zone_or_utc(host.time_zone), away=(away,), travel=tuple(trips))
    span = date_start(hours, away.first), date_start(hours, away.last + _ONE_DAY) - 1
    return meetings_within(host.pk, [one[:2] for one in special_days(hours, span=span)])


def meeting_lines(meetings: Sequence[BookedMeeting], host: User) -> list[MeetingLine]:
    zone = zone_or_utc(host.time_zone)
    return [
        MeetingLine(
            one,
            f"{datetimes.short_day(begins)}, "
            f"{datetimes.span(begins, moment_of(one.end_minute).astimezone(zone))}",
        )
        for one in meetings
        for begins in (moment_of(one.start_minute).astimezone(zone),)
    ]


def _by_day(hours: Hours, meetings: Sequence[BookedMeeting]) -> dict[date, list[BookedMeeting]]:
    found = defaultdict[date, list[BookedMeeting]](list)
    for one in meetings:
        for day in {host_date(hours, one.start_minute), host_date(hours, one.end_minute - 1)}:
            found[day].append(one)
    return found


def _cell(hours: Hours, day: date, month: date, *, today: date, meetings: int, path: str) -> DateCell:
    kind, label, windows = windows_on(hours, day)
    trip = next((trip for trip in hours.travel if trip.first <= day <= trip.last), None)
    partly = kind is None and any(one.on(day) for one in hours.away)
    mark = {
        None: "away" if partly else "",
        DayKind.OUT_OF_OFFICE: "away",
        DayKind.HOLIDAY: "holiday",
        DayKind.OVERRIDE: "other" if windows else "closed",
    }[kind]
    told = [
        ", ".join(from_to(_clock(start), _clock(end)) for start, end in windows) or gettext("closed"),
        {"away": gettext("out of office"), "holiday": label, "other": gettext("other hours than usual")}.get(
            mark, ""
        ),
        gettext("by the clock of %(zone)s") % {"zone": zone_name(zone_or_utc(trip.zone.key))} if trip else "",
        ngettext("%(count)d booking", "%(count)d bookings", meetings) % {"count": meetings}
        if meetings
        else "",
    ]
    return DateCell(
        day=day,
        in_month=day.month == month.month,
        is_today=day == today,
        is_past=day < today,
        mark=mark,
        short=_short(windows),
        spoken=f"{datetimes.day(day)}: {'; '.join(filter(None, told))}",
        abroad=trip is not None,
        meetings=meetings,
        url=f"{path}/{day}?month={month:%Y-%m}",
    )


def _short(windows: Sequence[Interval]) -> str:
    """As "9–17", "9–12 …"."""
    if not windows:
        return ""
    start, end = windows[0]
    return f"{_hour(start)}–{_hour(end)}{' …' if len(windows) > 1 else ''}"


def _hour(minute: int) -> str:
    return _clock(minute) if minute % 60 else str(minute // 60)


def _clock(minute: int) -> str:
    return "24:00" if minute == _MIDNIGHT else f"{minute // 60:02}:{minute % 60:02}"
