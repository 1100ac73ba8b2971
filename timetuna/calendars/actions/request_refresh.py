"""Have calendars read soon, because somebody looks at what is known of them."""

import threading
from collections.abc import Collection
from datetime import datetime

from django.db import OperationalError

from timetuna.calendars.models import Calendar
from timetuna.db.sql import lock_timeout

LOCK_TIMEOUT_MS = 50
_LEFT: set[int] = set()
_LOCK = threading.Lock()


def make_due(ids: Collection[int], *, now: datetime) -> None:
    """Bring their next reading forward, by one write that does not wait: whoever looks at a page is not kept.

    Calendars that fail keep the pause they were given. Where the database is busy, the next look of anybody in this
    process asks for these as well.
    """
    wanted = _take(ids)
    try:
        with lock_timeout(LOCK_TIMEOUT_MS):
            Calendar.objects.filter(pk__in=wanted, next_read_at__gt=now, failures=0).update(next_read_at=now)
    except OperationalError:
        with _LOCK:
            _LEFT.update(wanted)


def _take(ids: Collection[int]) -> set[int]:
    """These and those that were left, which are then left no more."""
    with _LOCK:
        wanted = _LEFT | set(ids)
        _LEFT.clear()
    return wanted
