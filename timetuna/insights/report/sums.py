"""The days that are asked for, added up: so many queries, however many bookings there are."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum, TextField
from django.db.models.functions import Cast

from timetuna.insights.figures import HOURS, KINDS, NUMBERS
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
    """Ten queries at most."""
    found, before = Totals(), period.before()
    days = DayFigure.objects.filter(clock=clock)
    pages: defaultdict[int | None, Sums] = defaultdict(Counter)
    hosts: defaultdict[int, Sums] = defaultdict(Counter)
    for part in scope.rows():
        rows = days.filter(part)
        for day, numbers in _summed(rows.filter(_both(before, period)), "day"):
            (found.now if day >= period.first else found.before).update(numbers)
            found.days[day] += numbers["booked"]
        shown = rows.filter(_within(period))
        for page, numbers in _summed(shown, "page"):
            pages[page].update(numbers)
        _add_details(found, shown.filter(booked__gt=0))
    for part in scope.rows_by_host():
        for host, numbers in _summed(days.filter(part, _within(period)), "host"):
            hosts[host].update(numbers)
    found.pages, found.hosts = dict(pages), dict(hosts)
    found.looks, found.looks_before = (_looks(scope, one) for one in (period, before))
    return found


def _add_details(found: Totals, rows: QuerySet[DayFigure]) -> None:
    for weekday, details, times in _details(rows):
        for kind in found.details.keys() & details.keys():
            for key, number in details[kind].items():
                found.details[kind][key] += number * times
        for hour, number in details.get(HOURS, {}).items():
            found.hours[weekday][int(hour)] += number * times


def _details(rows: QuerySet[DayFigure]) -> Iterator[tuple[int, dict[str, dict[str, int]], int]]:
    """Those of each weekday, and how often there are just these: what thousands of rows say alike is read once."""
    read = rows.order_by().annotate(said=Cast("details", TextField())).values_list("day", "said")
    alike: Counter[tuple[int, str]] = Counter()
    for day, text, times in read.annotate(times=Count("pk")):
        alike[day.weekday(), text] += times
    for (weekday, text), times in alike.items():
        yield weekday, json.loads(text), times


def _within(period: DayRange) -> Q:
    return Q(day__gte=period.first, day__lte=period.last)


def _both(before: DayRange, period: DayRange) -> Q:
    """The one follows the other, mostly: then it is one span, which an index has."""
    if before.last + timedelta(days=1) == period.first:
        return Q(day__gte=before.first, day__lte=period.last)
    return _within(before) | _within(period)


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
