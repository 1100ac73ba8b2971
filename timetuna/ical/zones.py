"""Clocks on walls: IANA zones, UTC, and what a VTIMEZONE defines for its own file.

A local time that a clock change skips is read with the offset before the change, one that comes twice is the first
of both (RFC 5545 section 3.3.5).
"""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from timetuna.lib.zones import find_zone, known_zones

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
        self._zone = zone

    def utc(self, wall: int) -> int:
        """Return the instant at which the clock shows this."""
        local = (_EPOCH + timedelta(seconds=_within(wall))).replace(tzinfo=self._zone)
        return wall - _seconds(local)

    def wall(self, utc: int) -> int:
        """Return what the clock shows at this instant."""
        return utc + _seconds((_EPOCH_UTC + timedelta(seconds=_within(utc))).astimezone(self._zone))


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
        """Return the instant at which the clock shows this."""
        index = bisect_right(self._walls, wall)
        return self._before.utc(wall) if self._before and not index else wall - self._offsets[index]

    def wall(self, utc: int) -> int:
        """Return what the clock shows at this instant."""
        index = bisect_right(self._instants, utc)
        return self._before.wall(utc) if self._before and not index else utc + self._after[index]


UTC_ZONE = TableZone([], first=0)


@lru_cache(maxsize=512)
def known_zone(name: str) -> IanaZone | None:
    """Return the zone that everybody knows by this name, or None.

    That is an IANA name in any case, one behind a prefix with a slash ("/vendor.example/Europe/Berlin"; RFC 5545
    section 3.2.19), or a Windows name in CLDR's table.
    """
    parts = name.strip("/").split("/")
    tails = ["/".join(parts[start:]) for start in range(len(parts))] if name.startswith("/") else [name]
    for tail in tails:
        if zone := find_zone(_spelled().get(tail.casefold(), "")):
            return IanaZone(zone)
    zone = find_zone(_windows().get(name.casefold(), ""))
    return IanaZone(zone) if zone else None


@lru_cache(maxsize=1)
def _spelled() -> dict[str, str]:
    return {name.casefold(): name for name in known_zones()}


@lru_cache(maxsize=1)
def _windows() -> dict[str, str]:
    # Importing it takes three times as long as reading an ordinary feed, and few feeds need it.
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415

    return {windows.casefold(): iana for windows, iana in WINDOWS_TO_OLSON.items()}


def _within(seconds: int) -> int:
    return min(max(seconds, _FIRST), _LAST)


def _seconds(moment: datetime) -> int:
    return int((moment.utcoffset() or timedelta()).total_seconds())
