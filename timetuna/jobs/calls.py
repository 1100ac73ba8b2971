"""How many calls to others are under way in a worker. Whoever keeps us waiting takes no place from the others."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connections

AT_ONCE = 16
"""Calls that are answered as quickly as most are."""
IN_ALL = 64
"""With those that wait: a thread that waits costs no processor. They are begun as they are needed."""
SLOW_SECONDS = 1.0
"""Who takes longer is no longer counted among those above: somebody else may begin."""
HUNG_SECONDS = 5.0
AVOIDED_SECONDS = 1_200.0
HUNG_AT_ONCE = 8
"""So many at once of those that have hung lately: whoever answers comes first."""


@dataclass(slots=True)
class CallSlots:
    """Of one worker. Groups are those of jobs (`Job.concurrency`)."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _began: dict[int, tuple[float, str]] = field(default_factory=dict)
    _hung: dict[str, float] = field(default_factory=dict)
    over: int = 0

    def free(self) -> bool:
        """Whether another may begin."""
        with self._lock:
            since = time.monotonic() - SLOW_SECONDS
            quick = sum(began > since for began, _ in self._began.values())
            return quick < AT_ONCE and len(self._began) < IN_ALL

    def avoided(self) -> list[str]:
        """Groups that have hung lately, while enough of these are called as it is."""
        with self._lock:
            since = time.monotonic() - AVOIDED_SECONDS
            self._hung = {group: at for group, at in self._hung.items() if at > since}
            under_way = Counter(group in self._hung for _, group in self._began.values())
            return sorted(self._hung) if under_way[True] >= HUNG_AT_ONCE else []

    def begin(self, job: int, group: str) -> None:
        with self._lock:
            self._began[job] = time.monotonic(), group

    def end(self, job: int) -> None:
        with self._lock:
            began, group = self._began.pop(job)
            self.over += 1
            if group and time.monotonic() - began > HUNG_SECONDS:
                self._hung[group] = time.monotonic()
            else:
                self._hung.pop(group, None)


_outside = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def outside() -> Iterator[None]:
    """While a job waits for somebody else. Beyond so many at once it gives its connection to the database back."""
    first = _outside.acquire(blocking=False)
    if not first:
        connections.close_all()
    try:
        yield
    finally:
        if first:
            _outside.release()
