"""Chooses the calendars that block a page, and the one that gets its events."""

from collections.abc import Collection

from django.utils import timezone

from timetuna.calendars.actions.set_calendar import wake
from timetuna.calendars.models import EVERY, Calendar
from timetuna.pages.models import BookingPage, PageCalendar


class CalendarGone(Exception):  # noqa: N818 - it names what happened
    """A calendar that was chosen is not there any more: its account was disconnected just now."""


def choose_calendars(page: BookingPage, own: Collection[int] | None) -> None:
    """Store where the page's events go, and ids of the calendars that block it; with None all do.

    Raises CalendarGone. Only behind the host's lock. Calendars that nobody asked for so far are read at once, and block
    until then. While all block, a choice made before is kept.
    """
    chosen = set(own or ())
    named = chosen | ({page.write_calendar_id} if page.write_calendar_id else set())
    mine = Calendar.objects.filter(account__host_id=page.host_id, pk__in=named).exclude(outside_id=EVERY)
    if mine.count() != len(named):
        raise CalendarGone
    asked = PageCalendar.objects.filter(page__host_id=page.host_id, page__own_calendars=True)
    resting = mine.filter(pk__in=chosen, blocks=False).exclude(
        pk__in=list(asked.values_list("calendar_id", flat=True))
    )
    wake(resting, now=timezone.now())
    page.own_calendars = own is not None
    page.save(update_fields=["own_calendars", "writes", "write_calendar", "updated_at"])
    if own is not None:
        before = set(page.page_calendars.values_list("calendar_id", flat=True))
        page.page_calendars.exclude(calendar__in=chosen).delete()
        PageCalendar.objects.bulk_create(
            PageCalendar(page=page, calendar_id=pk) for pk in sorted(chosen - before)
        )
