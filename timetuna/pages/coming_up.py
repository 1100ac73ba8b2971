"""What lies ahead of a host beside their usual hours: absences, trips, holidays, dates with other hours."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django.urls import reverse
from django.utils.translation import gettext

from timetuna.accounts.models import User
from timetuna.l10n.datetimes import date_from, date_in, zone_name, zone_or_utc
from timetuna.l10n.lists import from_to
from timetuna.pages.date_calendar import days_in_address
from timetuna.pages.models import DateOverride, OutOfOffice
from timetuna.pages.prefetch import holidays_of, rules_of

MOST = 8
_AHEAD, _SOON = timedelta(days=120), timedelta(days=31)
_MIDNIGHT = 1_440


@dataclass(frozen=True, slots=True)
class ComingUp:
    """kind: of which of them it is, in a word.  when: its dates in words.  url: where it is changed."""

    first: date
    last: date
    kind: str
    text: str
    when: str
    url: str


def coming_up(host: User, *, now: datetime) -> list[ComingUp]:
    """The next ones, the earliest first; those that have begun among them. Four queries."""
    today = date_in(host.time_zone, now)
    found = [*_absences(host, today), *_trips(host, today), *_holidays(host, today), *_dates(host, today)]
    ahead = [one for one in found if one.first <= today + _AHEAD]
    return list(islice(sorted(ahead, key=lambda one: (one.first, one.last)), MOST))


def absences_soon(hosts: Collection[User], *, now: datetime) -> dict[int, str]:
    """Of each host the next absence within a month, as "24 to 26 December", without their word to guests. One query."""
    today = {host.pk: date_in(host.time_zone, now) for host in hosts}
    found: dict[int, str] = {}
    for row in OutOfOffice.objects.filter(host__in=today).order_by("first", "pk"):
        day = today[row.host_id]
        if row.last >= day and row.first <= day + _SOON and row.host_id not in found:
            found[row.host_id] = away_in_words(row, today=day)
    return found


def in_dates(first: date, last: date, *, today: date) -> str:
    """As "24 December", "24 to 26 December", "30 December to 2 January 2027"."""
    if first == last:
        return date_from(first, today=today)
    if (first.year, first.month) == (last.year, last.month):
        return from_to(first.day, date_from(last, today=today))
    return from_to(date_from(first, today=last), date_from(last, today=today))


def away_in_words(absence: OutOfOffice, *, today: date) -> str:
    """Its dates, with the hours it begins and ends at where it does not take whole days."""
    first, last = absence.first, absence.last
    start, end = absence.start_minute, absence.end_minute
    if not start and end == _MIDNIGHT:
        return in_dates(first, last, today=today)
    if first == last:
        return f"{date_from(first, today=today)}, {clock_span(start, end)}"
    begins = date_from(first, today=last) + (f", {_clock(start)}," if start else "")
    ends = date_from(last, today=today) + (f", {_clock(end)}" if end < _MIDNIGHT else "")
    return from_to(begins, ends)


@dataclass(frozen=True, slots=True)
class DateRange:
    """Dates one after the other with the same hours. windows: none is closed."""

    first: date
    last: date
    windows: list[list[int]]

    def text(self) -> str:
        return ", ".join(clock_span(start, end) for start, end in self.windows) or gettext("Closed")


def ranges_of(rows: list[DateOverride]) -> list[DateRange]:
    """Of rows in the order of their dates."""
    found: list[DateRange] = []
    for row in rows:
        before = found[-1] if found else None
        if before and before.windows == row.windows and row.date - before.last == timedelta(days=1):
            found[-1] = DateRange(before.first, row.date, row.windows)
        else:
            found.append(DateRange(row.date, row.date, row.windows))
    return found


def _absences(host: User, today: date) -> Iterator[ComingUp]:
    for row in host.out_of_office.filter(last__gte=today)[:MOST]:
        url = reverse("absence", args=[row.pk])
        yield ComingUp(
            row.first, row.last, gettext("Out of office"), row.note, away_in_words(row, today=today), url
        )


def _trips(host: User, today: date) -> Iterator[ComingUp]:
    for row in host.travel_zones.filter(last__gte=today)[:MOST]:
        when, zone = in_dates(row.first, row.last, today=today), zone_name(zone_or_utc(row.time_zone))
        yield ComingUp(row.first, row.last, gettext("Trip"), zone, when, reverse("trip", args=[row.pk]))


def _holidays(host: User, today: date) -> Iterator[ComingUp]:
    found = holidays_of(rules_of(host), first=today, last=today + _AHEAD)
    for day, name in islice(found.items(), MOST):
        yield ComingUp(day, day, gettext("Holiday"), name, date_from(day, today=today), reverse("holidays"))


def _dates(host: User, today: date) -> Iterator[ComingUp]:
    rows = DateOverride.objects.filter(
        schedule__host=host, schedule__page=None, date__range=(today, today + _AHEAD)
    )
    by_schedule: dict[int, list[DateOverride]] = {}
    for row in rows.select_related("schedule").order_by("date"):
        by_schedule.setdefault(row.schedule_id, []).append(row)
    for schedule_id, some in by_schedule.items():
        name = some[0].schedule.name
        for one in ranges_of(some):
            url = reverse("schedule_on", args=[schedule_id, days_in_address(one.first, one.last)])
            kind = gettext("Other hours") if one.windows else gettext("Closed")
            yield ComingUp(one.first, one.last, kind, name, in_dates(one.first, one.last, today=today), url)


def clock_span(start: int, end: int) -> str:
    """As "09:00 to 17:00", of minutes after midnight."""
    return from_to(_clock(start), _clock(end))


def _clock(minute: int) -> str:
    return "24:00" if minute == _MIDNIGHT else f"{minute // 60:02}:{minute % 60:02}"
