"""Clocks on walls: IANA zones, UTC, and what a VTIMEZONE defines for its own file.

A local time that a clock change skips is read with the offset before the change, one that comes twice is the first
of both (RFC 5545 section 3.3.5).
"""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

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
