"""Schedules as hosts read them: their hours in a line of words."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, F, Q
from django.utils import timezone

from timetuna.l10n.datetimes import zone_name, zone_or_utc
from timetuna.pages.models import Schedule

_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MIDNIGHT = 1_440


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """A shared schedule as hosts see it. text: its hours. pages: the titles of those that use it."""

    id: int
    name: str
    text: str
    is_default: bool
    pages: tuple[str, ...]


def schedule_lines(host_id: int) -> list[ScheduleLine]:
    """The default first, in three queries."""
    coming = Count("overrides", filter=Q(overrides__date__gte=timezone.now().date()))
    rows = Schedule.objects.filter(host=host_id, page=None).annotate(dates=coming)
    return [
        ScheduleLine(
            row.pk,
            row.name,
            _summary(row, dates=row.dates),
            row.is_default,
            tuple(page.title for page in row.pages.all()),
        )
        for row in rows.order_by("-is_default", "name", "id").prefetch_related("weekly_hours", "pages")
    ]


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
            f"Own hours of “{row.page.title}”" if row.page else row.name,
            _summary(row, dates=row.dates),
        )
        for row in ordered.prefetch_related("weekly_hours")
    ]


def _summary(schedule: Schedule, *, dates: int) -> str:
    """As "Mon to Fri 09:00 to 17:00, 1 date with other hours, Europe/Berlin"."""
    windows: dict[int, list[str]] = {}
    for row in schedule.weekly_hours.all():
        windows.setdefault(row.weekday, []).append(f"{_clock(row.start_minute)} to {_clock(row.end_minute)}")
    by_day = [" and ".join(windows.get(day, [])) for day in range(len(_SHORT))]
    parts = []
    for hours, days in groupby(enumerate(by_day), key=lambda entry: entry[1]):
        numbers = [day for day, _ in days]
        if hours:
            parts.append(f"{_days(numbers[0], numbers[-1])} {hours}")
    parts = parts or ["No weekly hours"]
    if dates:
        parts.append(f"{dates} date{'s' if dates > 1 else ''} with other hours")
    return f"{', '.join(parts)} · {zone_name(zone_or_utc(schedule.time_zone))}"


def _days(first: int, last: int) -> str:
    return _SHORT[first] if first == last else f"{_SHORT[first]} to {_SHORT[last]}"


def _clock(minute: int) -> str:
    return f"{minute % _MIDNIGHT // 60:02}:{minute % 60:02}"
