"""Moments as hosts read them beside calendars: how long ago, and how long still."""

from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext, ngettext, npgettext, pgettext

from timetuna.l10n import datetimes
from timetuna.l10n.retold import retold

register = template.Library()
register.filter("retold", retold)
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


@register.filter
def how_long_ago(moment: datetime | None) -> str:
    """As in "4 minutes ago"; "" without a moment."""
    if moment is None:
        return ""
    length = _since(moment)
    return gettext("%(length)s ago") % {"length": length} if length else gettext("just now")


@register.filter
def how_long(moment: datetime | None) -> str:
    """As in "4 minutes" since an aware moment; "" without one."""
    return "" if moment is None else _since(moment) or gettext("a moment")


@register.filter
def how_long_still(moment: datetime | None) -> str:
    """As in "3 hours" until an aware moment; "" without one."""
    if moment is None:
        return ""
    seconds = (moment - timezone.now()).total_seconds()
    if seconds >= _DAY:
        days = int(seconds // _DAY)
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    return _hours(seconds) or gettext("less than a minute")


@register.filter
def day_written(moment: datetime) -> str:
    """As in "24 November 2026", in UTC."""
    return datetimes.written(moment.astimezone(UTC), pgettext("date", "j F Y"))


@register.filter
def moment_written(moment: datetime) -> str:
    """As in "24 November 2026, 10:02", in UTC."""
    return f"{day_written(moment)}, {datetimes.clock(moment.astimezone(UTC))}"


def _since(moment: datetime) -> str:
    seconds = (timezone.now() - moment).total_seconds()
    if seconds >= _DAY:
        days = int(seconds // _DAY)
        return npgettext("since then", "%(count)d day", "%(count)d days", days) % {"count": days}
    return _hours(seconds)


def _hours(seconds: float) -> str:
    if seconds >= _HOUR:
        hours = int(seconds // _HOUR)
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    if seconds >= _MINUTE:
        minutes = int(seconds // _MINUTE)
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return ""
