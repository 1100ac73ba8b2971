"""The list of zones a guest chooses from, with each one's distance to UTC."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext, pgettext_lazy

from timetuna.l10n.datetimes import offset, zone_name
from timetuna.lib.zones import find_zone, zone_names

_QUARTER = 15
_CONTINENTS = (
    pgettext_lazy("continent", "Africa"),
    pgettext_lazy("continent", "America"),
    pgettext_lazy("continent", "Antarctica"),
    pgettext_lazy("continent", "Arctic"),
    pgettext_lazy("continent", "Asia"),
    pgettext_lazy("continent", "Atlantic"),
    pgettext_lazy("continent", "Australia"),
    pgettext_lazy("continent", "Europe"),
    pgettext_lazy("continent", "Indian"),
    pgettext_lazy("continent", "Pacific"),
)
"""What zones' names begin with, to be translated."""


def zone_options() -> SafeString:
    """The options of a `<select>`, grouped by continent. Made once a quarter of an hour, when clocks change."""
    now = timezone.now()
    quarter = now.replace(minute=now.minute // _QUARTER * _QUARTER, second=0, microsecond=0)
    return _options(quarter, get_language() or "")


@lru_cache(maxsize=len(settings.LANGUAGES))
def _options(moment: datetime, _language: str) -> SafeString:
    groups = groupby(_zones(), key=lambda zone: zone_name(zone).partition("/")[0])
    rows = ((pgettext("continent", name), _places(zones, moment)) for name, zones in groups)
    return format_html_join("", '<optgroup label="{}">{}</optgroup>', rows)


def _places(zones: Iterable[ZoneInfo], moment: datetime) -> SafeString:
    rows = ((zone.key, _place(zone, moment)) for zone in zones)
    return format_html_join("", '<option value="{}">{}</option>', rows)


def _place(zone: ZoneInfo, moment: datetime) -> str:
    place = zone_name(zone).partition("/")[2]
    return f"{place}, {offset(moment.astimezone(zone))}" if place else zone.key


@lru_cache(maxsize=1)
def _zones() -> tuple[ZoneInfo, ...]:
    # Kept, because zoneinfo itself forgets all but the last few and would read hundreds of files again.
    return tuple(zone for name in zone_names() if (zone := find_zone(name)))
