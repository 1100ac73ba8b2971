"""The days that are asked for, added up: so many queries, however many bookings there are."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum

from timetuna.insights.figures import HOURS, KINDS, NUMBERS, merged
from timetuna.insights.models import DayFigure
from timetuna.insights.period import DayRange
from timetuna.insights.permissions import Scope

Sums = Counter[str]
_WEEK, _DAY = 7, 24
_SUMMED = {name: Sum(name) for name in NUMBERS}


@dataclass(slots=True, kw_only=True)
class Totals:
    """now, before: the numbers of the period and of the one before it.  days: what was booked on each day of the two.

    details: what there are several of, by kind.  hours: by weekday from Monday on, and hour.
    pages, hosts: the numbers of each, by id; None is of what has none.  looks: with picks, of the two periods.
    """

    now: Sums = field(default_factory=Counter)
    before: Sums = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    details: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})
    hours: list[list[int]] = field(default_factory=lambda: [[0] * _DAY for _ in range(_WEEK)])
    pages: dict[int | None, Sums] = field(default_factory=dict)
    hosts: dict[int, Sums] = field(default_factory=dict)
    looks: Sums = field(default_factory=Counter)
    looks_before: Sums = field(default_factory=Counter)


def totals_of(scope: Scope, period: DayRange, clock: str) -> Totals:
    """Six queries."""
    found, before = Totals(), period.before()
    rows = DayFigure.objects.filter(scope.rows(), clock=clock)
    for day, numbers in _summed(rows.filter(_within(period) | _within(before)), "day"):
        (found.now if day >= period.first else found.before).update(numbers)
        found.days[day] += numbers["booked"]
    shown = rows.filter(_within(period))
    found.pages = dict(_summed(shown, "page"))
    by_host = DayFigure.objects.filter(scope.rows_by_host(), _within(period), clock=clock)
    found.hosts = dict(_summed(by_host, "host"))
    details = list(shown.filter(booked__gt=0).values_list("day", "details"))
    found.details = merged(detail for _, detail in details)
    for day, detail in details:
        for hour, number in detail.get(HOURS, {}).items():
            found.hours[day.weekday()][int(hour)] += number
    found.looks, found.looks_before = (_looks(scope, one) for one in (period, before))
    return found


def _within(period: DayRange) -> Q:
    return Q(day__gte=period.first, day__lte=period.last)


def _summed(rows: QuerySet[DayFigure], by: str) -> Iterator[tuple[Any, Sums]]:
    for key, *numbers in rows.order_by().values_list(by).annotate(**_SUMMED):
        yield key, Counter(dict(zip(NUMBERS, numbers, strict=True)))


def _looks(scope: Scope, period: DayRange) -> Sums:
    """Of pages: also how many booked there, so that the three are of the same guests."""
    rows = DayFigure.objects.filter(scope.rows_of_looks(), _within(period))
    names = ("looks", "picks", "booked", "unconfirmed")
    return Counter(
        {name: number or 0 for name, number in rows.aggregate(**{one: Sum(one) for one in names}).items()}
    )
