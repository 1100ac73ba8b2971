"""Schedules as hosts read them: their hours in a line of words, and as a strip of seven days."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext, ngettext

from timetuna.l10n.datetimes import zone_name, zone_or_utc
from timetuna.l10n.lists import from_to, in_words
from timetuna.pages.models import PageHost, Schedule

_MIDNIGHT = 1_440
_USUALLY_FROM, _USUALLY_TO = 8 * 60, 18 * 60


@dataclass(frozen=True, slots=True)
class StripDay:
    """bars: where each window begins, and how long it is, in minutes."""

    name: str
    bars: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class WeekStrip:
    """A week as a picture: from which minute of each day it shows how many."""

    first: int
    length: int
    days: tuple[StripDay, ...]


def week_strip(weekly: Iterable[tuple[int, int, int]]) -> WeekStrip:
    """Of (weekday, start, end): the usual hours of a day, and earlier and later ones where there are."""
    rows = sorted(weekly)
    first = min([_USUALLY_FROM, *(start for _, start, _ in rows)]) // 60 * 60
    last = max([_USUALLY_TO, *(-(-end // 60) * 60 for _, _, end in rows)])
    days = (
        StripDay(str(name), tuple((start, end - start) for on, start, end in rows if on == day))
        for day, name in WEEKDAYS_ABBR.items()
    )
    return WeekStrip(first, last - first, tuple(days))


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """A shared schedule as hosts see it. text: its hours.

    pages: the titles of those that use it, of the host's own and of those that they host for others.
    """

    id: int
    name: str
    text: str
    is_default: bool
    pages: tuple[str, ...]
    strip: WeekStrip


def schedule_lines(host_id: int) -> list[ScheduleLine]:
    """The default first, in four queries."""
    coming = Count("overrides", filter=Q(overrides__date__gte=timezone.now().date()))
    rows = Schedule.objects.filter(host=host_id, page=None).annotate(dates=coming)
    hosted = _hosted_with(host_id)
    return [
        ScheduleLine(
            row.pk,
            row.name,
            _summary(row, dates=row.dates),
            row.is_default,
            (
                *(page.title for page in row.pages.all()),
                *(title for by, title in hosted if by == row.pk or (by is None and row.is_default)),
            ),
            strip_of(row),
        )
        for row in rows.order_by("-is_default", "name", "id").prefetch_related("weekly_hours", "pages")
    ]


def strip_of(schedule: Schedule) -> WeekStrip:
    rows = schedule.weekly_hours.all()
    return week_strip((row.weekday, row.start_minute, row.end_minute) for row in rows)


def _hosted_with(host_id: int) -> list[tuple[int | None, str]]:
    """By which hours somebody hosts pages of others: None for their default ones."""
    parts = PageHost.objects.filter(host=host_id, active=True).exclude(page__host=host_id)
    return list(parts.order_by("page__title", "page_id").values_list("schedule_id", "page__title"))


@dataclass(frozen=True, slots=True)
class HoursLine:
    """A schedule, or a page's own hours, as its host reads it. text: the hours."""

    id: int
    name: str
    text: str


def hours_in_zone(host_id: int, time_zone: str) -> list[HoursLine]:
    """Pages' own behind the shared ones."""
    coming = Count("overrides", filter=Q(overrides__date__gte=timezone.now().date()))
    rows = Schedule.objects.filter(host=host_id, time_zone=time_zone).annotate(dates=coming)
    ordered = rows.select_related("page").order_by(
        F("page").asc(nulls_first=True), "-is_default", "name", "id"
    )
    return [
        HoursLine(
            row.pk,
            gettext("Own hours of “%(title)s”") % {"title": row.page.title} if row.page else row.name,
            _summary(row, dates=row.dates),
        )
        for row in ordered.prefetch_related("weekly_hours")
    ]


def _summary(schedule: Schedule, *, dates: int) -> str:
    """As "Mon to Fri 09:00 to 17:00, 1 date with other hours, Europe/Berlin"."""
    windows: dict[int, list[str]] = {}
    for row in schedule.weekly_hours.all():
        windows.setdefault(row.weekday, []).append(from_to(_clock(row.start_minute), _clock(row.end_minute)))
    by_day = [in_words(windows.get(day, [])) for day in WEEKDAYS_ABBR]
    parts = []
    for hours, days in groupby(enumerate(by_day), key=lambda entry: entry[1]):
        numbers = [day for day, _ in days]
        if hours:
            parts.append(f"{_days(numbers[0], numbers[-1])} {hours}")
    parts = parts or [gettext("No weekly hours")]
    if dates:
        parts.append(
            ngettext("%(count)d date with other hours", "%(count)d dates with other hours", dates)
            % {"count": dates}
        )
    return f"{', '.join(parts)} · {zone_name(zone_or_utc(schedule.time_zone))}"


def _days(first: int, last: int) -> str:
    if first == last:
        return str(WEEKDAYS_ABBR[first])
    days = {"day": WEEKDAYS_ABBR[first], "last_day": WEEKDAYS_ABBR[last]}
    return gettext("%(day)s to %(last_day)s") % days


def _clock(minute: int) -> str:
    return "24:00" if minute == _MIDNIGHT else f"{minute // 60:02}:{minute % 60:02}"
