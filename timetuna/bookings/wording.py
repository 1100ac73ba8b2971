"""Times and places in words, the same on pages and in mails."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from timetuna.lib.zones import find_zone

UTC_ZONE = ZoneInfo("UTC")


def zone_or_utc(name: str) -> ZoneInfo:
    """Return the zone, UTC where a stored name is no longer known."""
    return find_zone(name) or UTC_ZONE


def day(moment: date) -> str:
    """Say a day: "Tuesday 24 November"."""
    return f"{moment:%A} {moment.day} {moment:%B}"


def date_from(moment: date, *, today: date) -> str:
    """Say a date, with its year where that is not this one: "12 January", "12 January 2027"."""
    return f"{moment.day} {moment:%B}" + (f" {moment.year}" if moment.year != today.year else "")


def clock(moment: datetime) -> str:
    """Say a time of day: "14:00"."""
    return f"{moment:%H:%M}"


def offset(moment: datetime) -> str:
    """Say the distance to UTC: "UTC+1", "UTC-3:30", "UTC"."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")


def zone_label(zone: ZoneInfo, *, at: datetime) -> str:
    """Name a zone with its distance to UTC at a moment: "Europe/Berlin, UTC+1"."""
    return f"{zone.key}, {offset(at.astimezone(zone))}" if zone.key != "UTC" else "UTC"


def when(start: datetime, *, minutes: int, zone: ZoneInfo) -> str:
    """Say when it is: "Tuesday 24 November 2026, 14:00 to 14:30 (Europe/Berlin, UTC+1)"."""
    begins, ends = start.astimezone(zone), (start + timedelta(minutes=minutes)).astimezone(zone)
    last_day = f"{day(ends.date())}, " if ends.date() != begins.date() else ""
    named = zone_label(zone, at=start)
    return f"{day(begins.date())} {begins.year}, {clock(begins)} to {last_day}{clock(ends)} ({named})"


def short_when(start: datetime, *, zone: ZoneInfo) -> str:
    """Say when a meeting starts, for subjects: "Tue 24 Nov 2026, 14:00"."""
    begins = start.astimezone(zone)
    return f"{begins:%a} {begins.day} {begins:%b} {begins.year}, {clock(begins)}"


def length(minutes: int) -> str:
    """Say a length: "45 minutes", "1 hour", "1 hour 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []
    parts += [f"{rest} minute{'s' if rest > 1 else ''}"] if rest else []
    return " ".join(parts)


def which_of_two(moment: datetime) -> str:
    """Tell the two hours apart that an autumn change repeats: "CEST (first)"."""
    return f"{moment:%Z} ({'second' if moment.fold else 'first'})"
