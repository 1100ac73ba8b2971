"""Which zone somebody means who types a country, a city, an old name, letters such as PST, or a distance to UTC."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.core import Locale, get_global
from django.utils.translation import get_language

from timetuna.l10n import datetimes
from timetuna.lib.text import find_zone, old_zone_names, zone_countries, zone_names

LONGEST_NAME = 100
MOST = 30
_WORDS = re.compile(r"[^\W_]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_DISTANCE = re.compile(r"(?:utc|gmt)?\s*([+\-\u2212])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_FIXED = re.compile(r"UTC([+-])(\d{1,2})")
_EXACT, _BEGINS, _WITHIN, _TOGETHER = range(4)


@dataclass(frozen=True, slots=True)
class FoundZone:
    """called: what the name that fitted is, where it is none of those that a zone is shown by; else ""."""

    zone: ZoneInfo
    called: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A zone and what it is called. names: each as it is written, and as it is compared.  own: those it is shown by."""

    zone: ZoneInfo
    own: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    words: str


def find_zones(typed: str, *, now: datetime) -> list[FoundZone]:
    """Best first; of those that fit equally well, the one where most people live. Nothing typed finds nothing."""
    typed = typed.strip()[:LONGEST_NAME]
    if "/" in typed and (zone := find_zone(old_zone_names().get(typed, typed))):
        return [FoundZone(zone)]
    if distance := _DISTANCE.fullmatch(typed):
        return [FoundZone(zone) for zone in _at_distance(distance, now)][:MOST]
    wanted = _plain(typed)
    if not wanted:
        return []
    fitting: list[tuple[int, int, FoundZone]] = []
    for rank, entry in enumerate(_entries(get_language() or "en", now.year)):
        if fit := _fit(entry, wanted):
            score, called = fit
            shown = "" if called in entry.own else called
            fitting.append((score, rank, FoundZone(entry.zone, shown)))
    return [found for _, _, found in sorted(fitting, key=lambda one: one[:2])][:MOST]


def zone_meant(typed: str, *, now: datetime) -> ZoneInfo | None:
    """The one with this name, as pages write it, or as people call no other."""
    typed = re.sub(r"\(utc[^)]*\)$", "", typed.strip()[:LONGEST_NAME], flags=re.IGNORECASE).strip()
    if zone := find_zone(typed) if "/" in typed else None:
        return zone
    if fixed := _FIXED.fullmatch(typed):  # Etc/GMT+5 is five hours behind
        return find_zone(f"Etc/GMT{'-' if fixed[1] == '+' else '+'}{fixed[2]}")
    wanted = _plain(typed)
    entries = _entries(get_language() or "en", now.year) if wanted else ()
    exactly = [one.zone for one in entries if any(name == wanted for _, name in one.names)]
    return exactly[0] if len(exactly) == 1 else None


def usual_zones(*, now: datetime) -> list[ZoneInfo]:
    """From west to east, for each clock there is now the place that most people know it by."""
    clocks: dict[timedelta, ZoneInfo] = {}
    for name in _cities():
        zone = ZoneInfo(name)
        clocks.setdefault(now.astimezone(zone).utcoffset() or timedelta(), zone)
    return [clocks[one] for one in sorted(clocks)]


def _fit(entry: _Entry, wanted: str) -> tuple[int, str] | None:
    """How well it fits, and the name that does."""
    words, best = wanted.split(), None
    if not all(f" {word}" in entry.words for word in words):
        return None
    for shown, name in entry.names:
        if name == wanted:
            return _EXACT, shown
        score = _BEGINS if name.startswith(wanted) else _WITHIN
        if (best is None or score < best[0]) and all(f" {word}" in f" {name}" for word in words):
            best = score, shown
    return best or (_TOGETHER, entry.own[0])


def _at_distance(distance: re.Match[str], now: datetime) -> Iterator[ZoneInfo]:
    sign, hours, minutes = distance.groups()
    wanted = timedelta(hours=int(hours), minutes=int(minutes or 0)) * (1 if sign == "+" else -1)
    zones = (entry.zone for entry in _entries(get_language() or "en", now.year))
    yield from (zone for zone in zones if now.astimezone(zone).utcoffset() == wanted)


def _plain(text: str) -> str:
    """Words without accents, case and signs."""
    bare = "".join(
        one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one)
    )
    return " ".join(
        _WORDS.findall(
            bare.replace("ł", "l")
            .replace("ø", "o")
            .replace("'", "")
            .replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
        )
    )


def _ranked() -> list[str]:
    return list(dict.fromkeys((*_cities(), "UTC", *zone_countries(), *zone_names())))


@lru_cache(maxsize=1)
def _cities() -> dict[str, list[str]]:
    """What `cities.txt` knows."""
    lines = (files("timetuna.l10n") / "cities.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split(": ", 1) for line in lines if not line.startswith("#"))
    return {zone: re.split(r", |/", names) for zone, names in rows if find_zone(zone)}


@lru_cache(maxsize=8)
def _entries(language: str, year: int) -> tuple[_Entry, ...]:
    """Made once a language and year, whose letters (PST, PDT) count."""
    old: dict[str, list[str]] = {}
    for name, present in old_zone_names().items():
        old.setdefault("UTC" if present in {"Etc/UTC", "Etc/GMT"} else present, []).append(name)
    spoken = [datetimes.words_of(one) for one in dict.fromkeys((language, "en", "de"))]
    return tuple(_entry(name, old.get(name, []), spoken, year) for name in _ranked())


def _entry(name: str, old: Sequence[str], spoken: Sequence[Locale], year: int) -> _Entry:
    zone, country = ZoneInfo(name), zone_countries().get(name, "")
    own = [datetimes.zone_name(zone), *filter(None, datetimes.place_of(zone))]
    names = [*own, country, name, *_cities().get(name, ()), *_letters(zone, year)]
    for one in old:
        names += [one, one.rpartition("/")[2].replace("_", " ")]
    for words in spoken:
        names += [str(words.territories.get(country, "")), *_in_words(words, (name, *old))]
    compared: dict[str, str] = {}
    for shown in filter(None, names):
        compared.setdefault(_plain(shown), shown)
        compared.setdefault(_plain(shown.casefold().translate(_UMLAUTS)), shown)
    pairs = tuple((shown, plain) for plain, shown in compared.items() if plain)
    return _Entry(zone, tuple(own), pairs, " " + " ".join(plain for _, plain in pairs))


def _letters(zone: ZoneInfo, year: int) -> set[str]:
    """What clocks there are called in winter and summer; most of tzdata's are digits."""
    found = {datetime(year, month, 1, tzinfo=zone).tzname() or "" for month in (1, 7)}
    return {one for one in found if one.isalpha()}


def _in_words(words: Locale, names: Iterable[str]) -> Iterator[str]:
    """The city in a language, and what its clock is called: "Pacific Time", "MEZ"."""
    for name in names:
        yield str(words.time_zones.get(name, {}).get("city", "")).replace("\N{SOFT HYPHEN}", "")
        clock = words.meta_zones.get(get_global("meta_zones").get(name, ""), {})
        for length in ("long", "short"):
            yield from (str(one) for one in clock.get(length, {}).values() if "\N{EMPTY SET}" not in str(one))
