"""Says whether this server is well."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from timetuna.jobs import queue
from timetuna.jobs.queue import handlers

log = logging.getLogger("timetuna.web")
LOOKS: list[Callable[[], object]] = []
"""What guests' pages read: registered by the app that reads it, done at every look at this server's health."""
WARM_WITHIN_SECONDS = 30.0


def look_at(read: Callable[[], object]) -> None:
    """Have this read done as a guest's page does it."""
    LOOKS.append(read)


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 with database, pages, worker and the age of the oldest due job in seconds; 503 when one is ill."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        worker, waiting = queue.worker_alive(), queue.oldest_waiting_seconds()
    except (DatabaseError, InterfaceError) as error:
        log.error("health: the database did not answer: %s", type(error).__name__)  # noqa: TRY400 - says no more
        _begin_anew()
        return JsonResponse({"database": "unreachable"}, status=503)
    pages = _pages_can_be_read()
    answer = {
        "database": "ok",
        "pages": "ok" if pages else "broken",
        "worker": "ok" if worker else "missing",
        "oldest_waiting_seconds": round(waiting, 1),
    }
    return JsonResponse(answer, status=200 if worker and pages else 503)


def _pages_can_be_read() -> bool:
    try:
        for read in LOOKS:
            read()
    except Exception:  # whatever it is, guests meet it too
        log.exception("health: what a page needs cannot be read")
        _begin_anew()
        return False
    return True


def _begin_anew() -> None:
    if not connection.in_atomic_block:
        connection.close()


def warm(threads: Executor, count: int) -> list[Future[None]]:
    """Have each of so many threads connect and read once, so that no guest is the first whom it meets.

    The handlers are loaded here too: else the first booking would load them while it holds the database.
    """
    handlers()
    together = threading.Barrier(count)  # a thread that waits here takes no second turn
    return [threads.submit(_meet, together) for _ in range(count)]


def _meet(together: threading.Barrier) -> None:
    with suppress(threading.BrokenBarrierError):
        together.wait(WARM_WITHIN_SECONDS)
    _pages_can_be_read()
