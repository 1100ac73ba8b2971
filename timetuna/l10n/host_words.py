"""What hosts' pages say of a moment that is near, or on a day like any other. Guests read none of it."""

from datetime import date, datetime

from django.utils.translation import gettext, ngettext, pgettext

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def distance(moment: datetime, *, now: datetime) -> str:
    """As in "in 4 minutes", "2 hours ago", "in 3 days", "now"."""
    seconds = (moment - now).total_seconds()
    size = abs(seconds)
    if size < _MINUTE:
        return gettext("now")
    ahead = seconds > 0
    if size < _HOUR:
        return _minutes(round(size / _MINUTE), ahead=ahead)
    return _hours(round(size / _HOUR), ahead=ahead) if size < 2 * _DAY else _days(size, ahead=ahead)


def _minutes(count: int, *, ahead: bool) -> str:
    said = (
        ngettext("in %(count)d minute", "in %(count)d minutes", count)
        if ahead
        else ngettext("%(count)d minute ago", "%(count)d minutes ago", count)
    )
    return said % {"count": count}


def _hours(count: int, *, ahead: bool) -> str:
    said = (
        ngettext("in %(count)d hour", "in %(count)d hours", count)
        if ahead
        else ngettext("%(count)d hour ago", "%(count)d hours ago", count)
    )
    return said % {"count": count}


def _days(seconds: float, *, ahead: bool) -> str:
    count = round(seconds / _DAY)
    said = (
        ngettext("in %(count)d day", "in %(count)d days", count)
        if ahead
        else ngettext("%(count)d day ago", "%(count)d days ago", count)
    )
    return said % {"count": count}


def today_at(clock: str, *, begins: bool) -> str:
    """begins: whether a line begins with it."""
    said = gettext("Today, %(time)s") if begins else gettext("today, %(time)s")
    return said % {"time": clock}


def named_day(day: str, *, away: int) -> str:
    """As in "Today, Tuesday 24 November"; the day alone where it is further away than one from today."""
    near = {
        0: gettext("Today, %(day)s"),
        1: gettext("Tomorrow, %(day)s"),
        -1: gettext("Yesterday, %(day)s"),
    }
    return near.get(away, "%(day)s") % {"day": day}


def short_format(*, year: bool) -> str:
    """Of a date without its weekday, in Django's letters."""
    return pgettext("short date", "j M Y") if year else pgettext("short date", "j M")


def span_of_days(first: date, last: date) -> tuple[str, str]:
    """The formats of the first and the last day of a span, in Django's letters: as little of the first as is clear."""
    if first.year != last.year:
        begins = pgettext("date", "j F Y")
    elif first.month != last.month:
        begins = pgettext("date", "j F")
    else:
        begins = pgettext("day of a month", "j")
    return begins, pgettext("date", "j F Y")
