"""The rows behind one booking page, as guests need them: read by one statement, and turned into the engine's values."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from django.db import DEFAULT_DB_ALIAS
from django.db.models import DateTimeField, JSONField, Model
from django.utils import timezone

from timetuna.accounts.models import Team, User
from timetuna.availability.hours import Away, Cap, CapScope, Hours, Period, Trip
from timetuna.calendars.models import Calendar
from timetuna.db import sql
from timetuna.db.kept import keep, row_of, rows_of
from timetuna.lib.text import find_zone
from timetuna.pages.holidays import PublicHolidays, exceptions, holidays_between
from timetuna.pages.models import (
    BookingPage,
    DateOverride,
    Duration,
    HostRules,
    MeetingType,
    OutOfOffice,
    PageHost,
    Schedule,
    TravelZone,
    WeeklyHours,
)

_DATE = date.fromisoformat
_PAGE_HOST: dict[str, Callable[[Any], Any] | None] = {
    **dict.fromkeys(("id", "page_id", "host_id"), None),
    "active": bool,
    **dict.fromkeys(("part", "weight", "tier", "position"), None),
    "paused_until": lambda text: _DATE(text) if text else None,
    **dict.fromkeys(("balance", "schedule_id", "buffer_before_minutes", "buffer_after_minutes"), None),
    **dict.fromkeys(("notice_minutes", "cap_day"), None),
    "own_calendars": bool,
    **dict.fromkeys(("writes", "write_calendar_id"), None),
}
"""The columns as they stand in the statement, and how they come out of JSON where not as they are."""
_OVER = timedelta(days=3)
_AWAY_MINUTES = "start_minute", "end_minute"
_SINGLE: tuple[
    tuple[str, type[Model], frozenset[str]], ...
] = (  # as they stand in the statement; no names are all
    ("page", BookingPage, frozenset()),
    ("host", User, frozenset({"id", "name", "handle", "time_zone", "role", "photo_version", "is_active"})),
    ("team", Team, frozenset({"id", "name", "handle"})),
    ("rules", HostRules, frozenset()),
    ("schedule", Schedule, frozenset()),
)


def dates_over() -> date:
    """The last date that is over in every zone, and for a meeting that began a day earlier."""
    return timezone.now().date() - _OVER


def row_at(handle: str, slug: str) -> BookingPage | None:
    """In any case of letters; None unless its host is active and verified."""
    found = sql.rows(_with_columns(sql.PAGE_AT), handle=handle.lower(), slug=slug.lower(), over=dates_over())
    return _page(found[0]) if found else None


def row_with(page_id: int) -> BookingPage | None:
    """Whatever the state of its host."""
    return next(iter(rows_with([page_id])), None)


def row_called(public_id: str) -> BookingPage | None:
    """Likewise, as programs call it."""
    found = sql.rows(_with_columns(sql.PAGE_CALLED), public_id=public_id, over=dates_over())
    return _page(found[0]) if found else None


def rows_with(page_ids: Sequence[int]) -> list[BookingPage]:
    """In this order, without those that are no more. One query."""
    if not page_ids:
        return []
    found = sql.rows(_with_columns(sql.PAGES), pages=[*page_ids], over=dates_over())
    rows = {page.pk: page for page in map(_page, found)}
    return [rows[pk] for pk in page_ids if pk in rows]


def _page(found: tuple[Any, ...]) -> BookingPage:
    """The row with everything that belongs to it, put where the ORM would."""
    values = iter(found)
    page: BookingPage
    page, host, team, rules, schedule = (
        row_of(model, _columns(model, names), values) for _, model, names in _SINGLE
    )
    hosts, durations, kinds, hours, overrides, away, trips = map(sql.listed, values)
    page.host, page.team, page.schedule = host, team, schedule
    host._state.fields_cache["host_rules"] = rules  # noqa: SLF001 - as select_related does where there are none, too
    keep(page, page_hosts=list(map(_page_host, hosts)))
    keep(
        page,
        durations=rows_of(Duration, ("id", "minutes", "title", "description", "price"), durations),
    )
    keep(
        page,
        meeting_types=rows_of(MeetingType, ("id", "kind", "enabled", "detail"), kinds, None, None, bool),
    )
    keep(
        schedule,
        weekly_hours=rows_of(WeeklyHours, ("id", "weekday", "start_minute", "end_minute"), hours),
    )
    keep(
        schedule,
        overrides=rows_of(DateOverride, ("id", "date", "windows"), overrides, None, _DATE, orjson.loads),
    )
    keep(
        host,
        out_of_office=rows_of(
            OutOfOffice, ("id", "first", "last", "note", *_AWAY_MINUTES), away, None, _DATE, _DATE
        ),
    )
    keep(
        host,
        travel_zones=rows_of(TravelZone, ("id", "first", "last", "time_zone"), trips, None, _DATE, _DATE),
    )
    return page


def _page_host(values: list[Any]) -> PageHost:
    """With the calendar that was chosen for events, as far as it has to be known."""
    *own, name, listed = values
    found = [read(one) if read else one for read, one in zip(_PAGE_HOST.values(), own, strict=True)]
    row: PageHost = PageHost.from_db(DEFAULT_DB_ALIAS, frozenset(_PAGE_HOST), found)
    if row.write_calendar_id is not None:
        known = [row.write_calendar_id, name, bool(listed)]
        row.write_calendar = Calendar.from_db(DEFAULT_DB_ALIAS, frozenset({"id", "name", "listed"}), known)
    return row


@lru_cache
def _with_columns(sql: str) -> str:
    return sql.format_map(
        {
            name: ", ".join(f"{name}.{column}" for column in _columns(model, wanted))
            for name, model, wanted in _SINGLE
        }
    )


@lru_cache
def _columns(model: type[Model], wanted: frozenset[str]) -> tuple[str, ...]:
    """In the model's order; without any wanted all that need no reading of their own."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - documented
    if wanted:
        return tuple(field.attname for field in fields if field.attname in wanted)
    return tuple(field.attname for field in fields if not isinstance(field, DateTimeField | JSONField))


_UTC = ZoneInfo("UTC")


def opening(page: BookingPage) -> Hours:
    """The page's schedule with what holds for its host: absences, holidays, trips.

    A host who is switched off is never open.
    """
    return hours_of(page.host, page.schedule)


def hours_of(host: User, schedule: Schedule) -> Hours:
    """A schedule's, with what holds for its host."""
    zone = _zone(schedule.time_zone)
    if not host.is_active or schedule.pk is None:  # who cannot be booked has no time for anything new
        return Hours(zone=zone)
    weekly = schedule.weekly_hours.all()
    return Hours(
        zone=zone,
        weekly=tuple((row.weekday, row.start_minute, row.end_minute) for row in weekly),
        overrides={
            row.date: tuple((start, end) for start, end in row.windows) for row in schedule.overrides.all()
        },
        holidays=_holidays(rules_of(host)),
        away=tuple(
            Away(row.first, row.last, row.note, row.start_minute, row.end_minute)
            for row in host.out_of_office.all()
        ),
        travel=tuple(Trip(row.first, row.last, _zone(row.time_zone)) for row in host.travel_zones.all()),
    )


class HostRow(NamedTuple):
    """Somebody who takes part in a page, as far as it decides about their time. caps: of all they take part in.

    bookable: whether the account is switched on, and its address confirmed.  time_zone: of the account.
    """

    id: int
    name: str
    photo_version: str
    role: str
    bookable: bool
    opening: Hours
    caps: tuple[Cap, ...]
    patience_hours: int
    time_zone: str


def host_rows(pages: Collection[int]) -> dict[int, HostRow]:
    """All who take part in these pages, by the key of their row there. One query."""
    found = sql.rows(sql.HOSTS, pages=list(pages), over=dates_over())
    return {row[0]: _host_row(row) for row in found}


def people(hosts: Collection[int]) -> dict[int, HostRow]:
    """By id, with the hours they begin pages with. One query."""
    found = sql.rows(sql.PEOPLE, hosts=list(hosts), over=dates_over())
    return {row[0]: _host_row(row) for row in found}


def _host_row(row: tuple[Any, ...]) -> HostRow:
    host, name, photo_version, role = row[1:5]
    (
        account_zone,
        active,
        verified,
        day,
        week,
        month,
        country,
        region,
        opened,
        patience,
        zone,
        *lists,
    ) = row[5:]
    weekly, overrides, away, trips = map(sql.listed, lists)
    return HostRow(
        id=host,
        name=name,
        photo_version=photo_version,
        role=role,
        bookable=bool(active and verified),
        opening=Hours(
            zone=_zone(zone or account_zone),
            weekly=tuple((weekday, start, end) for weekday, start, end in weekly),
            overrides={
                _DATE(day): tuple((start, end) for start, end in orjson.loads(windows))
                for day, windows in overrides
            },
            holidays=PublicHolidays(country, region, exceptions(opened)) if country else {},
            away=tuple(Away(_DATE(first), _DATE(last), *more) for first, last, *more in away),
            travel=tuple(Trip(_DATE(first), _DATE(last), _zone(there)) for first, last, there in trips),
        ),
        caps=_caps(CapScope.HOST, day, week, month),
        patience_hours=HostRules.PATIENCE_HOURS if patience is None else patience,
        time_zone=account_zone,
    )


def caps(page: BookingPage) -> tuple[Cap, ...]:
    """Of the page, whoever hosts what is booked on it."""
    return _caps(CapScope.PAGE, page.cap_day, page.cap_week, page.cap_month)


def caps_of(host: User) -> tuple[Cap, ...]:
    """Of all pages together that the host takes part in."""
    rules = rules_of(host)
    return _caps(CapScope.HOST, rules.cap_day, rules.cap_week, rules.cap_month) if rules else ()


def rules_of(host: User) -> HostRules | None:
    """What holds for everything that the host takes part in; who has set nothing has no row."""
    return getattr(host, "host_rules", None)


def _caps(scope: CapScope, day: int | None, week: int | None, month: int | None) -> tuple[Cap, ...]:
    wanted = ((Period.DAY, day), (Period.WEEK, week), (Period.MONTH, month))
    return tuple(Cap(period, scope, most) for period, most in wanted if most is not None)


def _holidays(rules: HostRules | None) -> Mapping[date, str]:
    if rules is None or not rules.holiday_country:
        return {}
    return PublicHolidays(rules.holiday_country, rules.holiday_region, exceptions(rules.holidays_open))


def holidays_of(rules: HostRules | None, *, first: date, last: date) -> dict[date, str]:
    """Those of a host that close their pages, both dates included, in order."""
    kept = _holidays(rules)
    region = rules.holiday_region if rules else ""
    known = holidays_between(rules.holiday_country, region, first=first, last=last) if rules else {}
    return {day: kept[day] for day in known if day in kept}


def _zone(name: str) -> ZoneInfo:
    """UTC where tzdata has dropped a stored name."""
    return find_zone(name) or _UTC
