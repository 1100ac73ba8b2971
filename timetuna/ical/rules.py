"""RRULE values to rules: RFC 5545 section 3.3.10, and the older grammar of vCalendar 1.0."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from timetuna.ical.values import IcalMoment, moment

YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY = range(7)
_FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY = re.compile(r"([+-]?\d{1,3})?\s*(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_OLD_HEAD = re.compile(r"(MP|MD|YM|YD|D|W)(\d{1,5})", re.ASCII)
_OLD_NUMBER = re.compile(r"(\d{1,3})([+-]?)|(LD)", re.ASCII)

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """How often and when something is repeated. The names are those of the RFC's rule parts.

    by_day: (ordinal or 0, weekday with 0 for Monday).  until: inclusive.
    skip: what becomes of a day that a month or year does not have (RFC 7529): 0 it is left out, -1 the last one of it
    stands for it, 1 the first one after it.
    """

    frequency: int
    interval: int = 1
    count: int | None = None
    until: IcalMoment | None = None
    week_start: int = 0
    by_month: Numbers = ()
    by_week_no: Numbers = ()
    by_year_day: Numbers = ()
    by_month_day: Numbers = ()
    by_day: tuple[tuple[int, int], ...] = ()
    by_hour: Numbers = ()
    by_minute: Numbers = ()
    by_second: Numbers = ()
    by_set_pos: Numbers = ()
    skip: int = 0


def rule(text: str) -> Rule:
    """Read a rule. Raises ValueError where it, or a part of it, is not known.

    INTERVAL=0 is read as 1, and a COUNT below 1 as none: whatever was meant is among what that gives.
    """
    text = text.strip().upper().replace("\\", "")
    if "=" not in text:
        return _old_rule(text)
    given: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, value = part.partition("=")
        if given.setdefault(name.strip(), value.strip()) != value.strip():
            raise ValueError("One part of a rule stands there twice.")
    if not given.get("FREQ") or not set(given) <= {*_FIELDS, "RSCALE"}:
        raise ValueError("A rule without a frequency, or with parts that nobody knows.")
    if given.get("RSCALE", "") not in _GREGORIAN:
        raise ValueError("A rule by a calendar with other months than ours (RFC 7529).")
    fields = {
        _FIELDS[name][0]: _FIELDS[name][1](value)
        for name, value in given.items()
        if value and name in _FIELDS
    }
    return Rule(**fields)  # type: ignore[arg-type]


def _old_rule(text: str) -> Rule:
    """Read a rule of vCalendar 1.0 (section 2.2): `W2 TU TH #27`, `MP1 1+ FR`, `MD1 20 20060630T000000`.

    A rule that does not say how often goes on for ever: the two times of the specification are nobody's practice.
    """
    first, *words = text.split()
    head = _OLD_HEAD.fullmatch(first)
    if not head:
        raise ValueError("This is no rule.")
    end: dict[str, int | IcalMoment] = {}
    while words and (found := _old_end(words[-1])) is not None:
        end |= found
        words.pop()
    made = _OLD_KINDS[head[1]](words)
    return replace(made, interval=max(int(head[2]), 1), **end)  # type: ignore[arg-type]


def _old_end(word: str) -> dict[str, int | IcalMoment] | None:
    if word.startswith("#") and word[1:].isascii() and word[1:].isdigit():
        count = int(word[1:8])
        return {"count": count} if count else {}
    return {"until": moment(word, "")} if len(word) >= len("20050630") else None


def _old_weekly(words: list[str]) -> Rule:
    return Rule(WEEKLY, by_day=tuple((0, _WEEKDAYS.index(word)) for word in words))


def _old_daily(words: list[str]) -> Rule:
    if words:
        raise ValueError("Times of day within a rule are not known.")
    return Rule(DAILY)


def _old_by_position(words: list[str]) -> Rule:
    """Read `1+ MO TU 2- FR`: the first Monday and Tuesday, the last Friday but one."""
    days: list[tuple[int, int]] = []
    positions: list[int] = []
    fresh = True
    for word in words:
        if word in _WEEKDAYS:
            days += [(position, _WEEKDAYS.index(word)) for position in positions]
            fresh = True
        else:
            positions = [_old_number(word)] if fresh else [*positions, _old_number(word)]
            fresh = False
    if words and (not days or not fresh):
        raise ValueError("A position without its weekday.")
    return Rule(MONTHLY, by_day=tuple(days))


def _old_number(word: str) -> int:
    found = _OLD_NUMBER.fullmatch(word)
    if not found or found[1] in {"0", "00", "000"}:
        raise ValueError("This is no position.")
    return -1 if found[3] else int(found[2] + found[1])


def _old_numbers(frequency: int, part: str) -> Callable[[list[str]], Rule]:
    return lambda words: Rule(frequency, **{part: tuple(map(_old_number, words))})  # type: ignore[arg-type]


_OLD_KINDS: dict[str, Callable[[list[str]], Rule]] = {
    "D": _old_daily,
    "W": _old_weekly,
    "MP": _old_by_position,
    "MD": _old_numbers(MONTHLY, "by_month_day"),
    "YM": _old_numbers(YEARLY, "by_month"),
    "YD": _old_numbers(YEARLY, "by_year_day"),
}


def _numbers(least: int, most: int, *, signed: bool = False) -> Callable[[str], Numbers]:
    allowed = {*range(least, most + 1), *(range(-most, -least + 1) if signed else ())}

    def read(value: str) -> Numbers:
        found = tuple(sorted({_number(piece) for piece in value.split(",") if piece.strip()}))
        if not set(found) <= allowed:
            raise ValueError("A number of a rule is out of its range.")
        return found

    return read


def _number(value: str) -> int:
    if not _NUMBER.fullmatch(value.strip()):
        raise ValueError("This is no number.")
    return int(value)


def _count(value: str) -> int | None:
    return number if (number := _number(value)) > 0 else None


def _interval(value: str) -> int:
    return max(_number(value), 1)


def _weekdays(value: str) -> tuple[tuple[int, int], ...]:
    found = [_WEEKDAY.fullmatch(piece.strip()) for piece in value.split(",") if piece.strip()]
    if not all(found):
        raise ValueError("This is no weekday.")
    return tuple((int(one[1] or 0), _WEEKDAYS.index(one[2])) for one in found if one)


_FIELDS: dict[str, tuple[str, Callable[[str], object]]] = {
    "FREQ": ("frequency", _FREQUENCIES.index),
    "INTERVAL": ("interval", _interval),
    "COUNT": ("count", _count),
    "UNTIL": ("until", lambda value: moment(value, "")),
    "WKST": ("week_start", _WEEKDAYS.index),
    "BYMONTH": ("by_month", _numbers(1, 12)),
    "BYWEEKNO": ("by_week_no", _numbers(1, 53, signed=True)),
    "BYYEARDAY": ("by_year_day", _numbers(1, 366, signed=True)),
    "BYMONTHDAY": ("by_month_day", _numbers(1, 31, signed=True)),
    "BYDAY": ("by_day", _weekdays),
    "BYHOUR": ("by_hour", _numbers(0, 23)),
    "BYMINUTE": ("by_minute", _numbers(0, 59)),
    "BYSECOND": ("by_second", _numbers(0, 60)),
    "BYSETPOS": ("by_set_pos", _numbers(1, 366, signed=True)),
    "SKIP": ("skip", lambda value: ("BACKWARD", "OMIT", "FORWARD").index(value) - 1),
}
_GREGORIAN = frozenset({"", "GREGORIAN", "GREGORY", "ISO8601", "BUDDHIST", "JAPANESE", "ROC"})
"""By CLDR's names: those that differ in how they count years have the same days."""
