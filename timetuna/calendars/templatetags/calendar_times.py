"""Moments as hosts read them beside calendars: how long ago, and how long still."""

from datetime import datetime

from django import template
from django.utils import timezone

register = template.Library()
_LENGTHS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@register.filter
def how_long_ago(moment: datetime | None) -> str:
    """As in "4 minutes ago"; "" without a moment."""
    if moment is None:
        return ""
    length = _length((timezone.now() - moment).total_seconds())
    return f"{length} ago" if length else "just now"


@register.filter
def how_long(moment: datetime | None) -> str:
    """As in "4 minutes" since an aware moment; "" without one."""
    return "" if moment is None else _length((timezone.now() - moment).total_seconds()) or "a moment"


@register.filter
def how_long_still(moment: datetime | None) -> str:
    """As in "3 hours" until an aware moment; "" without one."""
    if moment is None:
        return ""
    return _length((moment - timezone.now()).total_seconds()) or "less than a minute"


def _length(seconds: float) -> str:
    for unit, word in _LENGTHS:
        if seconds >= unit:
            count = int(seconds // unit)
            return f"{count} {word}{'s' if count > 1 else ''}"
    return ""
