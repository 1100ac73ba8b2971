"""The database goes away for a while, or this machine sleeps."""

import time
from contextlib import closing
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import OperationalError

from tests.clock import present
from timetuna.jobs import queue, worker
from timetuna.jobs.tests.conftest import wait_for
from timetuna.jobs.worker import WorkerProcess

on_a_server = pytest.mark.skipif(
    django_settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="a file is never away"
)


@pytest.fixture
def away(database):
    """Throw everybody out of the database and let nobody in, or in again."""
    url = urlsplit(database)
    name = url.path.lstrip("/")
    with closing(psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True)) as server:

        def shut(*, shut=True):
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {not shut}')
            if shut:
                out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                server.execute(out, [name])

        yield shut
        shut(shut=False)


@on_a_server
@pytest.mark.slow
@pytest.mark.matrix(of="worker")
def test_a_job_under_way_ends_once_and_later_work_is_begun_at_once(hand, start_worker, trace, away):
    start_worker()
    hand("enqueue", name="trial.slow", file=str(trace.path), word="x", milliseconds=500)
    wait_for(trace.words)

    away()
    time.sleep(1.5)
    away(shut=False)

    hand("reconnect")
    wait_for(lambda: hand("jobs")[0]["state"] == "done", seconds=8)
    assert trace.words() == ["x", "x-done"]
    time.sleep(1)
    hand("enqueue", name="trial.note", file=str(trace.path), word="after")
    wait_for(lambda: "after" in trace.words(), seconds=1)


def test_how_a_job_went_is_written_down_as_soon_as_possible(monkeypatch, caplog):
    monkeypatch.setattr(worker, "OUTAGE_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)
    answers = [OperationalError, OperationalError, None]

    def settle():
        answer = answers.pop(0)
        if answer:
            raise answer

    WorkerProcess(threads=1)._insist(settle)

    assert answers == []


def test_a_worker_told_to_stop_does_not_wait_for_the_database(monkeypatch, caplog):
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)
    process = WorkerProcess(threads=1)
    process.stopping.set()
    tries = []

    def settle():
        tries.append(1)
        raise OperationalError

    with pytest.raises(OperationalError):
        process._insist(settle)
    assert len(tries) == 2


def test_after_a_gap_nobody_is_taken_for_dead_until_all_could_beat_again():
    process, start = WorkerProcess(threads=1), present()

    def calm_after(*seconds):
        return [process._calm(start + timedelta(seconds=second)) for second in seconds]

    dead_after = int(queue.DEAD_AFTER.total_seconds())
    assert calm_after(*range(0, dead_after, 3)) == [False] * 5
    assert calm_after(dead_after, dead_after + 3) == [True, True]
    gap = dead_after + 3 + 60
    assert calm_after(*range(gap, gap + dead_after, 3)) == [False] * 5
    assert calm_after(gap + dead_after) == [True]
    assert calm_after(gap) == [False]  # the clock was set back
