"""Saves the editor's tab Calendars."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.calendars.actions.set_calendar import wake
from timetuna.calendars.models import EVERY, Calendar
from timetuna.pages.models import BookingPage, PageCalendar


class CalendarGone(Exception):  # noqa: N818 - it names what happened
    """A calendar that was chosen is not there any more: its account was disconnected just now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarsTab:
    """What the tab holds: ids of calendars. chosen counts with `own`, write_calendar with writes "chosen"."""

    own: bool
    chosen: Collection[int] = field(default_factory=frozenset)
    writes: str
    write_calendar: int | None = None


def save_calendars(page: BookingPage, values: CalendarsTab) -> None:
    """Store the tab, all or nothing. Raises CalendarGone, and DoesNotExist when the page is gone.

    Calendars that nobody asked for so far are read at once, and block until then. While all block, a choice made before
    is kept.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=page.host_id)
        row = BookingPage.objects.select_for_update().get(pk=page.pk)
        chosen = set(values.chosen) if values.own else set()
        named = chosen | ({values.write_calendar} if values.write_calendar else set())
        mine = Calendar.objects.filter(account__host_id=row.host_id, pk__in=named).exclude(outside_id=EVERY)
        if mine.count() != len(named):
            raise CalendarGone
        asked = PageCalendar.objects.filter(page__host_id=row.host_id, page__own_calendars=True)
        resting = mine.filter(pk__in=chosen, blocks=False).exclude(
            pk__in=list(asked.values_list("calendar_id", flat=True))
        )
        wake(resting, now=timezone.now())
        row.own_calendars, row.writes = values.own, values.writes
        row.write_calendar_id = values.write_calendar
        row.save(update_fields=["own_calendars", "writes", "write_calendar", "updated_at"])
        if values.own:
            _choose(row, chosen)


def _choose(page: BookingPage, chosen: Collection[int]) -> None:
    before = set(page.page_calendars.values_list("calendar_id", flat=True))
    page.page_calendars.exclude(calendar__in=chosen).delete()
    fresh = set(chosen) - before
    PageCalendar.objects.bulk_create(PageCalendar(page=page, calendar_id=pk) for pk in sorted(fresh))
