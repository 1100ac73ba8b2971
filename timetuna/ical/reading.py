"""The one door: bytes of a calendar file in, busy time out, whatever is in the bytes.

Files are read in processes that are started when needed, shared by threads, and killed when late.
"""

import atexit
import json
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import timetuna
from timetuna.availability.interval import Interval
from timetuna.ical.answer import LENGTHS, CalendarFile, pack, to_file
from timetuna.ical.refusals import MAX_BYTES, refuse
from timetuna.lib.text import find_zone, log_value

AT_ONCE = 2
TURN_SECONDS = 30.0  # to wait for one's turn: others' hostile files are no reason to refuse a good one
_PIECE = 1 << 16
_ROOT = str(Path(timetuna.__file__).parents[1])


class _Gone(Exception):  # noqa: N818 - it stays in here
    """The process has ended before it answered."""


class Helper:
    """One process. Its environment is empty: what reads strangers' files needs none of our secrets."""

    def __init__(self) -> None:
        paths = os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "timetuna.ical"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={"PYTHONPATH": paths, "LC_ALL": "C"},
            start_new_session=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise _Gone
        self._pipes = (self._process.stdin, self._process.stdout)
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def runs(self) -> bool:
        return self._process.poll() is None

    def ask(self, message: bytes, *, until: float) -> dict[str, Any]:
        """Send a job and return the answer, by a moment of the monotonic clock. Raises TimeoutError, _Gone."""
        try:
            self._send(message, until)
            size, _ = LENGTHS.unpack(self._receive(LENGTHS.size, until))
            answer: dict[str, Any] = json.loads(self._receive(size, until))
        except (BrokenPipeError, ConnectionResetError):
            raise _Gone from None
        return answer

    def close(self) -> None:
        """End it at once, whatever it does."""
        for pipe in self._pipes:
            pipe.close()
        self._process.kill()
        self._process.wait()

    def leave(self) -> None:
        """Let go of it without ending it: in a forked copy of us it is somebody else's."""
        with suppress(OSError):
            for pipe in self._pipes:
                pipe.close()
        self._process.returncode = 0

    def _send(self, message: bytes, until: float) -> None:
        view, pipe = memoryview(message), self._pipes[0]
        while view:
            _wait(pipe.fileno(), select.POLLOUT, until)
            view = view[pipe.write(view[:_PIECE]) or 0 :]

    def _receive(self, size: int, until: float) -> bytes:
        received, pipe = bytearray(), self._pipes[1]
        while len(received) < size:
            _wait(pipe.fileno(), select.POLLIN, until)
            piece = pipe.read(min(size - len(received), _PIECE))
            if not piece:
                raise _Gone
            received += piece
        return bytes(received)


def _wait(descriptor: int, event: int, until: float) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    left = until - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError


class Helpers:
    """A few processes, each for one job at a time."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._idle: list[Helper] = []

    def ask(self, head: dict[str, Any], body: bytes, *, seconds: float) -> dict[str, Any]:
        """Have a job done within so many seconds, once it is its turn. Raises Unreadable."""
        message = pack(head, body)
        with self._turn():
            until = time.monotonic() + seconds
            kept = self._take()
            if kept:
                with suppress(_Gone):  # one that was idle may have been about to leave
                    return self._ask(kept, message, until)
            try:
                return self._ask(Helper(), message, until)
            except _Gone:
                raise refuse("too_costly") from None

    def close(self) -> None:
        while helper := self._take():
            helper.close()

    def forget(self) -> None:
        """Let go of all, after a fork."""
        for helper in self._idle:
            helper.leave()

    def _ask(self, helper: Helper, message: bytes, until: float) -> dict[str, Any]:
        try:
            answer = helper.ask(message, until=until)
        except TimeoutError:
            helper.close()
            raise refuse("timed_out") from None
        except BaseException:
            helper.close()
            raise
        self._idle.append(helper)
        return answer

    def _take(self) -> Helper | None:
        """Those that have left are cleared away."""
        while True:
            try:
                helper = self._idle.pop()
            except IndexError:
                return None
            if helper.runs():
                return helper
            helper.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=TURN_SECONDS):
            raise refuse("busy")
        try:
            yield
        finally:
            self._turns.release()


class _Kept:
    """The processes of this process."""

    helpers = Helpers()


def ask(head: dict[str, Any], body: bytes, *, seconds: float) -> dict[str, Any]:
    """Have a job done in another process; see Helpers.ask."""
    return _Kept.helpers.ask(head, body, seconds=seconds)


def close() -> None:
    _Kept.helpers.close()


def _after_fork() -> None:
    _Kept.helpers.forget()
    _Kept.helpers = Helpers()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(close)


__all__ = ["read_busy"]

log = logging.getLogger(__name__)


def read_busy(body: bytes, span: Interval, *, time_zone: str, seconds: float = 5.0) -> CalendarFile:
    """Return the busy time within `span` (UTC minutes, end exclusive) of an iCalendar file (RFC 5545).

    body: the unpacked file. Calendar objects may follow one another in it, so that those of a CalDAV answer can be
    joined by line ends and read at once; an override in one belongs to the event with its UID in another, and a
    VTIMEZONE counts for its own object first.
    time_zone: the owner's IANA zone, for all-day events, floating times and zone names that nothing defines.
    seconds: after so many the reading is stopped; it may wait half a minute for its turn before. The work is done in a
    process of its own, bounded in memory. Safe to call from threads, and after a fork.
    Raises Unreadable; ValueError when `time_zone` is not known.
    """
    if find_zone(time_zone) is None:
        raise ValueError(f"{time_zone} is no IANA zone.")
    if len(body) > MAX_BYTES:
        raise refuse("too_large")
    answer = ask({"span": span, "time_zone": time_zone, "seconds": seconds}, body, seconds=seconds)
    if fault := answer.pop("fault", ""):
        log.error("the reader of calendar files failed: %s", log_value(fault))
    return to_file(answer)
