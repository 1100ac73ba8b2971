"""The days that are asked for, and the same number before them."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext, pgettext

from timetuna.l10n.datetimes import written

USUAL = "30"
DAYS = ("7", "30", "90")
LONGEST = 366
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_ONE_DAY = timedelta(days=1)
_EARLIEST, _LATEST = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class DayRange:
    """From the first to the last day.  asked: as addresses say it.  problem: a sentence about what was asked for."""

    first: date
    last: date
    asked: Mapping[str, str]
    problem: str = ""

    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> "DayRange":
        """The one that it is compared with: of a month that before it, else as many days."""
        if self.is_month():
            return _month(self.first - _ONE_DAY)
        return _between(self.first - self.days() * _ONE_DAY, self.first - _ONE_DAY)

    def after(self) -> "DayRange":
        if self.is_month():
            return _month(self.last + _ONE_DAY)
        return _between(self.last + _ONE_DAY, self.last + self.days() * _ONE_DAY)

    def is_month(self) -> bool:
        """Asked for as such: thirty days of which the first is the first of a month are none."""
        return bool(_MONTH.fullmatch(self.asked.get("period", "")))

    def label(self) -> str:
        """As "November 2026", or both days with a dash between."""
        if self.is_month():
            return written(self.first, pgettext("month", "F Y"))
        in_full = pgettext("date", "j F Y")
        if self.first == self.last:
            return written(self.first, in_full)
        same_year, same_month = self.first.year == self.last.year, self.first.month == self.last.month
        begins = pgettext("date", "j F") if same_year else in_full
        if same_year and same_month:
            begins = pgettext("date before another of its month", "j")
        return f"{written(self.first, begins)} \N{EN DASH} {written(self.last, in_full)}"

    def each(self) -> Iterator[date]:
        for step in range(self.days()):
            yield self.first + step * _ONE_DAY


def read_period(query: Mapping[str, str], *, today: date) -> DayRange:
    """The usual one for what cannot be read; a month and so many days end today at the latest or as they are said."""
    if query.get("from") or query.get("to"):
        return _read_dates(query, today)
    asked = query.get("period", "")
    if _MONTH.fullmatch(asked):
        return _month(date.fromisoformat(f"{asked}-01"))
    return _latest(asked if asked in DAYS else USUAL, today)


def _latest(days: str, today: date) -> DayRange:
    return DayRange(today - (int(days) - 1) * _ONE_DAY, today, {"period": days})


def _month(day: date) -> DayRange:
    first = day.replace(day=1)
    return DayRange(first, _end_of(first), {"period": f"{first:%Y-%m}"})


def _end_of(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def _between(first: date, last: date) -> DayRange:
    return DayRange(first, last, {"from": first.isoformat(), "to": last.isoformat()})


def _read_dates(query: Mapping[str, str], today: date) -> DayRange:
    first, last = (_read(query.get(name, "")) for name in ("from", "to"))
    usual = _latest(USUAL, today)
    said = {"from": query.get("from", "")[:10], "to": query.get("to", "")[:10]}
    problem = ""
    if first is None or last is None:
        problem = gettext("Enter both dates, such as 2026-11-03. Until then you see the last 30 days.")
    elif last < first:
        problem = gettext(
            "The second date is before the first. Until you change that, these are the last 30 days."
        )
    elif (last - first).days >= LONGEST:
        problem = gettext("More than a year cannot be shown at once. These are the last 30 days.")
    if problem or first is None or last is None:
        return DayRange(usual.first, usual.last, said, problem)
    return _between(first, last)


def _read(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _EARLIEST <= found <= _LATEST else None
