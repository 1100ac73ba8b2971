"""When a page's host is open, and what is enough: rows turned into the engine's values."""

from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from timetuna.availability.hours import Away, Hours, Trip
from timetuna.availability.policy import Cap, CapScope, Period
from timetuna.lib.zones import find_zone
from timetuna.pages.models import BookingPage, HostRules, TravelZone
from timetuna.pages.schedules.holidays import PublicHolidays

_UTC = ZoneInfo("UTC")


def opening(page: BookingPage) -> Hours:
    """Return the hours of the page's schedule with what holds for its host: absences, holidays, trips.

    A host who is switched off is never open.
    """
    schedule, host = page.schedule, page.host
    if not host.is_active:  # who cannot be booked has no time for anything new
        return Hours(zone=_zone(schedule.time_zone))
    weekly = schedule.weekly_hours.all()
    return Hours(
        zone=_zone(schedule.time_zone),
        weekly=tuple((row.weekday, row.start_minute, row.end_minute) for row in weekly),
        overrides={
            row.date: tuple((start, end) for start, end in row.windows) for row in schedule.overrides.all()
        },
        holidays=_holidays(rules_of(page)),
        away=tuple(Away(row.first, row.last, row.note) for row in host.out_of_office.all()),
        travel=_trips(host.travel_zones.all()),
    )


def caps(page: BookingPage) -> tuple[Cap, ...]:
    """Return how many bookings are enough, of the page and of all pages of its host."""
    rules = rules_of(page)
    return _caps(page, CapScope.PAGE) + (_caps(rules, CapScope.HOST) if rules else ())


def rules_of(page: BookingPage) -> HostRules | None:
    """Return what holds for all pages of the page's host; a host who has set nothing has no row."""
    return getattr(page.host, "host_rules", None)


def _caps(row: BookingPage | HostRules, scope: CapScope) -> tuple[Cap, ...]:
    wanted = ((Period.DAY, row.cap_day), (Period.WEEK, row.cap_week), (Period.MONTH, row.cap_month))
    return tuple(Cap(period, scope, most) for period, most in wanted if most is not None)


def _holidays(rules: HostRules | None) -> Mapping[date, str]:
    if rules is None or not rules.holiday_country:
        return {}
    return PublicHolidays(rules.holiday_country, rules.holiday_region)


def _trips(rows: Iterable[TravelZone]) -> tuple[Trip, ...]:
    return tuple(Trip(row.first, row.last, _zone(row.time_zone)) for row in rows)


def _zone(name: str) -> ZoneInfo:
    """Return the zone; UTC where tzdata has dropped a stored name."""
    return find_zone(name) or _UTC
