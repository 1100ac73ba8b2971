"""Public holidays by country and region, from the `holidays` package.

The package is loaded when it is first needed: it is heavy, and most hosts never ask for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from unicodedata import normalize

from django.conf import settings
from django.utils.translation import get_language

from timetuna.l10n.datetimes import words_of

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


def countries() -> tuple[tuple[str, str], ...]:
    """(code, name), by name, in the language that is spoken."""
    return _countries(_spoken())


@lru_cache(maxsize=16)
def _countries(language: str) -> tuple[tuple[str, str], ...]:
    from holidays.registry import COUNTRIES  # noqa: PLC0415 - heavy, see above

    named = {names[1]: _NAMES.get(names[1]) or _title(module) for module, names in COUNTRIES.items()}
    if not _LANGUAGE.startswith(language):
        named |= {code: words_of(language).territories.get(code, name) for code, name in named.items()}
    return tuple(sorted(named.items(), key=lambda country: _plain(country[1])))


@lru_cache(maxsize=64)
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of those that have holidays of their own, by name."""
    if country not in dict(countries()):
        return ()
    import holidays  # noqa: PLC0415 - heavy, see above

    aliases = getattr(holidays, country).get_subdivision_aliases()
    named = {code: names[0] if names else code for code, names in aliases.items()}
    return tuple(sorted(named.items(), key=lambda region: region[1]))


def known(country: str, region: str) -> bool:
    """Region "" is the whole country."""
    return country in dict(countries()) and (not region or region in dict(regions(country)))


@dataclass(frozen=True, slots=True)
class PublicHolidays(Mapping[date, str]):
    """All public holidays of a country and region by date, each year's worked out when it is first asked for.

    Names are in the language that is spoken, or English, where the package has them. An unknown country, or none, has
    no holidays. opened: those that do not count, by English name, or by date ("2027-05-01") for that one alone.
    """

    country: str
    region: str = ""
    opened: frozenset[str] = frozenset()

    def __getitem__(self, day: date) -> str:
        name = _year(self.country, self.region, day.year)[day]
        if self.opened and (name in self.opened or day.isoformat() in self.opened):
            raise KeyError(day)
        return name_of(self.country, self.region, day)

    def __iter__(self) -> Iterator[date]:
        for year in _KNOWN_YEARS:
            yield from (day for day in _year(self.country, self.region, year) if day in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@lru_cache(maxsize=256)
def exceptions(lines: str) -> frozenset[str]:
    """Of `HostRules.holidays_open`: what a host has taken out of their holidays."""
    return frozenset(lines.splitlines())


def holidays_between(country: str, region: str, *, first: date, last: date) -> dict[date, str]:
    """Both dates included, in order, each with the English name, by which it is kept."""
    years = (_year(country, region, year) for year in _KNOWN_YEARS if first.year <= year <= last.year)
    return {day: name for year in years for day, name in year.items() if first <= day <= last}


def name_of(country: str, region: str, day: date) -> str:
    """What a holiday is called in the language that is spoken, or in English. Raises KeyError for other days."""
    language = _named_in(country, _spoken()) if known(country, region) else _LANGUAGE
    return _year(country, region, day.year, language)[day]


def _spoken() -> str:
    return get_language() or settings.LANGUAGE_CODE


@lru_cache(maxsize=512)
def _named_in(country: str, language: str) -> str:
    """As the package calls the language, where it has the country's holidays in it; else English."""
    import holidays  # noqa: PLC0415 - heavy, see above

    had = getattr(holidays, country).supported_languages
    return next((one for one in had if one.split("_")[0] == language), _LANGUAGE)


@lru_cache(maxsize=512)
def _year(country: str, region: str, year: int, language: str = _LANGUAGE) -> Mapping[date, str]:
    if year not in _KNOWN_YEARS or not country or not known(country, region):
        return {}
    import holidays  # noqa: PLC0415 - heavy, see above

    found = holidays.country_holidays(country, subdiv=region or None, years=year, language=language)
    return dict(sorted((day, str(name)) for day, name in found.items() if day.year == year))


def _plain(name: str) -> str:
    """Take the accents off, so that "Åland" stands among the names with A."""
    return normalize("NFD", name).encode("ascii", "ignore").decode()


def _title(module: str) -> str:
    """Make "Isle of Man" of "isle_of_man", as the package has no names for people."""
    words = module.split("_")
    return " ".join(word if word in _SMALL_WORDS else word.capitalize() for word in words)
