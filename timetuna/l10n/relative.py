"""Moments in the words a host reads in lists: short, in the host's zone, and told from now."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from timetuna.l10n import datetimes

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_DASH = "\N{EN DASH}"


def hour(moment: datetime, *, zone: ZoneInfo) -> str:
    """As in "14:00"; "02:30 CEST" in an hour that the clock shows twice."""
    there = moment.astimezone(zone)
    twice = there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()
    return f"{there:%H:%M}" + (f" {there:%Z}" if twice else "")


def hours(start: datetime, end: datetime, *, zone: ZoneInfo, day: date) -> str:
    """As in "14:00 - 14:30", "23:30 - Wed 00:15"."""
    return f"{_on(start, zone, day)} {_DASH} {_on(end, zone, day)}"


def stamp(moment: datetime, *, zone: ZoneInfo, now: datetime) -> str:
    """As in "10:02", "24 Nov, 10:02", "24 Nov 2025, 10:02"."""
    there, today = moment.astimezone(zone), now.astimezone(zone)
    if there.date() == today.date():
        return hour(moment, zone=zone)
    year = f" {there.year}" if there.year != today.year else ""
    return f"{there.day} {there:%b}{year}, {hour(moment, zone=zone)}"


def dated(moment: datetime, *, zone: ZoneInfo, now: datetime) -> str:
    """As in "Today, 10:02", "24 Nov, 10:02", "24 Nov 2025, 10:02"."""
    said = stamp(moment, zone=zone, now=now)
    return said if "," in said else f"Today, {said}"


def distance(moment: datetime, *, now: datetime) -> str:
    """As in "in 4 minutes", "2 hours ago", "in 3 days", "now"."""
    seconds = (moment - now).total_seconds()
    size = abs(seconds)
    if size < _MINUTE:
        return "now"
    for unit, length, below in (
        ("minute", _MINUTE, _HOUR),
        ("hour", _HOUR, 2 * _DAY),
        ("day", _DAY, size + 1),
    ):
        if size < below:
            count = round(size / length)
            words = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"in {words}" if seconds > 0 else f"{words} ago"
    raise AssertionError  # pragma: no cover - days have no bound


def day_title(day: date, *, today: date) -> str:
    """As in "Today, Tuesday 24 November", "Friday 1 January 2027"."""
    near = {
        today: "Today, ",
        today + timedelta(days=1): "Tomorrow, ",
        today - timedelta(days=1): "Yesterday, ",
    }
    year = f" {day.year}" if day.year != today.year else ""
    return f"{near.get(day, '')}{datetimes.day(day)}{year}"


def _on(moment: datetime, zone: ZoneInfo, day: date) -> str:
    there = moment.astimezone(zone)
    return ("" if there.date() == day else f"{there:%a} ") + hour(moment, zone=zone)
