"""Have calendars read soon, because somebody looks at what is known of them."""

from collections.abc import Collection
from datetime import datetime

from django.db import OperationalError

from timetuna.calendars.models import Calendar
from timetuna.impatience import impatient

PATIENCE_MS = 50


def make_due(ids: Collection[int], *, now: datetime) -> None:
    """Bring their next reading forward, by one write that does not wait: whoever looks at a page is not kept.

    Calendars that fail keep the pause they were given. Where the database is busy it is left for the next look.
    """
    try:
        with impatient(PATIENCE_MS):
            Calendar.objects.filter(pk__in=ids, next_read_at__gt=now, failures=0).update(next_read_at=now)
    except OperationalError:
        return
