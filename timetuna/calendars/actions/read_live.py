"""Look at calendars once more at the moment a time is taken: all at once, and what is late is not waited for.

Who wants the same at the same time in this process waits for one answer: however many guests or strangers ask, a
calendar's provider is asked by a few looks at a time. Nobody is refused one: what cannot begin at once waits for its
turn, together with all that is asked for meanwhile.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial

from django.db import OperationalError, connections
from django.utils import timezone

from timetuna.availability.interval import Interval
from timetuna.calendars.access_tokens import token_at_hand, use
from timetuna.calendars.actions.refresh_due import make_due
from timetuna.calendars.busy_cache import KnownBusy, others_only, pack, unpack
from timetuna.calendars.models import EVERY, Calendar
from timetuna.calendars.queries import busy_source
from timetuna.db.sql import lock_timeout
from timetuna.ical.answer import BusyTime
from timetuna.lib.http import Budget
from timetuna.lib.text import spoken
from timetuna.providers.base import BusySource
from timetuna.providers.errors import NeedsReconnect, ProviderError

MOST_AT_ONCE, OF_HOST, OF_CALENDAR = 96, 24, 3
"""Looks under way: in all, for one host (slow servers keep no other host from looking), and at one calendar."""
OFTEN, WITHIN_SECONDS = 5, 10.0
"""A calendar that was looked at so often lately is asked rarely: what it said a moment ago counts then."""
MOMENT_SECONDS = 3.0
LONGEST_SPAN = 31 * 1_440
"""Minutes that looks which wait for their turn may grow to together."""

Busy = tuple[BusyTime, ...] | None


@dataclass(eq=False, slots=True)
class CalendarLook:
    """One look at a calendar, and its answer: `busy` (None: as it was known), or `code` why there is none.

    row: the calendar as it was before the look. seconds: what it may take, once it has begun.
    """

    row: Calendar
    span: Interval
    seconds: float
    wanted_until: float = 0.0
    finished: threading.Event = field(default_factory=threading.Event)
    busy: Busy = None
    code: str = ""
    ended_at: float = 0.0
    _storing: threading.Lock = field(default_factory=threading.Lock)
    _stored: bool = False

    def covers(self, span: Interval) -> bool:
        return self.span[0] <= span[0] and span[1] <= self.span[1]

    def takes_in(self, span: Interval) -> bool:
        """Grow to cover the span as well, before it has begun; False where that would be too much at once."""
        grown = min(self.span[0], span[0]), max(self.span[1], span[1])
        if grown[1] - grown[0] > LONGEST_SPAN:
            return False
        self.span = grown
        return True

    def once_stored(self, store: Callable[["CalendarLook"], bool]) -> bool:
        """Have the answer stored by the first who comes for it; return whether it is. The others wait for that."""
        with self._storing:
            self._stored = self._stored or store(self)
            return self._stored


class Looks:
    """All looks of this process. ask: does one, in a thread of its own, and returns the answer or a code."""

    def __init__(self, ask: Callable[[CalendarLook], tuple[Busy, str]]) -> None:
        self.of_host: Counter[int] = Counter()
        self._ask = ask
        self._lock = threading.RLock()
        self._running: dict[int, list[CalendarLook]] = {}
        self._waiting: deque[CalendarLook] = deque()
        self._latest: dict[int, CalendarLook] = {}
        self._begun: dict[int, deque[float]] = {}

    def want(self, row: Calendar, span: Interval, *, seconds: float, until: float) -> CalendarLook:
        """Return a look that tells of the span: one that is under way, or one that begins as soon as it may.

        until: when (`time.monotonic()`) whoever wants it stops waiting; seconds: what it may take.
        """
        with self._lock:
            look = self._shared(row.pk, span)
            if look is None:
                look = CalendarLook(row, span, seconds)
                self._waiting.append(look)
            look.wanted_until = max(look.wanted_until, until)
            self._begin_waiting()
            return look

    def forget(self) -> None:
        """Take no calendar at its word of a moment ago any more. For tests, whose calendars are called alike."""
        with self._lock:
            self._latest.clear()
            self._begun.clear()

    def _shared(self, calendar: int, span: Interval) -> CalendarLook | None:
        known = [*self._just_ended(calendar), *self._running.get(calendar, ())]
        there = (look for look in known if look.covers(span))
        waiting = (look for look in self._waiting if look.row.pk == calendar and look.takes_in(span))
        return next(there, None) or next(waiting, None)

    def _just_ended(self, calendar: int) -> list[CalendarLook]:
        """The latest look, where the calendar was looked at often lately."""
        begun, now = self._begun.get(calendar, deque()), time.monotonic()
        often = len(begun) == OFTEN and begun[0] > now - WITHIN_SECONDS
        latest = self._latest.get(calendar)
        return [latest] if often and latest and latest.ended_at > now - MOMENT_SECONDS else []

    def _begin_waiting(self) -> None:
        now = time.monotonic()
        for look in list(self._waiting):
            if look.wanted_until < now:
                self._waiting.remove(look)  # nobody waits for it any more
            elif self._may_begin(look):
                self._waiting.remove(look)
                self._begin(look, now)

    def _may_begin(self, look: CalendarLook) -> bool:
        return (
            self.of_host.total() < MOST_AT_ONCE
            and self.of_host[look.row.account.host_id] < OF_HOST
            and len(self._running.get(look.row.pk, ())) < OF_CALENDAR
        )

    def _begin(self, look: CalendarLook, now: float) -> None:
        calendar = look.row.pk
        self.of_host[look.row.account.host_id] += 1
        self._running.setdefault(calendar, []).append(look)
        self._begun.setdefault(calendar, deque(maxlen=OFTEN)).append(now)
        threading.Thread(target=self._do, args=(look,), name=f"live-{calendar}", daemon=True).start()

    def _do(self, look: CalendarLook) -> None:
        look.code = "broke"  # until there is an answer
        try:
            look.busy, look.code = self._ask(look)
        finally:
            self._end(look)

    def _end(self, look: CalendarLook) -> None:
        calendar = look.row.pk
        look.ended_at = time.monotonic()
        with self._lock:
            self.of_host[look.row.account.host_id] -= 1
            self.of_host += Counter()  # forgets hosts that have none
            self._running[calendar].remove(look)
            if not self._running[calendar]:
                del self._running[calendar]
            if not look.code:
                self._latest[calendar] = look
            self._begin_waiting()
        look.finished.set()


log = logging.getLogger("timetuna.calendars")
LOCK_TIMEOUT_MS = 500


def read_live(ids: Collection[int], span: Interval, *, seconds: float) -> list[int]:
    """Store what the calendars say now of a span of UTC minutes; return the ids of those that were not in time.

    seconds: for all of them together. Of those that were not in time the last good knowledge goes on to count. Where
    nothing has changed nothing is written, and cursors stay good. Who asks for the same at the same time shares one
    look. Not to be called inside a transaction.
    """
    until = time.monotonic() + seconds
    rows = _readable(ids)
    looks = [LOOKS.want(row, span, seconds=seconds, until=until) for row in rows]
    silent = {row.pk for row in rows}
    for look in looks:
        if look.finished.wait(max(0.0, until - time.monotonic())) and not look.code:
            if not look.once_stored(_stored):
                break
            silent.discard(look.row.pk)
    if silent:
        make_due(silent, now=timezone.now())
    return [*(row.pk for row in rows if row.pk in silent), *(set(ids) - {row.pk for row in rows})]


def _readable(ids: Collection[int]) -> list[Calendar]:
    rows = Calendar.objects.filter(pk__in=ids, account__needs_reconnect=False).exclude(outside_id=EVERY)
    return list(rows.select_related("account__host").defer("busy").order_by("pk"))


def _ask(look: CalendarLook) -> tuple[Busy, str]:
    """Do a look, in any case with an answer: what the calendar says, or a code why it says nothing."""
    token = _token(look)
    try:
        source = busy_source(look.row.account.provider, budget=Budget(*[look.seconds] * 3))
        call = partial(_busy, look, source)
        # A token that has to be renewed first is the rare case that needs the database here.
        return (call(token) if token else use(look.row.account_id, call)), ""
    except (ProviderError, NeedsReconnect) as error:
        log.info("calendar %s not read at a booking: %s", look.row.pk, error.code)
        return None, error.code or "refused"
    except Exception:
        log.exception("calendar %s: its provider broke", look.row.pk)
        return None, "broke"
    finally:
        if not token:
            connections.close_all()


def _token(look: CalendarLook) -> str | None:
    try:
        return token_at_hand(look.row.account)
    except ProviderError as error:
        log.info("calendar %s: %s", look.row.pk, error.code)
        return None


LOOKS = Looks(_ask)


def _busy(look: CalendarLook, source: BusySource | None, credential: str) -> Busy:
    """None where the calendar is as it was when it was read."""
    if source is None:
        raise ProviderError(spoken("It is not set up on this server."), code="not-set-up", operator=True)
    row, span = look.row, look.span
    covers = row.known_from_minute <= span[0] and span[1] <= row.known_until_minute
    zone = row.account.host.time_zone
    cursor = row.cursor if covers and row.known_zone == zone else ""
    found = source.busy(row.outside_id, span, time_zone=zone, credential=credential, cursor=cursor)
    if found.busy is None and not cursor:
        raise ProviderError(spoken("The calendar was not given as a whole."), code="not-whole")
    return found.busy


def _stored(look: CalendarLook) -> bool:
    """Store what was read; False where the database is busy for longer than whoever opens a form shall wait."""
    if look.busy is None:
        return True
    try:
        _store(look.row, look.span, KnownBusy.of(others_only(look.busy, host_id=look.row.account.host_id)))
    except OperationalError:
        log.warning("calendar %s: what was read could not be stored, the database is busy", look.row.pk)
        return False
    return True


def _store(row: Calendar, span: Interval, fresh: KnownBusy) -> None:
    """Replace what is known of the span, if it says something else. A reading under way then knows that it is older.

    A reading that was stored since our look began may be newer than its answer: then both count, and the calendar is
    read again as a whole, since its cursor would not tell what the answer lacked.
    """
    with lock_timeout(LOCK_TIMEOUT_MS):
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
