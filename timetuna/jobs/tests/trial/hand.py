"""A second process at the same database: reads orders, one JSON line each, and answers with one."""

import json
import os
import sys
import threading
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "timetuna.jobs.tests.trial.settings"
django.setup()

from django.db import IntegrityError, connections, transaction  # noqa: E402
from django.db.models import F  # noqa: E402

from timetuna.jobs import queue  # noqa: E402
from timetuna.jobs.models import Job, Worker  # noqa: E402
from timetuna.jobs.queue import handlers  # noqa: E402

COLUMNS = ("pk", "state", "attempts", "worker_id", "last_error")


def enqueue(name: str, times: int = 1, **order: Any) -> None:
    with transaction.atomic():
        for _ in range(times):
            handlers()[name].enqueue(**order)


def jobs() -> list[dict[str, Any]]:
    return list(Job.objects.filter(name__startswith="trial.").order_by("id").values(*COLUMNS))


def workers() -> list[int]:
    return list(Worker.objects.order_by("id").values_list("id", flat=True))


def silence(seconds: int) -> int:
    return Worker.objects.update(heartbeat_at=F("heartbeat_at") - timedelta(seconds=seconds))


def sweep() -> int:
    return queue.sweep()


def silence_and_sweep(seconds: int) -> int:
    """Sweep as if nobody had been heard of for so long; no heartbeat comes between the two.

    Where the worker claims work of its own meanwhile, its row cannot go at the commit: then it is done once more.
    """
    for _ in range(5):
        with suppress(IntegrityError), transaction.atomic():
            silence(seconds)
            return queue.sweep()
    raise AssertionError("The worker claims work each time.")


def alive() -> bool:
    return queue.worker_alive()


def clear() -> None:
    Job.objects.all().delete()
    Worker.objects.all().delete()


def reconnect() -> None:
    connections.close_all()


def claim_all(threads: int) -> list[int]:
    """Claim until nothing is left, from so many threads that begin together; return how often each job came."""
    claimed: Counter[int] = Counter()
    begin = threading.Barrier(threads)

    def work() -> None:
        worker = Worker.objects.create(machine="trial", pid=1)
        begin.wait()
        mine = []
        while (job := queue.claim(worker)) is not None:
            mine.append(job.pk)
            queue.finish(job)
        claimed.update(mine)
        connections.close_all()

    running = [threading.Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sorted(claimed.values())


ORDERS = {
    order.__name__: order
    for order in (
        enqueue,
        jobs,
        workers,
        silence,
        sweep,
        silence_and_sweep,
        alive,
        clear,
        reconnect,
        claim_all,
    )
}

if __name__ == "__main__":
    for line in sys.stdin:
        order = json.loads(line)
        answer = ORDERS[order.pop("order")](**order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
