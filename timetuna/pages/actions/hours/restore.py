"""What a host has just taken away comes back, unless something else has come in its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from timetuna.accounts.models import User
from timetuna.pages.actions.create_schedule import MOST
from timetuna.pages.actions.hours.set_dates import ChangedMeanwhile, Dates, set_dates
from timetuna.pages.actions.replace_hours import replace_hours
from timetuna.pages.models import OutOfOffice, Schedule, TravelZone


@dataclass(frozen=True, slots=True)
class DatesChange:
    """Of a schedule. before, after: what the dates had, and what they have had since."""

    before: Dates
    after: Dates

    def kept(self) -> dict[str, Any]:
        """As it can be put into a session."""
        return {
            name: {day.isoformat(): windows for day, windows in dates.items()}
            for name, dates in (("before", self.before), ("after", self.after))
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "DatesChange":
        return cls(*(_dates(kept[name]) for name in ("before", "after")))


def restore_dates(schedule: Schedule, change: DatesChange) -> None:
    """Raises ChangedMeanwhile where the dates are other ones by now."""
    set_dates(schedule, change.before, seen=change.after)


def restore_absence(host: User, columns: Mapping[str, Any]) -> None:
    """Once, however often it is asked for."""
    OutOfOffice.objects.get_or_create(host=host, **columns)


def restore_trip(host: User, columns: Mapping[str, Any]) -> None:
    """Raises ChangedMeanwhile where another trip has taken some of its days."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=host.pk)
        meets = Q(first__lte=columns["last"], last__gte=columns["first"])
        if TravelZone.objects.filter(meets, host=host).exists():
            raise ChangedMeanwhile
        TravelZone.objects.create(host=host, **columns)


def kept_schedule(schedule: Schedule) -> dict[str, Any]:
    """A shared one with all that goes with it, as it can be put into a session."""
    return {
        "name": schedule.name,
        "time_zone": schedule.time_zone,
        "weekly": list(schedule.weekly_hours.values_list("weekday", "start_minute", "end_minute")),
        "dates": {row.date.isoformat(): row.windows for row in schedule.overrides.all()},
    }


def restore_schedule(host: User, kept: Mapping[str, Any]) -> Schedule:
    """Raises ChangedMeanwhile where there is no room for it any more."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=host.pk)
        if Schedule.objects.filter(host=host, page=None).count() >= MOST:
            raise ChangedMeanwhile
        schedule = Schedule.objects.create(host=host, name=kept["name"], time_zone=kept["time_zone"])
        dates = {day: windows or [] for day, windows in _dates(kept["dates"]).items()}
        replace_hours(schedule, [(day, start, end) for day, start, end in kept["weekly"]], dates)
    return schedule


def _dates(kept: Mapping[str, Any]) -> Dates:
    return {
        date.fromisoformat(day): None if windows is None else [(start, end) for start, end in windows]
        for day, windows in kept.items()
    }
