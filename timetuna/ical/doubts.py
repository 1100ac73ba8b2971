"""Events whose time cannot be read: between which two instants they lie all the same, as far as that is certain.

A date of which only the year or the month makes sense is somewhere in it; an end that cannot be read is no later than
a month after the start, a start no earlier than a month before the end. What has nothing of a time in it takes none.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from timetuna.ical.answer import BusyTime, Note, Unreadable
from timetuna.ical.file_zones import FileZones
from timetuna.ical.parts import IcalComponent, Property, split_line, text_of
from timetuna.ical.refusals import refuse_event
from timetuna.ical.values import DAY, length, moment, pieces, zone_name
from timetuna.lib.text import single_line

_MINUTE = 60
_LONGEST = 31 * DAY  # an event of which only one side is known
_WIDEST = 100 * DAY  # what is less certain than that is not known at all, and its host hears of it at once
_CLOCKS_APART = 27 * 3600
_DIGITS = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?(?!-?\d)(?:[T ](\d\d))?", re.ASCII | re.IGNORECASE)
ONWARDS = re.compile(r';\s*RANGE\s*=\s*"?THISANDFUTURE', re.IGNORECASE)
_UNTIL = re.compile(r"UNTIL\s*=\s*([^;]*)")
_YEARS, _MONTHS, _HOURS = range(1900, 2200), range(1, 13), 24
_TITLE_LENGTH = 60
_ESCAPED = re.compile(r"\\(.)")


class Hull(NamedTuple):
    """From no earlier than `first` until no later than `last`, in UTC seconds; None where that is not known."""

    first: int | None
    last: int | None


class Doubt(NamedTuple):
    """An event whose time is not known. hull: None where it says nothing of when it is, so that it is at no time."""

    code: str
    number: int
    title: str
    hull: Hull | None
    tentative: bool

    def taken(self, span: tuple[int, int]) -> tuple[BusyTime | None, Note | None]:
        """Return what is blocked of the span (UTC minutes) because of it, and what its host should know.

        Nothing of either where it certainly lies outside. Raises Unreadable where all that is known is that it may be
        at any time.
        """
        if self.hull is None:
            return None, Note(self.code, self.title)
        first, last = self.hull
        if (first is not None and first >= span[1] * _MINUTE) or (
            last is not None and last <= span[0] * _MINUTE
        ):
            return None, None
        if first is None or last is None or last - first > _WIDEST:
            raise self.refusal()
        start, end = max(first // _MINUTE, span[0]), min(-(-last // _MINUTE), span[1])
        if start >= end:
            return None, None
        return BusyTime(start, end, self.tentative), Note(self.code, self.title, "", start, end)

    def refusal(self) -> Unreadable:
        return refuse_event(self.code, self.number, self.title)


def doubt_of(part: IcalComponent, zones: FileZones, *, code: str, tentative: bool) -> Doubt:
    return Doubt(code, part.number, title_of(part), _Measuring(part, zones).hull(), tentative)


def title_of(part: IcalComponent) -> str:
    head, value = split_line(part.title)
    text = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], text_of(value or b""))
    return "" if "QUOTED-PRINTABLE" in text_of(head).upper() else single_line(text, max_length=_TITLE_LENGTH)


Certain = tuple[int, int]


class _Measuring:
    """Looks at what can be read of one event."""

    def __init__(self, part: IcalComponent, zones: FileZones) -> None:
        self._part = part
        self._zones = zones

    def hull(self) -> Hull | None:
        """None where nothing is said of when it is."""
        starts, ends = self._part.every("DTSTART"), self._part.every("DTEND")
        start, end = self._all(starts), self._all(ends)
        if start and end:
            return self._repeated(start[0], max(start[1], end[1]))
        if start:
            return self._repeated(start[0], start[1] + self._length(unknown=bool(ends)))
        if end:
            return self._repeated(end[0] - _LONGEST, end[1])
        if starts:
            return Hull(None, None)
        return self._further([], [], self._length(unknown=bool(ends))) if self._part.every("RDATE") else None

    def _length(self, *, unknown: bool) -> int:
        try:
            known = max((_at_most(text) for text in self._part.values("DURATION")), default=0)
        except ValueError:
            return _LONGEST
        return _LONGEST if unknown else max(known, 0)

    def _repeated(self, first: int, last: int) -> Hull:
        if any(ONWARDS.search(given.head) for given in self._part.every("RECURRENCE-ID")):
            return Hull(first, None)  # it moves others with it
        lasts = [last]
        for text in filter(None, self._part.values("RRULE")):
            until = _UNTIL.search(text)
            end = self._piece(until[1], "") if until else None
            if end is None:
                return Hull(first, None)
            lasts.append(end[1] + _CLOCKS_APART + last - first)
        return self._further([first], lasts, last - first)

    def _further(self, firsts: list[int], lasts: list[int], size: int) -> Hull:
        given = [Property(one.head, text) for one in self._part.every("RDATE") for text in pieces(one)]
        more = self._all(given)
        if given and more is None:
            return Hull(None, None)
        if more:
            firsts, lasts = [*firsts, more[0]], [*lasts, more[1] + size]
        return Hull(min(firsts), max(lasts)) if firsts else Hull(None, None)

    def _all(self, given: Iterable[Property]) -> Certain | None:
        """Between what all times of these properties lie; None where there is none, or one says nothing."""
        found = [self._period(one) for one in given if one.value]
        certain = [one for one in found if one is not None]
        if not certain or len(certain) < len(found):
            return None
        return min(first for first, _ in certain), max(last for _, last in certain)

    def _period(self, given: Property) -> Certain | None:
        """Read a time, or the two ends of a period."""
        begin, _, end = given.value.partition("/")
        first, end = self._piece(begin, given.head), end.strip("/ ")
        if first is None or not end:
            return first
        try:
            return first[0], first[1] + _at_most(end)
        except ValueError:
            last = self._piece(end, given.head)
        return (first[0], max(first[1], last[1])) if last else (first[0], first[1] + _LONGEST)

    def _piece(self, text: str, head: str) -> Certain | None:
        try:
            at = moment(text, head)
        except ValueError:
            walls, zone = _by_digits(text), "Z" if text.strip()[-1:] in {"Z", "z"} else zone_name(head)
        else:
            walls, zone = (at.wall, at.wall + (DAY if at.second is None else 0)), at.zone
        return self._instants(*walls, zone) if walls else None

    def _instants(self, first: int, last: int, name: str) -> Certain:
        """What two times by the clock of a zone are; where the zone is a guess, by all clocks there are."""
        zone, calendar = self._zones.zone(name, self._part.calendar), self._part.calendar
        apart = _CLOCKS_APART if (calendar, name) in self._zones.guesses else 0
        return zone.utc(first) - apart, zone.utc(last) + apart


def _at_most(text: str) -> int:
    """The seconds of a duration, with those that a clock change adds to a day. Raises ValueError."""
    found = length(text)
    return found.days * DAY + found.seconds + (3600 if found.days else 0)


def _by_digits(text: str) -> Certain | None:
    """The day, month or year that the digits in front name, by the clock of its zone."""
    found = _DIGITS.match(text.strip())
    year, month, day = (int(group or 0) for group in found.groups()[:3]) if found else (0, 0, 0)
    if found is None or year not in _YEARS:
        return None
    if month not in _MONTHS:
        first, last = date(year, 1, 1), date(year + 1, 1, 31)
    elif day in range(1, monthrange(year, month)[1] + 1):
        first = date(year, month, day)
        last = first + timedelta(days=int(found[4] or 0) >= _HOURS)  # 25 o'clock is on the next day
    else:
        first = date(year, month, 1)
        last = first + timedelta(days=monthrange(year, month)[1] + 2)  # the 31st of February is in March
    epoch = date(1970, 1, 1)
    return (first - epoch).days * DAY, ((last - epoch).days + 1) * DAY
