"""Hours in words, for their host."""

from itertools import groupby

from timetuna.pages.models import Schedule

_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MIDNIGHT = 1_440


def summary(schedule: Schedule, *, dates: int) -> str:
    """Say when a schedule is open: "Mon to Fri 09:00 to 17:00, 1 date with other hours, Europe/Berlin"."""
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
    return ", ".join([*parts, schedule.time_zone])


def _days(first: int, last: int) -> str:
    return _SHORT[first] if first == last else f"{_SHORT[first]} to {_SHORT[last]}"


def _clock(minute: int) -> str:
    return f"{minute % _MIDNIGHT // 60:02}:{minute % 60:02}"


def listed(words: list[str]) -> str:
    """Return words as people say them: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
