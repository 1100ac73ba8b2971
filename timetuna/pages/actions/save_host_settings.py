"""Saves the settings' tab Availability: what holds for all pages of a host."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from timetuna.accounts.models import User
from timetuna.availability.hours import Away
from timetuna.pages.models import HostRules, OutOfOffice, TravelZone


@dataclass(frozen=True, kw_only=True, slots=True)
class HostTab:
    """What the tab holds.

    travel: (first, last, zone's name). A country of "" is no holidays, a cap of None is no cap.
    """

    away: Sequence[Away]
    travel: Sequence[tuple[date, date, str]]
    holiday_country: str
    holiday_region: str
    cap_day: int | None
    cap_week: int | None
    cap_month: int | None
    retention_days: int | None = None
    calendar_patience_hours: int = 24


_COLUMNS = (
    "holiday_country",
    "holiday_region",
    "cap_day",
    "cap_week",
    "cap_month",
    "retention_days",
    "calendar_patience_hours",
)


def save_host_rules(host: User, values: HostTab) -> None:
    """Store the tab, all or nothing."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=host.pk)
        columns = {name: getattr(values, name) for name in _COLUMNS}
        HostRules.objects.update_or_create(host=host, defaults=columns)
        OutOfOffice.objects.filter(host=host).delete()
        OutOfOffice.objects.bulk_create(
            OutOfOffice(host=host, first=first, last=last, note=note) for first, last, note in values.away
        )
        TravelZone.objects.filter(host=host).delete()
        TravelZone.objects.bulk_create(
            TravelZone(host=host, first=first, last=last, time_zone=zone)
            for first, last, zone in values.travel
        )
