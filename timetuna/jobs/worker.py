"""The worker process: a few threads for each lane that claim jobs and run them, and one that keeps the heartbeat."""

import logging
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections
from django.utils import timezone

from timetuna.db.sql import libpq_parameters
from timetuna.jobs import queue
from timetuna.jobs.calls import IN_ALL, CallSlots
from timetuna.jobs.models import CALLS, LANES, Job, Worker
from timetuna.lib.call_stack import with_room
from timetuna.logs import request_id

log = logging.getLogger("timetuna.jobs")
HEARTBEAT_SECONDS = 3.0
POLL_SECONDS = 0.05
IDLE_CHECK_SECONDS = 1.0
OUTAGE_PAUSE_SECONDS = 1.0
FORGET_SECONDS = 3_600.0


class WorkerProcess:
    """Runs jobs until it is stopped; a job that is under way is finished first."""

    def __init__(self, *, threads: int) -> None:
        self.threads = threads
        self.told: SimpleQueue[int] = SimpleQueue()  # its put() may interrupt anything, as signals do
        self.stopping = threading.Event()
        self.something_new = threading.Condition()
        self.news = 0
        self.slots = CallSlots()
        self.row: Worker | None = None
        self.last_beat: datetime | None = None
        self.beating_since = timezone.now()
        self.forgot_at = 0.0

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _frame: self.told.put(number))
        self.row = _register()
        queue.begin_recurring()
        runners = self._runners()
        watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
        for thread in (*runners, watcher):
            thread.start()
        log.info("worker %s ready with %s threads", self.row.pk, self.threads)
        self._beat()
        while not self._told_to_stop():
            self._beat()
        self._see_out(self.row, runners)

    def _runners(self) -> list[threading.Thread]:
        lanes = [(lane, number) for lane in LANES if lane != CALLS for number in range(self.threads)]
        runners = [
            threading.Thread(target=with_room, args=(self._work, lane), name=f"{lane or 'job'}-{number}")
            for lane, number in lanes
        ]
        return [*runners, threading.Thread(target=with_room, args=(self._hand_out_calls,), name=CALLS)]

    def _told_to_stop(self) -> bool:
        try:
            self.told.get(timeout=HEARTBEAT_SECONDS)
        except Empty:
            return False
        return True

    def _see_out(self, row: Worker, runners: list[threading.Thread]) -> None:
        """Wait for the jobs under way. The heart beats on, else others would take them for a dead worker's."""
        self.stopping.set()
        self._wake()
        log.info("worker %s is told to stop and finishes what is under way", row.pk)
        for thread in runners:
            while thread.is_alive():
                self._beat()
                thread.join(HEARTBEAT_SECONDS)
        try:
            Worker.objects.filter(pk=row.pk).delete()
        except (DatabaseError, InterfaceError) as error:
            log.warning("could not sign off: %s", type(error).__name__)

    def _beat(self) -> None:
        try:
            self._heartbeat()
        except (DatabaseError, InterfaceError) as error:
            log.error("heartbeat failed: %s", type(error).__name__)  # noqa: TRY400 - a traceback says no more
            connections.close_all()

    def _heartbeat(self) -> None:
        assert self.row is not None  # noqa: S101 - set before the threads start
        now = timezone.now()
        if not Worker.objects.filter(pk=self.row.pk).update(heartbeat_at=now):
            # Swept as dead while the machine slept: come back under the same number, own nothing.
            self.row.heartbeat_at = now
            self.row.save(force_insert=True)
        if self._calm(now) and queue.sweep():
            self._wake()
        if time.monotonic() - self.forgot_at > FORGET_SECONDS:
            self.forgot_at = time.monotonic()
            queue.forget_old()

    def _calm(self, now: datetime) -> bool:
        """Whether silence means death: not after a gap of our own, when nobody's heartbeat could be written."""
        if self.last_beat is None or not self.last_beat <= now < self.last_beat + queue.DEAD_AFTER / 2:
            self.beating_since = now
        self.last_beat = now
        return now - self.beating_since >= queue.DEAD_AFTER

    def _work(self, lane: str) -> None:
        while not self.stopping.is_set():
            seen = self.news
            try:
                if not self._one(lane):
                    self._wait(seen)
            except Exception as error:  # noqa: BLE001 - a runner that ends would be missed by nobody
                _log_trouble(error)
                connections.close_all()
                self.stopping.wait(OUTAGE_PAUSE_SECONDS)
        connections.close_all()

    def _one(self, lane: str) -> bool:
        assert self.row is not None  # noqa: S101
        job = queue.claim(self.row, lane=lane)
        if job is not None:
            self._do(job)
        return job is not None

    def _do(self, job: Job) -> None:
        request_id.set(f"job-{job.pk}")
        try:
            self._insist(queue.attempt(job))
        finally:
            request_id.set("-")

    def _hand_out_calls(self) -> None:
        """One thread looks for calls, for as many as there may be: looking costs a query, waiting nothing."""
        with ThreadPoolExecutor(IN_ALL, thread_name_prefix=CALLS) as pool:
            while not self.stopping.is_set():
                news, over = self.news, self.slots.over
                try:
                    job = self._next_call()
                except Exception as error:  # noqa: BLE001 - as in `_work`
                    _log_trouble(error)
                    connections.close_all()
                    self.stopping.wait(OUTAGE_PAUSE_SECONDS)
                    continue
                if job is None:
                    self._wait(news, over)
                else:
                    pool.submit(with_room, self._call, job)
        connections.close_all()

    def _next_call(self) -> Job | None:
        assert self.row is not None  # noqa: S101
        if self.stopping.is_set() or not self.slots.free():
            return None
        job = queue.claim(self.row, lane=CALLS, without=self.slots.avoided())
        if job is not None:
            self.slots.begin(job.pk, job.concurrency)
        return job

    def _call(self, job: Job | None) -> None:
        """And those that are due after it, over the same connection to the database."""
        try:
            while job is not None:
                try:
                    self._do(job)
                finally:
                    self.slots.end(job.pk)
                job = self._next_call()
        except Exception as error:  # noqa: BLE001 - as in `_work`
            _log_trouble(error)
        finally:
            connections.close_all()
            with self.something_new:
                self.something_new.notify_all()

    def _insist(self, settle: queue.Settle) -> None:
        """Write down how a job went, however long the database is away: while we live nobody else frees the job."""
        while True:
            try:
                return settle()
            except (OperationalError, InterfaceError) as error:
                _log_trouble(error)
                connections.close_all()
                if self.stopping.wait(OUTAGE_PAUSE_SECONDS):
                    return settle()

    def _wake(self) -> None:
        with self.something_new:
            self.news += 1
            self.something_new.notify_all()

    def _wait(self, seen: int, over: int | None = None) -> None:
        """Until there is something new; over: or another call is, than so many."""
        with self.something_new:
            self.something_new.wait_for(
                lambda: self.news != seen or over not in {None, self.slots.over}, IDLE_CHECK_SECONDS
            )

    def _watch(self) -> None:
        """Wake the runners as soon as any process has written work down."""
        watch = self._listen if connection.vendor == "postgresql" else self._poll_data_version
        while not self.stopping.is_set():
            try:
                watch()
            except (DatabaseError, InterfaceError, psycopg.Error) as error:
                log.warning("not told of new work, looking every second: %s", type(error).__name__)
                connections.close_all()
                self.stopping.wait(OUTAGE_PAUSE_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(**libpq_parameters(), autocommit=True) as listener:
            listener.execute(f"LISTEN {queue.CHANNEL}")
            self._wake()  # for what came while nobody listened
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


def _log_trouble(error: Exception) -> None:
    if isinstance(error, OperationalError | InterfaceError):
        log.error("the database did not answer: %s", type(error).__name__)
    else:
        log.error("a worker's thread broke off", exc_info=error)


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
