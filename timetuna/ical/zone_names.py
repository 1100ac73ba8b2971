"""What zone a name means: one that everybody knows, an offset that says itself, a place; and how sure that is.

A local time that a clock change skips is read with the offset before the change, one that comes twice is the first
of both (RFC 5545 section 3.3.5).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from timetuna.ical.values import offset
from timetuna.lib.text import find_zone, known_zones
from timetuna.lib.text import zone_meant as place_meant

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - of a clock on a wall
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_100_000_000, 253_300_000_000  # within the years 2 and 9996


class Zone(Protocol):
    """A clock on a wall. Both sides are whole seconds since 1970."""

    def utc(self, wall: int) -> int:
        """Return the instant at which the clock shows this."""

    def wall(self, utc: int) -> int:
        """Return what the clock shows at this instant."""


class IanaZone:
    """A zone of tzdata."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.name = zone.key

    def utc(self, wall: int) -> int:
        local = (_EPOCH + timedelta(seconds=_within(wall))).replace(tzinfo=self.zone)
        return wall - _seconds(local)

    def wall(self, utc: int) -> int:
        return utc + _seconds((_EPOCH_UTC + timedelta(seconds=_within(utc))).astimezone(self.zone))


class TableZone:
    """A zone by its changes: the instant of each, the offset before and the offset after, in seconds.

    Before the first change the clock is that of `before`, where there is one.
    """

    def __init__(
        self, changes: list[tuple[int, int, int]], *, first: int, before: "IanaZone | None" = None
    ) -> None:
        self._before = before
        rows = sorted((at + max(before, after), after) for at, before, after in changes)
        self._walls = [wall for wall, _ in rows]
        self._offsets = [first, *(after for _, after in rows)]
        moments = sorted((at, after) for at, _, after in changes)
        self._instants = [at for at, _ in moments]
        self._after = [first, *(after for _, after in moments)]

    def utc(self, wall: int) -> int:
        index = bisect_right(self._walls, wall)
        return self._before.utc(wall) if self._before and not index else wall - self._offsets[index]

    def wall(self, utc: int) -> int:
        index = bisect_right(self._instants, utc)
        return self._before.wall(utc) if self._before and not index else utc + self._after[index]


UTC_ZONE = TableZone([], first=0)


def _within(seconds: int) -> int:
    return min(max(seconds, _FIRST), _LAST)


def _seconds(moment: datetime) -> int:
    return int((moment.utcoffset() or timedelta()).total_seconds())


_LONGEST = 200
_MOST = 15 * 3600  # no clock is further from UTC
_SOLSTICES = (1_767_225_600, 1_782_864_000)  # 1 January and 1 July 2026
_UTC_NAMES = frozenset(
    {"tzone://microsoft/utc", "coordinated universal time", "(utc) coordinated universal time"}
)
_OFFSET = re.compile(
    r"\(?\s*(?:(UTC|GMT|Z)\s*)?([+\u2212\u2013-]\s*\d{1,2}(?:[:.]?\d\d)?(?::?\d\d)?)?\s*\)?\s*(.*)",
    re.IGNORECASE | re.ASCII,
)
_AS_WRITTEN = str.maketrans("\u2212\u2013.", "--:")
_OF_WINDOWS = re.compile(r"(.+? )time\b", re.IGNORECASE)
_UTC_APART = re.compile(r"coordinated universal time([+-]\d\d)", re.IGNORECASE)
# What Windows calls places that no zone is named after.
_PLACES = {
    "abu dhabi": "Asia/Dubai", "aleutian islands": "America/Adak", "astana": "Asia/Almaty",
    "baja california": "America/Tijuana", "bogota": "America/Bogota", "brasilia": "America/Sao_Paulo",
    "cabo verde is.": "Atlantic/Cape_Verde", "cape verde is.": "Atlantic/Cape_Verde", "chetumal": "America/Cancun",
    "central america": "America/Guatemala", "easter island": "Pacific/Easter", "ekaterinburg": "Asia/Yekaterinburg",
    "bern": "Europe/Zurich", "greenland": "America/Nuuk", "indiana (east)": "America/Indiana/Indianapolis",
    "islamabad": "Asia/Karachi", "international date line west": "Etc/GMT+12",
    "kiritimati island": "Pacific/Kiritimati",
    "marquesas islands": "Pacific/Marquesas", "marshall is.": "Pacific/Majuro", "mid-atlantic": "Etc/GMT+2",
    "midway island": "Pacific/Midway", "nuku'alofa": "Pacific/Tongatapu", "petropavlovsk-kamchatsky": "Asia/Kamchatka",
    "solomon is.": "Pacific/Guadalcanal", "st. petersburg": "Europe/Moscow", "sri jayawardenepura": "Asia/Colombo",
    "west central africa": "Africa/Lagos", "beijing": "Asia/Shanghai", "new delhi": "Asia/Kolkata",
}  # fmt: skip


class Meaning(NamedTuple):
    """What a name means. guess: the code of the note that says so to the host, "" where it is sure.

    said: an IANA name, or an offset as people write it ("UTC+5:30").
    """

    zone: Zone
    said: str
    guess: str = ""


@lru_cache(maxsize=512)
def known_zone(name: str) -> IanaZone | None:
    """Return the zone that everybody knows by this name, or None.

    That is an IANA name in any case, one behind a prefix that ends in a slash ("/vendor.example/Europe/Berlin"; RFC
    5545 section 3.2.19), or a Windows name in CLDR's table.
    """
    if len(name) > _LONGEST:
        return None
    parts = name.strip("/").split("/")
    tails = ["/".join(parts[start:]) for start in range(len(parts))] if name.startswith("/") else [name]
    for tail in tails:
        if zone := find_zone(_spelled().get(tail.casefold(), "")):
            return IanaZone(zone)
    zone = find_zone(_windows().get(name.casefold(), ""))
    return IanaZone(zone) if zone else None


@lru_cache(maxsize=512)
def zone_meant(name: str) -> Meaning | None:
    """Return what a zone's name means that stands in a file and is defined nowhere in it; None where it says nothing.

    "GMT+5" is five hours east, as everybody writes it; "Etc/GMT+5" is the IANA zone five hours west (POSIX).
    """
    if found := known_zone(name):
        return Meaning(found, found.name)
    if len(name) > _LONGEST:
        return None
    if name.casefold() in _UTC_NAMES:
        return Meaning(UTC_ZONE, "UTC")
    return _by_offset(name) or _by_place(name)


def _by_offset(name: str) -> Meaning | None:
    """Read "GMT+0100", "(UTC-05:00) Eastern Time (US & Canada)", "+01:00": the offset, and the place that has it."""
    found = _OFFSET.fullmatch(name.strip())
    if not found or not (found[1] or found[2]):
        return None
    apart, place = found[2], found[3].strip()
    if not apart and not name.strip().startswith("("):  # "GMT something" is a name
        return None
    try:
        seconds = offset(re.sub(r"\s", "", apart or "0").translate(_AS_WRITTEN))
    except ValueError:
        return None
    if abs(seconds) > _MOST:
        return None
    if place and (zone := _zone_of(place, seconds)):
        return Meaning(IanaZone(zone), zone.key)
    guess = (
        "zone_offset" if place and not _UTC_APART.match(place) and place.casefold() not in _UTC_NAMES else ""
    )
    return Meaning(TableZone([], first=seconds), _said(seconds), guess)


def _zone_of(place: str, seconds: int) -> ZoneInfo | None:
    """The zone of a place that has this offset at one time of the year, rather in its standard time."""
    zones = list(_zones_of(place))
    standard = [zone for zone in zones if min(_offsets(zone)) == seconds]
    return next(iter(standard or [zone for zone in zones if seconds in _offsets(zone)]), None)


def _zones_of(place: str) -> Iterator[ZoneInfo]:
    """The zones that the words behind an offset may mean, as Windows shows its own or as somebody wrote them."""
    windows = _OF_WINDOWS.match(place)
    names = [place.strip("()"), f"{windows[1]}Standard Time"] if windows else [place.strip("()")]
    for name in names:
        if zone := known_zone(name):
            yield zone.zone
    if place.casefold() in _PLACES:
        yield ZoneInfo(_PLACES[place.casefold()])
    for piece in re.split(r"[,:;]", place):
        city = re.sub(r"\(.*?\)", "", piece).strip().casefold().removeprefix("city of ")
        for name in filter(None, [_PLACES.get(city, ""), *_cities().get(city, ())]):
            yield ZoneInfo(name)


def _by_place(name: str) -> Meaning | None:
    """Read a name in which a zone's own can be seen: "Europe_Berlin", "vendor/Europe/Berlin", "Germany/Berlin"."""
    tails = (f"/{name}", *(f"/{name.replace(mark, '/', count)}" for mark in "_-" for count in (1, 2)))
    windows = _OF_WINDOWS.match(name)
    seen = known_zone(f"{windows[1]}Standard Time") if windows else None
    zone = seen or next((found for tail in tails if (found := known_zone(tail))), None)
    if zone is None:
        pieces = re.split(r"[,:;]", name.rpartition("/")[2].replace("_", " "))
        place = next(filter(None, map(place_meant, pieces)), "")
        zone = known_zone(place) if place else None
    return Meaning(zone, zone.name, "zone_guessed") if zone else None


def _offsets(zone: ZoneInfo) -> list[int]:
    return [IanaZone(zone).wall(at) - at for at in _SOLSTICES]


def _said(seconds: int) -> str:
    sign, minutes = "+" if seconds >= 0 else "-", abs(seconds) // 60
    clock = f"{minutes // 60}:{minutes % 60:02}" if minutes % 60 else str(minutes // 60)
    return f"UTC{sign}{clock}" if seconds else "UTC"


@lru_cache(maxsize=1)
def _spelled() -> dict[str, str]:
    return {name.casefold(): name for name in known_zones()}


@lru_cache(maxsize=1)
def _cities() -> dict[str, list[str]]:
    """The zones by the places they are named after; of several with one place, all that there are."""
    found: dict[str, list[str]] = {}
    for name in sorted(known_zones()):
        region, slash, city = name.rpartition("/")
        if slash and not region.startswith(("Etc", "SystemV")):
            found.setdefault(city.replace("_", " ").casefold(), []).append(name)
    return found


@lru_cache(maxsize=1)
def _windows() -> dict[str, str]:
    # Importing it takes three times as long as reading an ordinary feed, and few feeds need it.
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415

    return {windows.casefold(): iana for windows, iana in WINDOWS_TO_OLSON.items()}
