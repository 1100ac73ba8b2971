"""When a page's host is open, and what is enough: rows turned into the engine's values.

Public holidays by country and region come from the `holidays` package, which is loaded when it is first needed: it is
heavy, and most hosts never ask for it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from timetuna.accounts.models import User
from timetuna.availability.hours import Away, Hours, Trip
from timetuna.availability.policy import Cap, CapScope, Period
from timetuna.lib.zones import find_zone
from timetuna.pages.models import BookingPage, HostRules, Schedule, TravelZone

_UTC = ZoneInfo("UTC")
_SMALL_WORDS = frozenset({"and", "of", "the"})
_NAMES = {  # where the package's word for the country is not how it is written
    "AX": "Åland Islands",
    "BL": "Saint Barthélemy",
    "BQ": "Bonaire, Sint Eustatius and Saba",
    "CD": "Congo (Democratic Republic)",
    "CW": "Curaçao",
    "GW": "Guinea-Bissau",
    "HK": "Hong Kong",
    "HM": "Heard Island and McDonald Islands",
    "RE": "Réunion",
    "SH": "Saint Helena, Ascension and Tristan da Cunha",
    "ST": "São Tomé and Príncipe",
    "SY": "Syria",
    "TL": "Timor-Leste",
}
_KNOWN_YEARS = range(1990, 2101)
_LANGUAGE = "en_US"


def opening(page: BookingPage) -> Hours:
    """Return the hours of the page's schedule with what holds for its host: absences, holidays, trips.

    A host who is switched off is never open.
    """
    return _opening(page.host, page.schedule)


def opening_of(host: Any) -> Hours:
    """Return the hours of somebody who takes part in the pages of others: those that their own new pages begin with.

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
        travel=_trips(host.travel_zones.all()),
    )


def caps(page: BookingPage) -> tuple[Cap, ...]:
    """Return how many bookings are enough, of the page and of all pages of its host."""
    return _caps(page, CapScope.PAGE) + caps_of(page.host)


def caps_of(host: User) -> tuple[Cap, ...]:
    """Return how many bookings are enough of all pages together that the host takes part in."""
    rules = rules_of(host)
    return _caps(rules, CapScope.HOST) if rules else ()


def rules_of(host: User) -> HostRules | None:
    """Return what holds for everything that the host takes part in; who has set nothing has no row."""
    return getattr(host, "host_rules", None)


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


@lru_cache(maxsize=1)
def countries() -> tuple[tuple[str, str], ...]:
    """Return (code, name) of every country there are holidays for, by name."""
    from holidays.registry import COUNTRIES  # noqa: PLC0415 - heavy, see above

    named = {names[1]: _NAMES.get(names[1]) or _title(module) for module, names in COUNTRIES.items()}
    return tuple(sorted(named.items(), key=lambda country: _plain(country[1])))


@lru_cache(maxsize=64)
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of the country's regions that have holidays of their own, by name."""
    if country not in dict(countries()):
        return ()
    import holidays  # noqa: PLC0415 - heavy, see above

    aliases = getattr(holidays, country).get_subdivision_aliases()
    named = {code: names[0] if names else code for code, names in aliases.items()}
    return tuple(sorted(named.items(), key=lambda region: region[1]))


def known(country: str, region: str) -> bool:
    """Say whether there are holidays for this country and region; region "" is the whole country."""
    return country in dict(countries()) and (not region or region in dict(regions(country)))


@dataclass(frozen=True, slots=True)
class PublicHolidays(Mapping[date, str]):
    """All public holidays of a country and region by date, each year's worked out when it is first asked for.

    Names are English where the package has them. An unknown country, or none, has no holidays.
    """

    country: str
    region: str = ""

    def __getitem__(self, day: date) -> str:
        return _year(self.country, self.region, day.year)[day]

    def __iter__(self) -> Iterator[date]:
        for year in _KNOWN_YEARS:
            yield from _year(self.country, self.region, year)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def holidays_between(country: str, region: str, *, first: date, last: date) -> dict[date, str]:
    """Return the public holidays from `first` to `last`, both included, in order, each with its name."""
    years = (_year(country, region, year) for year in _KNOWN_YEARS if first.year <= year <= last.year)
    return {day: name for year in years for day, name in year.items() if first <= day <= last}


@lru_cache(maxsize=512)
def _year(country: str, region: str, year: int) -> Mapping[date, str]:
    if year not in _KNOWN_YEARS or not country or not known(country, region):
        return {}
    import holidays  # noqa: PLC0415 - heavy, see above

    found = holidays.country_holidays(country, subdiv=region or None, years=year, language=_LANGUAGE)
    return dict(sorted((day, str(name)) for day, name in found.items() if day.year == year))


def _plain(name: str) -> str:
    """Take the accents off, so that "Åland" stands among the names with A."""
    return normalize("NFD", name).encode("ascii", "ignore").decode()


def _title(module: str) -> str:
    """Make "Isle of Man" of "isle_of_man", as the package has no names for people."""
    words = module.split("_")
    return " ".join(word if word in _SMALL_WORDS else word.capitalize() for word in words)
