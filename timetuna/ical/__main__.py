"""The process in which files are read: bounded in memory and time, and gone with its caller.

It is started by `helper.py`, gets one job after the other on standard input and answers on standard output.
"""

import gc
import json
import math
import os
import resource
import select
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from timetuna.ical.answer import LENGTHS, CalendarFile, Unreadable, from_file, from_refusal, pack
from timetuna.ical.busy import busy_of
from timetuna.ical.refusals import refuse

MEMORY = 300 * 1024 * 1024
GROWN = 128 * 1024  # kB; one that was this large goes, and takes its memory along
LOOK_SECONDS, IDLE_SECONDS = 5.0, 300.0
MOST_JOBS = 500


def main() -> None:
    # A limit may be lower already, or unknown to the system.
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    gc.disable()
    for _ in range(MOST_JOBS):
        if not _asked() or (job := _receive()) is None:
            return
        sys.stdout.buffer.write(pack(_answer(*job)))
        sys.stdout.buffer.flush()
        if _largest() > GROWN:
            return


def _largest() -> int:
    """Return the most memory this process has had, in kB; 0 where the system does not say.

    Not getrusage's figure, which begins with what the process had that started this one.
    """
    with suppress(OSError, ValueError):
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0])
    return 0


def _asked() -> bool:
    """Wait for a job; tell whether there may be one. A caller that was killed is missed here at the latest."""
    parent, until = os.getppid(), time.monotonic() + IDLE_SECONDS
    while time.monotonic() < until and os.getppid() == parent:
        if select.select([sys.stdin.buffer], [], [], LOOK_SECONDS)[0]:
            return True
    return False


def _receive() -> tuple[dict[str, Any], bytes] | None:
    lengths = sys.stdin.buffer.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    size, body_size = LENGTHS.unpack(lengths)
    head, body = sys.stdin.buffer.read(size), sys.stdin.buffer.read(body_size)
    return (json.loads(head), body) if len(body) == body_size else None


def _answer(head: dict[str, Any], body: bytes) -> dict[str, Any]:
    _limit_cpu(head["seconds"])
    try:
        return from_file(_read(head, body))
    except Unreadable as error:
        return from_refusal(error)
    except MemoryError:
        return from_refusal(refuse("too_costly"))
    except Exception as error:  # noqa: BLE001 - whatever a file has found in us, its caller gets an answer
        return from_refusal(refuse("failed")) | {"fault": type(error).__name__}


def _read(head: dict[str, Any], body: bytes) -> CalendarFile:
    first, last = head["span"]
    return busy_of(body, (first, last), time_zone=head["time_zone"])


def _limit_cpu(seconds: float) -> None:
    """End this process soon after the deadline, also where nobody is left to stop it."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(spent.ru_utime + spent.ru_stime + seconds) + 1
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()
