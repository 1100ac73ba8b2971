"""Which days a rule names within a year, a month or a week (RFC 5545 section 3.3.10). Days are counted since 1970."""

from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache, partial

from timetuna.ical.rules import MONTHLY, YEARLY, Rule

_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_YEAR, _LAST_YEAR = 1, 9999
_LEAST_DAYS = 4  # of a week that is a year's first

Check = Callable[[int, date], bool]


def day_of(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal() - _EPOCH


def date_of(day: int) -> date:
    """The date of a number, brought into the years 1 to 9999."""
    return date.fromordinal(min(max(day + _EPOCH, 1), date.max.toordinal()))


def weekday(day: int) -> int:
    """0 for Monday."""
    return (day + 3) % 7


def week_first(day: int, week_start: int) -> int:
    return day - (weekday(day) - week_start) % 7


def in_year(rule: Rule, year: int) -> list[int]:
    """In order."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return []
    if rule.by_month or rule.by_month_day:
        months = rule.by_month or range(1, 13)
        return [day for month in months for day in in_month(rule, year, month)]
    first, last = day_of(year, 1, 1), day_of(year, 12, 31)
    if rule.by_year_day:
        named: Iterable[int] = sorted(_counted(rule.by_year_day, first, last))
    elif rule.by_day and not rule.by_week_no:
        named = sorted({day for one in rule.by_day for day in _weekdays(one, first, last)})
    else:
        named = range(first, last + 1)
    return passing(rule, named) + _skipped(rule, rule.by_year_day, first, last)


def in_month(rule: Rule, year: int, month: int) -> list[int]:
    """In order."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR or (rule.by_month and month not in rule.by_month):
        return []
    first = day_of(year, month, 1)
    last = first + monthrange(year, month)[1] - 1
    if rule.by_month_day:
        named: Iterable[int] = sorted(_counted(rule.by_month_day, first, last))
    elif rule.by_day:
        named = sorted({day for one in rule.by_day for day in _weekdays(one, first, last)})
    else:
        named = range(first, last + 1)
    return sorted({*passing(rule, named), *_skipped(rule, rule.by_month_day, first, last)})


def in_week(rule: Rule, first: int) -> list[int]:
    """Of the week that begins on `first`, in order."""
    offsets = {(number - rule.week_start) % 7 for _, number in rule.by_day} or range(7)
    return passing(rule, [first + offset for offset in sorted(offsets)])


def passing(rule: Rule, days: Iterable[int]) -> list[int]:
    """Those that no part of the rule keeps out."""
    checks = _checks(rule)
    return (
        [day for day in days if all(check(day, date_of(day)) for check in checks)] if checks else list(days)
    )


def _counted(numbers: Iterable[int], first: int, last: int) -> set[int]:
    """Days by their number from the first on, or from the last backwards where it is negative."""
    days = {first + number - 1 if number > 0 else last + number + 1 for number in numbers}
    return {day for day in days if first <= day <= last}


def _skipped(rule: Rule, numbers: Iterable[int], first: int, last: int) -> list[int]:
    """The day that stands for those which the month or year does not have (RFC 7529 section 4.1)."""
    if not rule.skip or not any(number > last - first + 1 for number in numbers):
        return []
    day = last if rule.skip < 0 else last + 1
    return [day] if not rule.by_day or _weekday_fits(rule, day, date_of(day)) else []


def _weekdays(one: tuple[int, int], first: int, last: int) -> list[int]:
    ordinal, number = one
    found = range(first + (number - weekday(first)) % 7, last + 1, 7)
    if ordinal == 0:
        return list(found)
    index = ordinal - 1 if ordinal > 0 else len(found) + ordinal
    return [found[index]] if 0 <= index < len(found) else []


@lru_cache(maxsize=64)
def _checks(rule: Rule) -> list[Check]:
    checks: list[Check] = []
    if rule.by_month:
        checks.append(partial(_month_fits, frozenset(rule.by_month)))
    if rule.by_month_day:
        checks.append(partial(_month_day_fits, frozenset(rule.by_month_day)))
    if rule.by_year_day:
        checks.append(partial(_year_day_fits, frozenset(rule.by_year_day)))
    if rule.by_week_no:
        checks.append(partial(_week_fits, frozenset(rule.by_week_no), rule.week_start))
    if rule.by_day:
        checks.append(partial(_weekday_fits, rule))
    return checks


def _month_fits(months: frozenset[int], _day: int, when: date) -> bool:
    return when.month in months


def _month_day_fits(numbers: frozenset[int], _day: int, when: date) -> bool:
    return when.day in numbers or when.day - monthrange(when.year, when.month)[1] - 1 in numbers


def _year_day_fits(numbers: frozenset[int], day: int, when: date) -> bool:
    first, last = day_of(when.year, 1, 1), day_of(when.year, 12, 31)
    return day - first + 1 in numbers or day - last - 1 in numbers


def _week_fits(numbers: frozenset[int], week_start: int, day: int, when: date) -> bool:
    """Tell by the week's number, as ISO 8601 counts but for the day weeks begin on."""
    first = week_first(day, week_start)
    year = date_of(first + _LEAST_DAYS - 1).year  # of the week's fourth day
    start = _first_week(year, week_start)
    number = (first - start) // 7 + 1
    weeks = (_first_week(year + 1, week_start) - start) // 7 if year < when.max.year else 52
    return number in numbers or number - weeks - 1 in numbers


def _first_week(year: int, week_start: int) -> int:
    return week_first(day_of(year, 1, _LEAST_DAYS), week_start)


def _weekday_fits(rule: Rule, day: int, when: date) -> bool:
    """Ordinals count within the month, or the year; in rules by weeks or shorter they mean nothing."""
    number = weekday(day)
    if rule.frequency == YEARLY and not rule.by_month:
        first, last = day_of(when.year, 1, 1), day_of(when.year, 12, 31)
    else:
        first = day - when.day + 1
        last = first + monthrange(when.year, when.month)[1] - 1
    places = {0, (day - first) // 7 + 1, -((last - day) // 7) - 1}
    counts = rule.frequency in {YEARLY, MONTHLY}
    return any(number == wanted and (not counts or ordinal in places) for ordinal, wanted in rule.by_day)
