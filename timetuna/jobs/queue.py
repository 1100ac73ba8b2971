"""Putting work into the table and taking it out again, safely from many processes."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from timetuna.jobs.models import Job, Worker

CHANNEL = "timetuna_jobs"
DEAD_AFTER = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
KEPT_FOR = timedelta(days=90)


def enqueue(
    name: str, *, key: str | None = None, subject: str = "", at: datetime | None = None, **ids: int | str
) -> None:
    """Write work down, in the caller's transaction. The same key twice is one job.

    subject: what it belongs to ("booking:17"), so that it can be shown there. at: earliest moment, aware UTC.
    """
    row = Job(name=name, key=key, subject=subject, arguments=ids, run_at=at or timezone.now())
    Job.objects.bulk_create([row], ignore_conflicts=key is not None)
    transaction.on_commit(_wake)


def _wake() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


def claim(worker: Worker) -> Job | None:
    """Take the job that is due longest, or None. Two workers never get the same one."""
    due = Job.objects.filter(state=Job.State.WAITING, run_at__lte=timezone.now()).order_by("run_at", "id")
    if not due.exists():  # a look costs nothing; on SQLite a transaction takes the write lock
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        job = due.first()
        if job is None:
            return None
        job.state, job.worker, job.attempts = Job.State.RUNNING, worker, job.attempts + 1
        job.save(update_fields=["state", "worker", "attempts"])
    return job


def finish(job: Job) -> None:
    """Mark a claimed job as done."""
    _held(job).update(state=Job.State.DONE, finished_at=timezone.now(), last_error="", worker=None)


def fail(job: Job, error: str) -> None:
    """Mark a claimed job as failed for good; it can be retried by hand."""
    _held(job).update(state=Job.State.FAILED, finished_at=timezone.now(), last_error=error[:500], worker=None)


def postpone(job: Job, error: str, *, at: datetime | None = None) -> None:
    """Give a claimed job back, to be tried again after a pause that grows, or at a given moment."""
    when = at or timezone.now() + pause(job.attempts)
    _held(job).update(state=Job.State.WAITING, run_at=when, last_error=error[:500], worker=None)


def pause(attempts: int) -> timedelta:
    """Return the growing pause after so many attempts, with jitter, an hour at most."""
    seconds = settings.RETRY_SECONDS * 2 ** min(attempts - 1, 12)
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing
    return min(timedelta(seconds=seconds * jitter), LONGEST_PAUSE)


def retry_now(jobs: QuerySet[Job]) -> int:
    """Make waiting and failed jobs due at once, with fresh attempts; return how many."""
    open_jobs = jobs.filter(state__in=[Job.State.WAITING, Job.State.FAILED])
    count = open_jobs.update(state=Job.State.WAITING, run_at=timezone.now(), attempts=0, finished_at=None)
    transaction.on_commit(_wake)
    return count


def release(workers: Iterable[int]) -> int:
    """Free the jobs of workers that are gone; return how many."""
    jobs = Job.objects.filter(state=Job.State.RUNNING, worker_id__in=workers)
    return jobs.update(state=Job.State.WAITING, run_at=timezone.now(), worker=None)


def sweep() -> int:
    """Free the jobs of workers whose heartbeat stopped, forget those workers, and drop old rows."""
    now = timezone.now()
    gone = list(Worker.objects.filter(heartbeat_at__lt=now - DEAD_AFTER).values_list("id", flat=True))
    freed = release(gone)
    Worker.objects.filter(id__in=gone, heartbeat_at__lt=now - DEAD_AFTER).delete()
    Job.objects.filter(state=Job.State.DONE, finished_at__lt=now - KEPT_FOR).delete()
    return freed


def oldest_waiting_seconds() -> float:
    """Return for how long the oldest due job has been waiting, in seconds; 0 when nothing is due."""
    now = timezone.now()
    due = Job.objects.filter(state=Job.State.WAITING, run_at__lte=now).aggregate(oldest=Min("run_at"))[
        "oldest"
    ]
    return (now - due).total_seconds() if due else 0.0


def worker_alive() -> bool:
    """Say whether any worker's heartbeat is fresh."""
    return Worker.objects.filter(heartbeat_at__gte=timezone.now() - DEAD_AFTER).exists()


def _held(job: Job) -> QuerySet[Job]:
    # The fence: a worker that was thought dead cannot finish what another has taken over.
    return Job.objects.filter(id=job.id, state=Job.State.RUNNING, worker=job.worker_id, attempts=job.attempts)
