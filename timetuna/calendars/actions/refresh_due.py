"""Read the calendars that are due, several at once: nearly all of it is waiting for others.

They are due soon where somebody looks at what is known of them.
"""

import threading
import time
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import DatabaseError, OperationalError, connections
from django.utils import timezone

from timetuna.calendars.actions.claim_refresh import claim_next, due
from timetuna.calendars.actions.refresh import read
from timetuna.calendars.models import Calendar
from timetuna.db.sql import lock_timeout
from timetuna.jobs.queue import job

THREADS = 8
SECONDS = 20.0
_LOOK_AGAIN_SECONDS = 0.3
_PAUSE = timedelta(seconds=5)


@job("calendars.refresh_due", every=_PAUSE)
def refresh_due(*, threads: int = THREADS, seconds: float = SECONDS) -> int:
    """Read until nothing is due any more, or the seconds are over; return how many calendars had their turn.

    With one thread the caller's own is used.
    """
    waiting = due(now=timezone.now())[:threads].count()
    lane = _Lane(time.monotonic() + seconds)
    if waiting <= 1 or threads == 1:
        lane.work()
        return lane.done
    runners = [threading.Thread(target=lane.work_apart, name=f"calendar-{i}") for i in range(waiting)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    return lane.done


@job("calendars.refresh_due_too", every=_PAUSE)
def refresh_due_too() -> None:
    """Share that work with another worker process; what one reads is out of the other's way."""
    refresh_due()


class _Lane:
    """What the threads of one run share."""

    def __init__(self, end: float) -> None:
        self.end = end
        self.lock = threading.Lock()
        self.reading = 0
        self.done = 0

    def work(self) -> None:
        """Read one calendar after another, and look for more while others read: a slow one keeps nobody waiting."""
        while time.monotonic() < self.end:
            turn = claim_next()
            if turn is not None:
                self._count(reading=1)
                try:
                    read(turn)
                finally:
                    self._count(reading=-1)
            elif self.reading:
                time.sleep(_LOOK_AGAIN_SECONDS)
            else:
                return

    def work_apart(self) -> None:
        """Do it in a thread of its own, and leave no connection to the database behind."""
        try:
            self.work()
        except DatabaseError:  # the lease ends by itself, and the calendar is due again
            pass
        finally:
            connections.close_all()

    def _count(self, *, reading: int) -> None:
        with self.lock:
            self.reading += reading
            self.done += reading < 0


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
