"""What a host decides about one of their calendars."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from timetuna.calendars.hooks import wants_of
from timetuna.calendars.models import Calendar


def set_calendar(calendar: Calendar, *, blocks: bool, tentative_blocks: bool) -> None:
    """Store whether it blocks time, and whether tentative events do."""
    rows = Calendar.objects.filter(pk=calendar.pk)
    resting = rows.filter(blocks=False).exclude(pk__in=wants_of(calendar.account.host_id).chosen)
    with transaction.atomic():
        if blocks:
            wake(resting, now=timezone.now())
        rows.update(blocks=blocks, tentative_blocks=tentative_blocks)


def wake(resting: QuerySet[Calendar], *, now: datetime) -> None:
    """Have calendars that nobody has read for a while read at once: from now on they take time on some page.

    Nobody knows what has come since they were read last, so they block until they are, unless that was a moment ago.
    """
    just_read = now - timedelta(minutes=2 * max(settings.CALENDAR_MINUTES, settings.FEED_MINUTES))
    resting.filter(read_at__lt=just_read).update(read_at=None)
    resting.update(next_read_at=now)
