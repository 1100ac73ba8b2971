"""A host gives dates of a schedule other hours than their weekdays have, or takes that back."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.availability.hours import Window
from timetuna.pages.models import DateOverride, Schedule

MOST = 400
"""Dates of a schedule that are still to come."""
Dates = Mapping[date, Sequence[Window] | None]
"""The windows of each date; none is a closed day, None is what its weekday has."""


class TooManyDates(Exception):  # noqa: N818 - it names what happened
    """The schedule has as many as there can be."""


class ChangedMeanwhile(Exception):  # noqa: N818 - it names what happened
    """The dates are not as whoever wants to change them has seen them."""


def set_dates(schedule: Schedule, dates: Dates, *, seen: Dates | None = None) -> Dates:
    """Store them and return what they were. Raises TooManyDates.

    seen: as they have to be until now; raises ChangedMeanwhile where they are not.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=schedule.host_id)
        before = stored_dates(schedule, dates)
        if seen is not None and before != {day: _listed(windows) for day, windows in seen.items()}:
            raise ChangedMeanwhile
        schedule.overrides.filter(date__in=list(dates)).delete()
        DateOverride.objects.bulk_create(
            DateOverride(schedule=schedule, date=day, windows=[list(one) for one in windows])
            for day, windows in dates.items()
            if windows is not None
        )
        if schedule.overrides.filter(date__gte=timezone.now().date()).count() > MOST:
            raise TooManyDates
    return before


def stored_dates(schedule: Schedule, days: Mapping[date, object] | Sequence[date]) -> Dates:
    """What is stored for each of these dates."""
    rows = schedule.overrides.filter(date__in=list(days)).values_list("date", "windows")
    found = {day: _listed(windows) for day, windows in rows}
    return {day: found.get(day) for day in days}


def _listed(windows: Sequence[Sequence[int]] | None) -> list[Window] | None:
    return None if windows is None else [(start, end) for start, end in windows]
