"""Look at calendars once more at the moment a time is taken: all at once, and what is late is not waited for."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Collection
from queue import Empty, SimpleQueue

from django.db import OperationalError, connections
from django.utils import timezone

from timetuna.availability.interval import Interval
from timetuna.calendars.actions.make_due import make_due
from timetuna.calendars.connections import busy_source
from timetuna.calendars.knowledge import Known, pack, unpack
from timetuna.calendars.models import EVERY, Calendar
from timetuna.calendars.own_events import others_only
from timetuna.calendars.session import token_at_hand, use
from timetuna.impatience import impatient
from timetuna.lib.http import Budget
from timetuna.providers.base import BusyTime
from timetuna.providers.errors import NeedsReconnect, ProviderError

log = logging.getLogger("timetuna.calendars")
MOST_AT_ONCE, OF_HOST = 96, 24
"""How many answers a process waits for, and how many for one host: slow servers keep their own host from looking."""
PATIENCE_MS = 500
_Found = tuple[Calendar, tuple[BusyTime, ...] | None, str]


def read_live(ids: Collection[int], span: Interval, *, seconds: float) -> list[int]:
    """Store what the calendars say now of a span of UTC minutes; return the ids of those that were not in time.

    seconds: for all of them together. Of those that were not in time the last good knowledge goes on to count. Where
    nothing has changed nothing is written, and cursors stay good. Not to be called inside a transaction.
    """
    end = time.monotonic() + seconds
    rows = _readable(ids) if ids else []
    answers: SimpleQueue[_Found] = SimpleQueue()
    asked = [row for row in rows if _ask(row, span, answers, seconds=seconds)]
    silent = {row.pk: row for row in rows}
    for _ in asked:
        try:
            row, busy, code = answers.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            break
        if code:
            log.info("calendar %s not read at a booking: %s", row.pk, code)
            continue
        if busy is not None and not _stored(
            row, span, Known.of(others_only(busy, host_id=row.account.host_id))
        ):
            break
        silent.pop(row.pk)
    if silent:
        make_due(silent.keys(), now=timezone.now())
    return [*silent, *(set(ids) - {row.pk for row in rows})]


def _readable(ids: Collection[int]) -> list[Calendar]:
    rows = Calendar.objects.filter(pk__in=ids, account__needs_reconnect=False).exclude(outside_id=EVERY)
    return list(rows.select_related("account__host").defer("busy").order_by("pk"))


def _ask(row: Calendar, span: Interval, answers: "SimpleQueue[_Found]", *, seconds: float) -> bool:
    """Begin to ask in a thread that nobody has to wait for; False where too much is being asked already."""
    if not PLACES.take(row.account.host_id):
        return False
    ask = _Ask(row, span, answers, seconds=seconds)
    threading.Thread(target=ask.run, name=f"live-{row.pk}", daemon=True).start()
    return True


class Places:
    """Counts what is being asked, in all and for each host."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[int] = Counter()

    def take(self, host_id: int) -> bool:
        """Take one for a host; False where there is none."""
        with self._lock:
            free = self._taken.total() < MOST_AT_ONCE and self._taken[host_id] < OF_HOST
            self._taken[host_id] += free
            return free

    def give_back(self, host_id: int) -> None:
        """Give one back."""
        with self._lock:
            self._taken[host_id] -= 1
            self._taken += Counter()  # forgets hosts that have none


PLACES = Places()


class _Ask:
    """One calendar's answer, or why there is none."""

    def __init__(
        self, row: Calendar, span: Interval, answers: "SimpleQueue[_Found]", *, seconds: float
    ) -> None:
        self.row, self.span, self.answers = row, span, answers
        self.source = busy_source(row.account.provider, budget=Budget(seconds, seconds, seconds))
        self.token: str | None = None
        try:
            self.token = token_at_hand(row.account)
        except ProviderError as error:
            log.info("calendar %s: %s", row.pk, error.code)

    def run(self) -> None:
        """Answer in any case."""
        busy, code = None, ""
        try:
            # A token that has to be renewed first is the rare case that needs the database here.
            busy = self._busy(self.token) if self.token else use(self.row.account_id, self._busy)
        except (ProviderError, NeedsReconnect) as error:
            code = error.code or "refused"
        except Exception:
            log.exception("calendar %s: its provider broke", self.row.pk)
            code = "broke"
        finally:
            if not self.token:
                connections.close_all()
            PLACES.give_back(self.row.account.host_id)
            self.answers.put((self.row, busy, code))

    def _busy(self, credential: str) -> tuple[BusyTime, ...] | None:
        """Return what the calendar says of the span; None where it is as it was when it was read."""
        if self.source is None:
            raise ProviderError("It is not set up on this server.", code="not-set-up", operator=True)
        row = self.row
        covers = row.known_from_minute <= self.span[0] and self.span[1] <= row.known_until_minute
        zone = row.account.host.time_zone
        cursor = row.cursor if covers and row.known_zone == zone else ""
        found = self.source.busy(
            row.outside_id, self.span, time_zone=zone, credential=credential, cursor=cursor
        )
        if found.busy is None and not cursor:
            raise ProviderError("The calendar was not given as a whole.", code="not-whole")
        return found.busy


def _stored(row: Calendar, span: Interval, fresh: Known) -> bool:
    """Store what was read; False where the database is busy for longer than whoever opens a form shall wait."""
    try:
        _store(row, span, fresh)
    except OperationalError:
        log.warning("calendar %s: what was read could not be stored, the database is busy", row.pk)
        return False
    return True


def _store(row: Calendar, span: Interval, fresh: Known) -> None:
    """Replace what is known of the span, if it says something else. A reading under way then knows that it is older.

    A reading that was stored since our look began may be newer than its answer: then both count, and the calendar is
    read again as a whole, since its cursor would not tell what the answer lacked.
    """
    with impatient(PATIENCE_MS):
        rows = Calendar.objects.select_for_update(no_key=True).only("busy", "tried_at", "read_at")
        kept = rows.filter(pk=row.pk).first()
        if kept is None:
            return
        known, now = unpack(kept.busy), timezone.now()
        outrun = (kept.tried_at, kept.read_at) != (row.tried_at, row.read_at)
        renewed = known.joined(fresh) if outrun else known.renewed(span, fresh)
        if renewed != known:
            again = {"cursor": "", "next_read_at": now} if outrun else {}
            Calendar.objects.filter(pk=row.pk).update(
                busy=pack(renewed), busy_count=len(renewed), tried_at=now, **again
            )
