"""Jobs in the test's own database, and, for worker processes, a database of their own with a hand in it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.migrated import fresh_database
from timetuna.jobs import queue
from timetuna.jobs.models import Job, Worker
from timetuna.jobs.queue import Handler
from timetuna.lib.tests import conftest as lib

ROOT = Path(__file__).resolve().parents[3]
TRIAL = "timetuna.jobs.tests.trial"
raw_server = lib.raw_server


@pytest.fixture
def worker(db):
    return make_worker()


def make_worker(pid=1, **columns):
    return Worker.objects.create(machine="here", pid=pid, **columns)


@pytest.fixture
def handler(monkeypatch):
    """Register what a job called `trial` does."""
    return lambda function: monkeypatch.setitem(queue._handlers, "trial", Handler(name="trial", run=function))


def enqueue(name="trial", *, lane="", **order):
    """Write down work of that name, whether anybody knows it or not."""
    Handler(name=name, run=print, lane=lane).enqueue(**order)


def only_job():
    return Job.objects.get()


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with fresh_database(tmp_path_factory.mktemp("jobs")) as url:
        yield url


def environment(url):
    more = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": f"{TRIAL}.settings", "TIMETUNA_RETRY_SECONDS": "1"}
    return os.environ | more


@pytest.fixture
def worker_log(tmp_path):
    return lambda: (tmp_path / "log").read_text(encoding="utf-8")


class Hand:
    """Gives orders to a process that works on the same database as the workers (trial/hand.py)."""

    def __init__(self, url):
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"{TRIAL}.hand"],
            env=environment(url), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __call__(self, order, **options):
        self.process.stdin.write(json.dumps({"order": order, **options}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(10) == 0


@pytest.fixture(scope="module")
def the_hand(database):
    hand = Hand(database)
    yield hand
    hand.close()


@pytest.fixture
def hand(the_hand):
    the_hand("clear")
    return the_hand


@pytest.fixture
def start_worker(database, hand, tmp_path):
    """Start `timetuna worker` as a process that has signed on; whatever is left of them ends with the test."""
    started = []

    def start():
        known = set(hand("workers"))
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "timetuna", "worker"],
                env=environment(database), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        started.append(process)
        wait_for(lambda: set(hand("workers")) - known or process.poll() is not None, seconds=60)
        assert process.poll() is None, (tmp_path / "log").read_text()
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait(10)


def wait_for(condition, *, seconds=30.0):
    """What the condition gives once that is true."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.02)
    return found


@pytest.fixture
def trace(tmp_path):
    return Trace(tmp_path / "trace")


class Trace:
    """What the handlers of trial/jobs.py have written, in order."""

    def __init__(self, path):
        self.path = path

    def lines(self):
        return [line.split() for line in self.path.read_text().splitlines()] if self.path.exists() else []

    def words(self):
        return [word for word, _ in self.lines()]

    def pids(self):
        return [int(pid) for _, pid in self.lines()]
