"""Saves the editor's tab Availability."""

from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction

from timetuna.accounts.models import User
from timetuna.pages.actions.replace_hours import OpenHours, replace_hours
from timetuna.pages.models import BookingPage, Schedule


class ScheduleGone(Exception):  # noqa: N818 - it names what happened
    """The schedule that was picked has been deleted in the meantime."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRules:
    """The page's columns that the tab holds; see the model. A cap of None is no cap."""

    buffer_before_minutes: int
    buffer_after_minutes: int
    increment_minutes: int
    notice_minutes: int
    horizon_kind: str
    horizon_days: int
    horizon_date: date | None
    cap_day: int | None
    cap_week: int | None
    cap_month: int | None
    holds: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AvailabilityTab:
    """What the tab holds. hours: the id of one of the host's schedules, or the page's own hours."""

    hours: int | OpenHours
    rules: PageRules


def save_availability(page: BookingPage, values: AvailabilityTab) -> None:
    """Store the tab, all or nothing. Raises ScheduleGone, and DoesNotExist when the page is gone."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=page.host_id)  # so that no schedule is deleted meanwhile
        row = BookingPage.objects.select_for_update().get(pk=page.pk)
        row.schedule = (
            _own(row, values.hours) if isinstance(values.hours, OpenHours) else _shared(row, values.hours)
        )
        columns = asdict(values.rules)
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(update_fields=["schedule", *columns, "updated_at"])


def _shared(page: BookingPage, schedule_id: int) -> Schedule:
    found = Schedule.objects.filter(host=page.host_id, page=None, pk=schedule_id).first()
    if found is None:
        raise ScheduleGone
    return found


def _own(page: BookingPage, hours: OpenHours) -> Schedule:
    own, _ = Schedule.objects.get_or_create(
        page=page, defaults={"host_id": page.host_id, "time_zone": hours.time_zone}
    )
    replace_hours(own, hours)
    return own
