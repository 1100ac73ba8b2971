"""Values of properties: dates, times, durations, offsets (RFC 5545 section 3.3), and what near misses mean."""

import re
from datetime import date
from typing import NamedTuple

from timetuna.ical.parts import Property

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_TIME = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?|Z)?",
    re.ASCII | re.IGNORECASE,
)
_DURATION = re.compile(
    r"([+-]?)P(?=T?\d)T?(?:(\d{1,9})W)?T?(?:(\d{1,9})D)?(?:T?(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"([+-]?)(\d\d?):?(\d\d)?:?(\d\d)?", re.ASCII)
_TZID = re.compile(r';\s*TZID\s*=\s*("[^"]*"?|[^;]*)', re.IGNORECASE)
_DATE_ONLY = re.compile(r';\s*VALUE\s*=\s*"?DATE"?\s*(?:;|$)', re.IGNORECASE)
_MIDNIGHT, _LAST_SECOND = 0, DAY - 1
_LAST_MINUTE, _LEAP_SECOND = 59, 60


class IcalMoment(NamedTuple):
    """A date, or a date and time, as a file says it.

    day: since 1 January 1970.  second: of the day, 86400 at its end; None where it is a date alone.
    zone: "Z" for UTC, a TZID, or "" for the owner's.
    """

    day: int
    second: int | None
    zone: str = ""

    @property
    def wall(self) -> int:
        """The seconds that a clock on the wall has shown since 1970 began there."""
        return self.day * DAY + (self.second or 0)


class Length(NamedTuple):
    """A duration: days by the calendar, and seconds that pass (RFC 5545 section 3.3.6)."""

    days: int
    seconds: int


def moments(one: Property) -> list[IcalMoment]:
    """Read a property of one or more dates or times. Raises ValueError."""
    return [moment(text, one.head) for text in pieces(one)]


def pieces(one: Property) -> list[str]:
    """What stands between the commas, or between the semicolons of vCalendar 1.0."""
    return [text for text in re.split(r"[,;]", one.value) if text.strip()]


def moment(text: str, head: str) -> IcalMoment:
    """Read one date or time; `head` is what stood before the colon. Raises ValueError."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError("This is neither a date nor a time.")
    year, month, day = (int(group) for group in found.groups()[:3])
    ordinal = date(max(year, 1), month, day).toordinal() - _EPOCH  # the year 0 is as far back as the year 1
    if found[4] is None:
        return IcalMoment(ordinal, None)
    second = _second(found)
    if second == _MIDNIGHT and _DATE_ONLY.search(head):
        return IcalMoment(ordinal, None)
    if not found[7]:
        return IcalMoment(ordinal, second, zone_name(head))
    if found[7] in "Zz":
        return IcalMoment(ordinal, second, "Z")  # RFC 5545 section 3.2.19: a TZID does not count beside it
    wall = ordinal * DAY + second - offset(found[7])
    return IcalMoment(wall // DAY, wall % DAY, "Z")


def zone_name(head: str) -> str:
    """TZID, or ""."""
    found = _TZID.search(head)
    return plain(found[1]) if found else ""


def plain(text: str) -> str:
    r"""A zone's name without quotes, blanks around, and the backslashes of a text value."""
    return text.strip().strip('"').replace("\\", "").strip()


def length(text: str) -> Length:
    """Read a DURATION value. Raises ValueError."""
    found = _DURATION.fullmatch(text.strip())
    if not found or (found[5] and "T" not in text.upper()):  # a month has no length
        raise ValueError("This is not a duration.")
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in found.groups()[1:])
    sign = -1 if found[1] == "-" else 1
    return Length(sign * (7 * weeks + days), sign * (3600 * hours + 60 * minutes + seconds))


def offset(text: str) -> int:
    """Read a UTC offset, in seconds. Raises ValueError."""
    found = _OFFSET.fullmatch(text.strip())
    if not found:
        raise ValueError("This is not an offset from UTC.")
    hours, minutes, seconds = (int(group or 0) for group in found.groups()[1:])
    size = 3600 * hours + 60 * minutes + seconds
    if size > DAY:
        raise ValueError("No clock is more than a day off.")
    return -size if found[1] == "-" else size


def is_literal_day(one: IcalMoment) -> bool:
    """Whether a UTC time probably stands for its date alone: midnight, or the last second of the day."""
    return one.second in {_MIDNIGHT, _LAST_SECOND}


def _second(found: re.Match[str]) -> int:
    hour, minute, second = (int(group or 0) for group in found.groups()[3:6])
    total = 3600 * hour + 60 * minute + second
    if minute > _LAST_MINUTE or second > _LEAP_SECOND or total > DAY:
        raise ValueError("No clock shows this time.")
    return total
