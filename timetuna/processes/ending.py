"""How a command, or a process it starts, ends: by saying that it cannot, from outside, or with its parent."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """SIGTERM and SIGHUP raise SystemExit, once, so that what was begun is taken back. nohup stays nohup."""
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    for other in _ENDING:
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(128 + number)


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """A command cannot do what was asked. `str()` is a sentence for the person who typed it."""


LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 30.0


def leave_with(parent: int) -> None:
    """End this process, gently first, once `parent` is no longer its parent; 0 watches nobody.

    By polling, because Linux's PR_SET_PDEATHSIG is tied to the parent's thread and other systems have none.
    """
    if parent:
        threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_SECONDS)
    os._exit(1)
