"""When a page's host is open, and what is enough: rows turned into the engine's values."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from timetuna.accounts.models import User
from timetuna.availability.hours import Away, Hours, Trip
from timetuna.availability.policy import Cap, CapScope, Period
from timetuna.lib.text import find_zone
from timetuna.pages.holidays import PublicHolidays
from timetuna.pages.models import BookingPage, HostRules, Schedule

_UTC = ZoneInfo("UTC")


def opening(page: BookingPage) -> Hours:
    """The page's schedule with what holds for its host: absences, holidays, trips.

    A host who is switched off is never open.
    """
    return _opening(page.host, page.schedule)


def opening_of(host: Any) -> Hours:
    """Of somebody who takes part in the pages of others: those that their own new pages begin with.

    host: as `prefetch.with_time` returns them.
    """
    (schedule,) = host.default_schedules or (Schedule(time_zone=host.time_zone),)
    return _opening(host, schedule)


def _opening(host: User, schedule: Schedule) -> Hours:
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
        away=tuple(Away(row.first, row.last, row.note) for row in host.out_of_office.all()),
        travel=tuple(Trip(row.first, row.last, _zone(row.time_zone)) for row in host.travel_zones.all()),
    )


def caps(page: BookingPage) -> tuple[Cap, ...]:
    """Of the page and of all pages of its host."""
    return _caps(page, CapScope.PAGE) + caps_of(page.host)


def caps_of(host: User) -> tuple[Cap, ...]:
    """Of all pages together that the host takes part in."""
    rules = rules_of(host)
    return _caps(rules, CapScope.HOST) if rules else ()


def rules_of(host: User) -> HostRules | None:
    """What holds for everything that the host takes part in; who has set nothing has no row."""
    return getattr(host, "host_rules", None)


def _caps(row: BookingPage | HostRules, scope: CapScope) -> tuple[Cap, ...]:
    wanted = ((Period.DAY, row.cap_day), (Period.WEEK, row.cap_week), (Period.MONTH, row.cap_month))
    return tuple(Cap(period, scope, most) for period, most in wanted if most is not None)


def _holidays(rules: HostRules | None) -> Mapping[date, str]:
    if rules is None or not rules.holiday_country:
        return {}
    return PublicHolidays(rules.holiday_country, rules.holiday_region)


def _zone(name: str) -> ZoneInfo:
    """UTC where tzdata has dropped a stored name."""
    return find_zone(name) or _UTC
