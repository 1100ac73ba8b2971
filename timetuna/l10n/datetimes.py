"""Times and places in words, the same on pages and in mails, in the language that is spoken at the moment."""

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as date_format
from django.utils.translation import gettext, ngettext, pgettext

from timetuna.lib.zones import find_zone

UTC_ZONE = ZoneInfo("UTC")


def zone_or_utc(name: str) -> ZoneInfo:
    """UTC where a stored name is no longer known."""
    return find_zone(name) or UTC_ZONE


def day(moment: date) -> str:
    """As in "Tuesday 24 November", "Dienstag, 24. November"."""
    return date_format(moment, pgettext("day", "l j F"))


def day_of_year(moment: date) -> str:
    """As in "Tuesday 24 November 2026", "Dienstag, 24. November 2026"."""
    return date_format(moment, pgettext("day", "l j F Y"))


def date_from(moment: date, *, today: date) -> str:
    """As in "12 January", "12 January 2027"."""
    same_year = moment.year == today.year
    return date_format(moment, pgettext("date", "j F") if same_year else pgettext("date", "j F Y"))


def clock(moment: datetime, *, twelve_hours: bool = False) -> str:
    """As in "14:00", or "2:00 pm"."""
    if twelve_hours:
        half = gettext("am") if moment.hour < 12 else gettext("pm")  # noqa: PLR2004
        return f"{moment.hour % 12 or 12}:{moment:%M}\N{NO-BREAK SPACE}{half}"
    return f"{moment:%H:%M}"


def span(begins: datetime, ends: datetime, *, twelve_hours: bool = False) -> str:
    """As in "14:00 to 14:30"."""
    start, end = (clock(moment, twelve_hours=twelve_hours) for moment in (begins, ends))
    return gettext("%(start)s to %(end)s") % {"start": start, "end": end}


def offset(moment: datetime) -> str:
    """As in "UTC+1", "UTC-3:30", "UTC"."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")


def zone_name(zone: ZoneInfo) -> str:
    """Name a zone as people read it: "America/New York"."""
    return zone.key.replace("_", " ")


def zone_label(zone: ZoneInfo, *, at: datetime) -> str:
    """Name a zone with its distance to UTC at a moment: "America/New_York, UTC-5"."""
    return f"{zone.key}, {offset(at.astimezone(zone))}" if zone.key != "UTC" else "UTC"


def zone_on_page(zone: ZoneInfo, *, at: datetime) -> str:
    """Name a zone as `zone_label` does, as people read it: "America/New York, UTC-5"."""
    return zone_label(zone, at=at).replace("_", " ")


def elsewhere(moment: datetime, *, zone: ZoneInfo, twelve_hours: bool = False) -> str:
    """As in "15:00 in Berlin"; "" where it shows the same."""
    there = moment.astimezone(zone)
    if there.utcoffset() == moment.utcoffset():
        return ""
    other_day = f"{date_format(there, 'D')} " if there.date() != moment.date() else ""
    place, shown = zone_name(zone).rpartition("/")[2], other_day + clock(there, twelve_hours=twelve_hours)
    if place == "UTC":
        return f"{shown} UTC"
    return gettext("%(time)s in %(place)s") % {"time": shown, "place": place}


def for_other(moment: datetime, *, name: str, zone: ZoneInfo, twelve_hours: bool = False) -> str:
    """As in "15:00 for Robin Host (Europe/Berlin)"; "" where it is the same."""
    there = moment.astimezone(zone)
    if there.utcoffset() == moment.utcoffset():
        return ""
    other_day = f"{day(there.date())}, " if there.date() != moment.date() else ""
    shown = other_day + clock(there, twelve_hours=twelve_hours)
    return gettext("%(time)s for %(name)s (%(zone)s)") % {
        "time": shown,
        "name": name,
        "zone": zone_name(zone),
    }


def when(start: datetime, *, minutes: int, zone: ZoneInfo, twelve_hours: bool = False) -> str:
    """As in "Tuesday 24 November 2026, 14:00 to 14:30 (Europe/Berlin, UTC+1)"."""
    say = partial(clock, twelve_hours=twelve_hours)
    begins, ends = start.astimezone(zone), (start + timedelta(minutes=minutes)).astimezone(zone)
    last_day = f"{day(ends.date())}, " if ends.date() != begins.date() else ""
    named = zone_label(zone, at=start)
    return gettext("%(day)s %(year)s, %(start)s to %(end)s (%(zone)s)") % {
        "day": day(begins.date()),
        "year": begins.year,
        "start": say(begins),
        "end": last_day + say(ends),
        "zone": named,
    }


def short_when(start: datetime, *, zone: ZoneInfo, twelve_hours: bool = False) -> str:
    """As in "Tue 24 Nov 2026, 14:00"."""
    begins = start.astimezone(zone)
    shown = date_format(begins, pgettext("short date", "D j M Y"))
    return f"{shown}, {clock(begins, twelve_hours=twelve_hours)}"


def length(minutes: int) -> str:
    """As in "45 minutes", "1 hour", "1 hour 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    parts = [ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}] if hours else []
    parts += [ngettext("%(count)d minute", "%(count)d minutes", rest) % {"count": rest}] if rest else []
    return " ".join(parts)


def which_of_two(moment: datetime) -> str:
    """Tell the two hours apart that an autumn change repeats: "CEST (first)"; "" at any other time."""
    if moment.replace(fold=0).utcoffset() == moment.replace(fold=1).utcoffset():
        return ""
    which = gettext("second") if moment.fold else gettext("first")
    return f"{moment:%Z} ({which})"
