"""Work that is done later: who does it, how it is written down, taken by one of many processes, and run."""

import logging
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, Generic, ParamSpec, TypeVar

from django.conf import settings
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from timetuna.db import sql
from timetuna.jobs.models import ALONE, CALLS, GENERAL, GROUPED, LANES, MAIL, Job, Worker
from timetuna.lib.text import single_line

log = logging.getLogger("timetuna.jobs")
CHANNEL = "timetuna_jobs"
DEAD_AFTER = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
KEPT_FOR = timedelta(days=90)
_TRIES = 3
_FRESH = {"state": Job.State.WAITING, "attempts": 0, "tried_at": None, "finished_at": None}


def enqueue(*rows: Job) -> None:
    """Write work down, in the caller's transaction. The same key twice is one job."""
    Job.objects.bulk_create(rows, ignore_conflicts=any(row.key is not None for row in rows))
    _wake_after_commit()


def repeat(row: Job) -> None:
    """Write work down as `enqueue` does, also where it was done or given up before: one row for it for ever."""
    over = Job.objects.filter(key=row.key, state__in=[Job.State.DONE, Job.State.FAILED])
    if over.update(run_at=row.run_at, last_error="", **_FRESH):
        _wake_after_commit()
    else:
        enqueue(row)


def _wake_after_commit() -> None:
    # What was to be done is stored; a call that fails must not make the caller believe otherwise.
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


def claim(worker: Worker, *, lane: str | None = None, without: Sequence[str] = ()) -> Job | None:
    """Take the job that is due longest, of one lane or of all, or None. Two workers never get the same one.

    without: groups that are to wait.
    """
    lanes = LANES if lane is None else (lane,)
    for _ in range(_TRIES):
        # A look costs nothing; on SQLite a transaction takes the write lock.
        if not sql.rows(sql.DUE, lanes=list(lanes), now=timezone.now()):
            return None
        try:
            with transaction.atomic():
                return _take(_due(lane).exclude(concurrency__in=without), worker)
        except IntegrityError:  # another worker has just begun a job of the same group
            continue
    return None


def _due(lane: str | None) -> QuerySet[Job]:
    """What may be begun now: where groups count, nothing beside which another of its group runs."""
    rows = Job.objects.filter(state=Job.State.WAITING, run_at__lte=timezone.now()).order_by("run_at", "id")
    if lane == MAIL:
        return rows.filter(lane=lane)
    if lane is not None:
        rows = rows.filter(lane=lane)
    beside = Job.objects.filter(ALONE, state=Job.State.RUNNING, concurrency=OuterRef("concurrency"))
    return rows.exclude(Q(lane__in=GROUPED) & Exists(beside))


def _take(due: QuerySet[Job], worker: Worker) -> Job | None:
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    job = due.first()
    if job is None:
        return None
    job.state, job.worker, job.attempts = Job.State.RUNNING, worker, job.attempts + 1
    job.tried_at = job.tried_at or timezone.now()
    job.save(update_fields=["state", "worker", "attempts", "tried_at"])
    return job


def finish(job: Job) -> None:
    """Mark a claimed job as done. Like all that settles one, it changes nothing once another has taken the job over."""
    _settle(job, state=Job.State.DONE, finished_at=timezone.now(), last_error="")


def again(job: Job, *, after: timedelta) -> None:
    """Give back a claimed job that recurs, to be run after a pause."""
    _settle(job, state=Job.State.WAITING, run_at=timezone.now() + after, attempts=0, tried_at=None)


def fail(job: Job, error: str) -> None:
    """Mark a claimed job as failed for good; it can be retried by hand."""
    _settle(job, state=Job.State.FAILED, finished_at=timezone.now(), last_error=_sentence(error))


def postpone(job: Job, error: str, *, at: datetime | None = None) -> None:
    """Give a claimed job back, to be tried again after a pause that grows, or at a given moment."""
    when = at or timezone.now() + pause(job.attempts)
    _settle(job, state=Job.State.WAITING, run_at=when, last_error=_sentence(error))


def pause(attempts: int) -> timedelta:
    """It grows, with jitter, to an hour at most."""
    seconds = settings.RETRY_SECONDS * 2 ** min(attempts - 1, 12)
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing
    return min(timedelta(seconds=seconds * jitter), LONGEST_PAUSE)


def retry_now(jobs: QuerySet[Job]) -> int:
    """Make waiting and failed jobs due at once, with fresh attempts; return how many."""
    open_jobs = jobs.filter(state__in=[Job.State.WAITING, Job.State.FAILED])
    count = open_jobs.update(run_at=timezone.now(), **_FRESH)
    _wake_after_commit()
    return count


def done_beside(keys: Sequence[str]) -> None:
    """Mark jobs as done that the one under way has done along with it: of its group, so that nobody has them."""
    rows = Job.objects.filter(key__in=keys, state=Job.State.WAITING)
    rows.update(state=Job.State.DONE, finished_at=timezone.now(), last_error="")


def put_off_beside(keys: Sequence[str], *, at: datetime) -> None:
    """Let jobs of the same group wait until then."""
    Job.objects.filter(key__in=keys, state=Job.State.WAITING).update(run_at=at)


def release(workers: Iterable[int]) -> int:
    """Free the jobs of workers that are gone; return how many."""
    return _free(Job.objects.filter(worker_id__in=list(workers)))


def _free(jobs: QuerySet[Job]) -> int:
    """Make running jobs due at once; one that was begun so often that it may be what kills its workers, later."""
    running, now = jobs.filter(state=Job.State.RUNNING), timezone.now()
    often = running.filter(attempts__gte=settings.BROKEN_JOB_ATTEMPTS)
    later = now + pause(settings.BROKEN_JOB_ATTEMPTS)
    freed = often.update(state=Job.State.WAITING, run_at=later, worker=None)
    return freed + running.update(state=Job.State.WAITING, run_at=now, worker=None)


def sweep() -> int:
    """Free the jobs of workers whose heartbeat stopped, and forget those workers; return how many jobs."""
    silent = Worker.objects.filter(heartbeat_at__lt=timezone.now() - DEAD_AFTER)
    gone = list(silent.values_list("id", flat=True))
    freed = release(gone)
    silent.filter(id__in=gone).delete()
    # Claimed between the two by a worker that was only slow: its row is gone, and nobody else would free the job.
    return freed + _free(Job.objects.filter(worker=None))


def forget_old() -> int:
    """Drop jobs that were done long ago; return how many."""
    return Job.objects.filter(state=Job.State.DONE, finished_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def oldest_waiting_seconds() -> float:
    """Since it fell due; 0 when nothing is."""
    now = timezone.now()
    due = Job.objects.filter(state=Job.State.WAITING, run_at__lte=now).aggregate(oldest=Min("run_at"))[
        "oldest"
    ]
    return (now - due).total_seconds() if due else 0.0


def worker_alive() -> bool:
    return Worker.objects.filter(heartbeat_at__gte=timezone.now() - DEAD_AFTER).exists()


def _settle(job: Job, **columns: object) -> None:
    # The fence: a worker that was thought dead cannot finish what another has taken over.
    held = Job.objects.filter(id=job.id, state=Job.State.RUNNING, worker=job.worker_id, attempts=job.attempts)
    if not held.update(**columns, worker=None):
        log.warning("job %s %s was taken over meanwhile", job.pk, job.name)


def _sentence(error: str) -> str:
    return single_line(error, max_length=500)


__all__ = ["CALLS", "GENERAL", "LANES", "MAIL", "GiveUp", "Handler", "Retry", "job"]
P = ParamSpec("P")
R = TypeVar("R")
Settle = Callable[[], None]
_handlers: dict[str, "Handler[..., Any]"] = {}
_first_try: ContextVar[datetime | None] = ContextVar("first_try", default=None)


class Retry(Exception):  # noqa: N818 - it is an order, not an error
    """The work is not done; try again, from `at` (aware UTC) on. `str()` is the sentence the host reads."""

    def __init__(self, message: str, *, at: datetime | None = None) -> None:
        super().__init__(message)
        self.at = at


class GiveUp(Exception):  # noqa: N818
    """The work cannot be done by trying again. `str()` is the sentence the host reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler(Generic[P, R]):
    """A function that the worker can run: called, it runs here and now; enqueued, some time later and maybe twice.

    every: the pause between two runs, of what recurs.
    """

    name: str
    run: Callable[P, R]
    lane: str = GENERAL
    every: timedelta | None = None

    def __call__(self, *args: P.args, **ids: P.kwargs) -> R:
        return self.run(*args, **ids)

    def enqueue(
        self, *, key: str | None = None, concurrency: str = "", at: datetime | None = None, **ids: int | str
    ) -> None:
        """Write the work down, in the caller's transaction. The same key twice is one job.

        concurrency: what it belongs to, see `Job`. at: earliest moment, aware UTC.
        """
        enqueue(self.row(key=key, concurrency=concurrency, at=at, **ids))

    def repeat(self, *, key: str, concurrency: str = "", at: datetime, **ids: int | str) -> None:
        """Write the work down also where it was done or given up before: one row for it for ever."""
        repeat(self.row(key=key, concurrency=concurrency, at=at, **ids))

    def row(
        self, *, key: str | None = None, concurrency: str = "", at: datetime | None = None, **ids: int | str
    ) -> Job:
        """What `enqueue` writes down, for those who write many at once."""
        return Job(
            name=self.name,
            key=key,
            lane=self.lane,
            concurrency=concurrency,
            arguments=dict(ids),
            run_at=at or timezone.now(),
        )


def job(
    name: str, *, lane: str = GENERAL, every: timedelta | None = None
) -> Callable[[Callable[P, R]], Handler[P, R]]:
    """Make a function a handler, under the name that rows keep. It takes ids by name and may be run twice.

    lane: MAIL for what talks to the mail server, CALLS for what asks servers of strangers.  every: for what runs again
    and again, once at a time among all
    workers, the pause from the end of a run; a run that fails is followed by the next one all the same.
    """

    def register(function: Callable[P, R]) -> Handler[P, R]:
        if name in _handlers:
            raise ValueError(f"Two handlers are called {name}.")
        handler = Handler(name=name, run=function, lane=lane, every=every)
        _handlers[name] = handler
        return handler

    return register


def handlers() -> Mapping[str, Handler[..., Any]]:
    """By name; loaded when one is first asked for: few commands do."""
    load()
    return _handlers


@cache
def load() -> None:
    """Load, once, the modules that each app's `jobs.py` lists: those that declare work or listen to another app."""
    autodiscover_modules("jobs")


def begin_recurring() -> None:
    """Write down the work that recurs, where no worker has done so before."""
    for handler in handlers().values():
        if handler.every is not None:
            handler.enqueue(key=f"recurring:{handler.name}")


def tried_since() -> datetime:
    """When the job that runs here was first tried (aware UTC); now, where none runs."""
    return _first_try.get() or timezone.now()


@contextmanager
def first_tried(at: datetime | None) -> Iterator[None]:
    token = _first_try.set(at)
    try:
        yield
    finally:
        _first_try.reset(token)


def run(name: str, arguments: dict[str, Any]) -> None:
    """Call the handler. Raises GiveUp when there is none, and whatever the handler raises."""
    handler = handlers().get(name)
    if handler is None:
        raise GiveUp(f"This version of TimeTuna does not know the work {name!r}.")
    handler(**arguments)


def attempt(job: Job) -> Settle:
    """Run a claimed job; return what writes down how it went. Never raises."""
    handler = handlers().get(job.name)
    settle = _attempt(job)
    return partial(again, job, after=handler.every) if handler and handler.every else settle


def _attempt(job: Job) -> Settle:
    try:
        with first_tried(job.tried_at):
            run(job.name, job.arguments)
    except Retry as order:
        log.info("job %s %s waits: attempt %s", job.pk, job.name, job.attempts)
        return partial(postpone, job, str(order), at=order.at)
    except GiveUp as order:
        log.warning("job %s %s given up", job.pk, job.name)
        return partial(fail, job, str(order))
    except (OperationalError, InterfaceError):  # others, like IntegrityError, are the handler's own fault
        log.exception("job %s %s: database error", job.pk, job.name)
        connections.close_all()
        return partial(postpone, job, "The database did not answer; trying again.")
    except Exception:
        log.exception("job %s %s broke", job.pk, job.name)
        return _broke(job)
    return partial(finish, job)


def _broke(job: Job) -> Settle:
    message = "Something unexpected went wrong; the server's log says what."
    again = job.attempts < settings.BROKEN_JOB_ATTEMPTS
    return partial(postpone if again else fail, job, message)
