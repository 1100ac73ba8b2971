"""A date as a column of hours: how long it is, where noon is, and which part of it is shown.

Columns stand side by side by their noons, at which no clock changes. So a minute is as high in one as in another, hours
stand beside the same hours, and a date of 23 or 25 hours begins (or, where clocks change late, ends) an hour elsewhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from timetuna.availability.hours import day_start, noon
from timetuna.availability.interval import Interval, moment_of
from timetuna.l10n import datetimes

HOUR, HALF_A_DAY, DAY = 60, 720, 1_440
_USUAL = (-4 * HOUR, 6 * HOUR)
"""Eight to six, in minutes from noon: shown on an empty day, too."""


@dataclass(frozen=True, slots=True)
class HourMark:
    """A word at an hour, so many minutes below the top of what is shown."""

    top: int
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """A date (`day`) of a zone. start, noon, end: UTC minutes; of a date that the zone skips all three are one."""

    day: date
    start: int
    noon: int
    end: int
    zone: ZoneInfo

    @classmethod
    def of(cls, day: date, zone: ZoneInfo) -> "Column":
        start, end = day_start(day, zone=zone), day_start(day + timedelta(days=1), zone=zone)
        return cls(day, start, noon(day, zone=zone), end, zone)

    def piece(self, span: Interval) -> Interval | None:
        """The part of a time that lies on this date, in minutes from noon; None where nothing does."""
        start, end = max(span[0], self.start), min(span[1], self.end)
        return (start - self.noon, end - self.noon) if start < end else None

    def whole(self) -> Interval:
        """The date itself, in minutes from noon."""
        return self.start - self.noon, self.end - self.noon

    def is_filled_by(self, span: Interval) -> bool:
        return self.start < self.end and span[0] <= self.start and self.end <= span[1]

    def is_usual(self) -> bool:
        """Whether it is as long as most are: its clock does not change."""
        return self.end - self.start == DAY

    def voids(self, axis: Interval) -> list[Interval]:
        """What of the hours that are shown is not on this date: start and end, in minutes from noon."""
        first, last = self.whole()
        both = (axis[0], min(first, axis[1])), (max(last, axis[0]), axis[1])
        return [(start, end) for start, end in both if start < end]

    def marks(self, axis: Interval) -> list[HourMark]:
        """The hours at which its clock shows something else than stands at the side, in its own words."""
        first, last = self.whole()
        found = []
        for offset in _full_hours(axis):
            local = moment_of(self.noon + offset).astimezone(self.zone)
            if first <= offset < last and datetimes.clock(local) != _usual_clock(offset):
                found.append(
                    HourMark(offset - axis[0], f"{datetimes.clock(local)} {datetimes.abbreviation(local)}")
                )
        return found

    def note(self) -> str:
        """What is unusual about how long it is."""
        length = self.end - self.start
        if not length:
            return gettext("This date is skipped here.")
        if length == DAY:
            return ""
        hours, minutes = divmod(length, HOUR)
        said = (
            gettext("Clocks go forward: %(length)s hours")
            if length < DAY
            else gettext("Clocks go back: %(length)s hours")
        )
        return said % {"length": f"{hours}:{minutes:02}" if minutes else hours}


def axis_of(columns: Sequence[Column], pieces: Iterable[Interval]) -> Interval:
    """The full hours, in minutes from noon, that hold the pieces and the usual hours, as far as there are any."""
    least = min(column.whole()[0] for column in columns)
    most = max(column.whole()[1] for column in columns)
    both = [_USUAL, *pieces]
    first = min(start for start, _ in both) // HOUR * HOUR
    last = -(-max(end for _, end in both) // HOUR) * HOUR
    return max(first, min(least, _USUAL[0])), min(last, max(most, _USUAL[1]))


def whole_axis(columns: Sequence[Column]) -> Interval:
    """All hours of all columns."""
    return axis_of(columns, [column.whole() for column in columns])


def hours_at(axis: Interval) -> list[HourMark]:
    """What stands at the side; nothing where only a longer date has an hour, which has its own words for it."""
    return [
        HourMark(offset - axis[0], _usual_clock(offset))
        for offset in _full_hours(axis)
        if -HALF_A_DAY <= offset < HALF_A_DAY
    ]


def _full_hours(axis: Interval) -> Iterator[int]:
    return iter(range(-(-axis[0] // HOUR) * HOUR, axis[1], HOUR))


def _usual_clock(offset: int) -> str:
    hours, minutes = divmod(HALF_A_DAY + offset, HOUR)
    return f"{hours:02}:{minutes:02}"
