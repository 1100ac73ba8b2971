"""Looks at calendars that are under way in this process: who wants the same at the same time waits for one answer.

However many guests or strangers ask, a calendar's provider is asked by a few looks at a time. Nobody is refused one:
what cannot begin at once waits for its turn, together with all that is asked for meanwhile.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from timetuna.availability.interval import Interval
from timetuna.calendars.models import Calendar
from timetuna.ical.answer import BusyTime

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
