"""Chooses the calendars that block a page, and the one that gets its events."""

from collections.abc import Collection

from django.utils import timezone

from timetuna.calendars.actions.set_calendar import wake
from timetuna.calendars.models import EVERY, Calendar
from timetuna.pages.calendar_use import wants_of
from timetuna.pages.models import PageHost, PageHostCalendar


class CalendarGone(Exception):  # noqa: N818 - it names what happened
    """A calendar that was chosen is not there any more: its account was disconnected just now."""


def choose_calendars(row: PageHost, own: Collection[int] | None) -> None:
    """Store where a host's events of a page go, and ids of their calendars that block it; with None all do.

    Raises CalendarGone. Only behind the host's lock. Calendars that nobody asked for so far are read at once, and block
    until then. While all block, a choice made before is kept.
    """
    chosen = set(own or ())
    named = chosen | ({row.write_calendar_id} if row.write_calendar_id else set())
    mine = Calendar.objects.filter(account__host_id=row.host_id, pk__in=named).exclude(outside_id=EVERY)
    if mine.count() != len(named):
        raise CalendarGone
    resting = mine.filter(pk__in=chosen, blocks=False).exclude(pk__in=wants_of(row.user_id).chosen)
    wake(resting, now=timezone.now())
    row.own_calendars = own is not None
    row.save(update_fields=["own_calendars", "writes", "write_calendar"])
    if own is not None:
        before = set(row.calendars.values_list("calendar_id", flat=True))
        row.calendars.exclude(calendar__in=chosen).delete()
        PageHostCalendar.objects.bulk_create(
            PageHostCalendar(page_host=row, calendar_id=pk) for pk in sorted(chosen - before)
        )
