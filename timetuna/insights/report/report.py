"""All that the page of insights shows, ready to be read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.translation import gettext, pgettext

from timetuna.insights.figures import CAMPAIGNS, ERASED, LEADS, LENGTHS, MEDIUMS, SOURCES
from timetuna.insights.period import DayRange
from timetuna.insights.permissions import Scope
from timetuna.insights.report.sums import Sums, Totals
from timetuna.insights.report.words import (
    DEFINITIONS,
    Change,
    Line,
    change,
    counted,
    lead_in_words,
    percent,
    typical_lead,
)
from timetuna.l10n.datetimes import short_day, written
from timetuna.lib.chart import BarChart, HeatCell, bar_chart, heat_map, share

MOST_LINES = 12
"""Of sources, pages and hosts; what more there are stand together."""
_BY_DAY, _BY_WEEK = 31, 186
_A_MONDAY = date(2001, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """name: of its rows as a file; "" where it has none.  part: of all bookings, in per cent, or ""."""

    name: str
    label: str
    value: str
    text: str
    part: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One of the days, weeks or months of the period, with as much before it."""

    label: str
    value: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTime:
    """title: what it shows.  column: what a step is.  dates: what stands below the drawing."""

    title: str
    column: str
    chart: BarChart
    steps: Sequence[Step]
    dates: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedRow:
    """Of a page or a host: how many, and what became of them."""

    label: str
    numbers: Sequence[tuple[str, int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """cells: of the drawing.  rows: the same in numbers, by weekday; only hours in which there is anything.

    most: when there are most, in words, or "".  days: of the week, short.
    """

    cells: Sequence[HeatCell]
    hours: Sequence[int]
    rows: Sequence[tuple[str, Sequence[int]]]
    most: str
    days: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightsReport:
    """funnel: None where one host's are asked for: pages are looked at, hosts are not."""

    is_empty: bool
    figures: Sequence[Figure]
    over_time: OverTime
    week: Week
    leads: Sequence[Line]
    lengths: Sequence[Line]
    sources: Sequence[Line]
    mediums: Sequence[Line]
    campaigns: Sequence[Line]
    erased: int
    funnel: Sequence[Line] | None
    pages: Sequence[NumberedRow]
    hosts: Sequence[NumberedRow]


def report_of(totals: Totals, scope: Scope, period: DayRange) -> InsightsReport:
    """No query."""
    details, booked = totals.details, totals.now["booked"]
    leads = details[LEADS]
    lead_order = [(lead_in_words(int(step)), leads[step]) for step in sorted(leads, key=int)]
    lengths = [
        (gettext("%(minutes)s min") % {"minutes": minutes}, details[LENGTHS][minutes])
        for minutes in sorted(details[LENGTHS], key=int)
    ]
    return InsightsReport(
        is_empty=not (
            booked or totals.now["unconfirmed"] or totals.looks["looks"] or totals.before["booked"]
        ),
        figures=[*_figures(totals), _lead_figure(totals)],
        over_time=_over_time(totals.days, period),
        week=_week(totals.hours),
        leads=_lines(lead_order, booked),
        lengths=_lines(lengths, booked),
        sources=_lines(_most(details[SOURCES], gettext("Not known")), booked),
        mediums=_lines(_most(details[MEDIUMS], ""), booked),
        campaigns=_lines(_most(details[CAMPAIGNS], ""), booked),
        erased=sum(details[ERASED].values()),
        funnel=None if scope.host else _funnel(totals.looks),
        pages=_rows(totals.pages, scope.titles, gettext("Deleted and other pages")),
        hosts=_rows(totals.hosts, scope.hosts, gettext("Former hosts")),
    )


def _figures(totals: Totals) -> list[Figure]:
    found = []
    for name, one in DEFINITIONS.items():
        now, before = (counted(sums, one.counts) for sums in (totals.now, totals.before))
        part = percent(now, totals.now["booked"]) if name not in {"booked", "unconfirmed"} and now else ""
        changed = change(now, before, better=one.better)
        found.append(
            Figure(
                name=name, label=str(one.label), value=str(now), text=str(one.text), part=part, change=changed
            )
        )
    return found


def _lead_figure(totals: Totals) -> Figure:
    text = gettext(
        "From when somebody books to when the meeting begins: half of the bookings have more, half have less."
    )
    value = typical_lead(totals.details[LEADS])
    return Figure(name="", label=gettext("Typical lead time"), value=value or "\N{EN DASH}", text=text)


def _over_time(days: Counter[date], period: DayRange) -> OverTime:
    """By day, week or month, so that the bars can be told apart."""
    unit = "day" if period.days() <= _BY_DAY else "week" if period.days() <= _BY_WEEK else "month"
    groups = [list(group) for _, group in groupby(period.each(), key=lambda day: _begin(day, unit))]
    shift = period.first - period.before().first
    steps = [
        Step(
            label=_name(group[0], unit),
            value=sum(days[day] for day in group),
            before=sum(days[day - shift] for day in group if day - shift < period.first),
        )
        for group in groups
    ]
    chart = bar_chart(
        [
            (
                one.value,
                gettext("%(day)s: %(value)d, before %(before)d")
                % {"day": one.label, "value": one.value, "before": one.before},
            )
            for one in steps
        ],
        [one.before for one in steps],
    )
    shown = sorted({round(place * (len(steps) - 1) / 4) for place in range(5)})
    title, column = _unit_in_words(unit)
    return OverTime(
        title=title,
        column=column,
        chart=chart,
        steps=steps,
        dates=[_short(groups[n][0], unit) for n in shown],
    )


def _begin(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _name(day: date, unit: str) -> str:
    if unit == "day":
        return short_day(day)
    if unit == "week":
        return gettext("From %(day)s") % {"day": written(day, pgettext("short date", "j M"))}
    return written(day, pgettext("month", "F Y"))


def _unit_in_words(unit: str) -> tuple[str, str]:
    return {
        "day": (gettext("Bookings by day"), gettext("Day")),
        "week": (gettext("Bookings by week"), gettext("Week")),
        "month": (gettext("Bookings by month"), gettext("Month")),
    }[unit]


def _short(day: date, unit: str) -> str:
    if unit == "month":
        return written(day, pgettext("short date", "M Y"))
    return written(day, pgettext("short date", "j M"))


def _weekday(number: int, letters: str = "l") -> str:
    return written(_A_MONDAY + timedelta(days=number), letters)


def _week(hours: Sequence[Sequence[int]]) -> Week:
    marked = [
        [(value, f"{_weekday(weekday)} {hour:02}:00: {value}") for hour, value in enumerate(row)]
        for weekday, row in enumerate(hours)
    ]
    used = [hour for hour in range(24) if any(row[hour] for row in hours)]
    most = max(
        ((value, -weekday, -hour) for weekday, row in enumerate(hours) for hour, value in enumerate(row))
    )
    value, weekday, hour = most
    return Week(
        cells=heat_map(marked),
        hours=used,
        rows=[(_weekday(place), [row[hour] for hour in used]) for place, row in enumerate(hours)],
        most=_most_of_week(-weekday, -hour, value) if value else "",
        days=[_weekday(place, "D") for place in range(len(hours))],
    )


def _most_of_week(weekday: int, hour: int, value: int) -> str:
    said = gettext("Most on a %(weekday)s from %(hour)s on: %(value)d.")
    return said % {"weekday": _weekday(weekday), "hour": f"{hour:02}:00", "value": value}


def _most(named: Counter[str], nameless: str) -> list[tuple[str, int]]:
    """The largest first; what has no name last, and before it all that are too many to be listed."""
    known = sorted(
        ((word, number) for word, number in named.items() if word), key=lambda one: (-one[1], one[0])
    )
    rest = sum(number for _, number in known[MOST_LINES:])
    count = len(known) - MOST_LINES
    more = [(gettext("%(count)d others, together") % {"count": count}, rest)] if rest else []
    unknown = [(nameless, named[""])] if named[""] and nameless else []
    return [*known[:MOST_LINES], *more, *unknown]


def _lines(counts: Iterable[tuple[str, int]], of: int) -> list[Line]:
    found = list(counts)
    most = max((number for _, number in found), default=0)
    return [Line(label, number, percent(number, of), share(number, most)) for label, number in found]


def _funnel(looks: Sums) -> list[Line]:
    """Each in per cent of the one before it."""
    steps = [
        (gettext("Page views"), looks["looks"]),
        (gettext("Picked a time"), looks["picks"]),
        (gettext("Booked"), looks["booked"] + looks["unconfirmed"]),
    ]
    numbers = [number for _, number in steps]
    return [
        Line(label, number, percent(number, before) if before else "", share(number, max(numbers)))
        for (label, number), before in zip(steps, [0, *numbers], strict=False)
    ]


def _rows(
    sums: dict[int | None, Sums] | dict[int, Sums], names: dict[int, str], nameless: str
) -> list[NumberedRow]:
    named: dict[int, Sums] = {}
    rest: Sums = Counter()
    for key, numbers in sums.items():
        if key in names:
            named[key] = numbers
        else:
            rest.update(numbers)
    ordered = sorted(named, key=lambda key: (-named[key]["booked"], names[key]))
    rows = [_row(names[key], named[key]) for key in ordered]
    return [*rows, _row(nameless, rest)] if any(rest.values()) else rows


def _row(label: str, sums: Sums) -> NumberedRow:
    numbers = [
        (str(one.label), number, "" if name == "booked" else percent(number, sums["booked"]))
        for name, one in DEFINITIONS.items()
        if name != "unconfirmed"
        for number in [counted(sums, one.counts)]
    ]
    return NumberedRow(label=label, numbers=numbers)
