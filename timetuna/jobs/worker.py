"""The worker process: a few threads that claim jobs and run them, and one that keeps the heartbeat."""

import logging
import os
import signal
import socket
import threading
import time
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections
from django.utils import timezone

from timetuna.jobs import queue
from timetuna.jobs.models import Job, Worker
from timetuna.jobs.registry import GiveUp, Retry, run
from timetuna.logs import request_id

log = logging.getLogger("timetuna.jobs")
HEARTBEAT_SECONDS = 3.0
POLL_SECONDS = 0.05
IDLE_CHECK_SECONDS = 1.0


class WorkerProcess:
    """Runs jobs until it is stopped; a job that is under way is finished first."""

    def __init__(self, *, threads: int) -> None:
        self.threads = threads
        self.stopping = threading.Event()
        self.something_new = threading.Condition()
        self.row: Worker | None = None

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        self.row = _register()
        runners = [threading.Thread(target=self._work, name=f"job-{i}") for i in range(self.threads)]
        watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
        for thread in (*runners, watcher):
            thread.start()
        log.info("worker %s ready with %s threads", self.row.pk, self.threads)
        self._beat()
        self._wake()
        for thread in runners:
            thread.join()
        Worker.objects.filter(pk=self.row.pk).delete()

    def _beat(self) -> None:
        while not self.stopping.is_set():
            try:
                self._heartbeat()
            except (DatabaseError, InterfaceError):
                log.exception("heartbeat failed")
                connections.close_all()
            self.stopping.wait(HEARTBEAT_SECONDS)

    def _heartbeat(self) -> None:
        assert self.row is not None  # noqa: S101 - set before the threads start
        if not Worker.objects.filter(pk=self.row.pk).update(heartbeat_at=timezone.now()):
            # Swept as dead while the machine slept: come back under the same number, own nothing.
            self.row.heartbeat_at = timezone.now()
            self.row.save(force_insert=True)
        if queue.sweep():
            self._wake()

    def _work(self) -> None:
        while not self.stopping.is_set():
            try:
                if not self._one():
                    with self.something_new:
                        self.something_new.wait(IDLE_CHECK_SECONDS)
            except (DatabaseError, InterfaceError):
                log.exception("the database did not answer")
                connections.close_all()
                self.stopping.wait(1)
        connections.close_all()

    def _one(self) -> bool:
        assert self.row is not None  # noqa: S101
        job = queue.claim(self.row)
        if job is None:
            return False
        request_id.set(f"job-{job.pk}")
        perform(job)
        request_id.set("-")
        return True

    def _wake(self) -> None:
        with self.something_new:
            self.something_new.notify_all()

    def _watch(self) -> None:
        """Wake the runners as soon as any process has written work down."""
        watch = self._listen if connection.vendor == "postgresql" else self._poll_data_version
        while not self.stopping.is_set():
            try:
                watch()
            except (DatabaseError, InterfaceError, psycopg.Error):
                connections.close_all()
                self.stopping.wait(1)

    def _listen(self) -> None:
        with psycopg.connect(**_listen_parameters(), autocommit=True) as listener:
            listener.execute(f"LISTEN {queue.CHANNEL}")
            while not self.stopping.is_set():
                for _ in listener.notifies(timeout=5, stop_after=1):
                    self._wake()

    def _poll_data_version(self) -> None:
        # SQLite tells a connection cheaply whether another one has committed since (PRAGMA data_version).
        seen = None
        while not self.stopping.is_set():
            with connection.cursor() as cursor:
                version = cursor.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                self._wake()
            time.sleep(POLL_SECONDS)


def _listen_parameters() -> dict[str, object]:
    parameters = connection.get_connection_params()
    kept = ("host", "port", "user", "password", "dbname", "sslmode", "connect_timeout")
    return {name: parameters[name] for name in kept if name in parameters}


def perform(job: Job) -> None:
    """Run a claimed job and write down how it went. Never raises but for a dead database."""
    try:
        run(job.name, job.arguments)
    except Retry as order:
        log.info("job %s %s waits: attempt %s", job.pk, job.name, job.attempts)
        queue.postpone(job, str(order), at=order.at)
    except GiveUp as order:
        log.warning("job %s %s given up", job.pk, job.name)
        queue.fail(job, str(order))
    except (DatabaseError, InterfaceError):
        connections.close_all()
        log.exception("job %s %s: database error", job.pk, job.name)
        queue.postpone(job, "The database did not answer; trying again.")
    except Exception:
        log.exception("job %s %s broke", job.pk, job.name)
        _broke(job)
    else:
        queue.finish(job)


def _broke(job: Job) -> None:
    message = "Something unexpected went wrong; the server's log says what."
    if job.attempts >= settings.BROKEN_JOB_ATTEMPTS:
        queue.fail(job, message)
    else:
        queue.postpone(job, message)


def _register() -> Worker:
    """Make this process known, and free what a killed process on this machine had claimed."""
    machine, pid = _machine(), os.getpid()
    earlier = Worker.objects.filter(machine=machine)
    gone = [row.pk for row in earlier if row.pid == pid or not _running(row.pid)]
    queue.release(gone)
    Worker.objects.filter(pk__in=gone).delete()
    return Worker.objects.create(machine=machine, pid=pid)


def _running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _machine() -> str:
    """Name the place in which process ids mean something: host, boot and process namespace."""
    parts = [socket.gethostname()]
    boot, namespace = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    if boot.exists() and namespace.exists():
        parts += [boot.read_text(encoding="ascii").strip(), str(namespace.readlink())]
    return "/".join(parts)[:200]


def serve() -> None:
    """Run a worker with the number of threads from the settings."""
    WorkerProcess(threads=settings.WORKER_THREADS).run()
