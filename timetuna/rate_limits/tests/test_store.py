"""Several processes, a file that is broken or locked, a server that is away."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections

from timetuna.rate_limits import limits
from timetuna.rate_limits.limits import GrowingDelay, Limit, spend, used, wait
from timetuna.rate_limits.store import PostgreSQLStore, SQLiteStore, Store, StoreAway, store

pytestmark = pytest.mark.vendor

HARD = Limit("hard", (50, 3_600), strict=True)
SOFT = Limit("soft", (50, 3_600))
DELAY = GrowingDelay("delay", free=4, first=600, longest=600, memory=3_600)
COUNTS = """
import json, threading, django
django.setup()
from timetuna.rate_limits.limits import spend
from timetuna.rate_limits.tests.test_store import DELAY, HARD
let_through = {"HARD": [], "DELAY": []}
def count():
    for _ in range(10):
        let_through["HARD"].append(spend(HARD, "ada"))
        let_through["DELAY"].append(spend(DELAY, "ada"))
threads = [threading.Thread(target=count) for _ in range(4)]
for one in threads: one.start()
for one in threads: one.join()
print(json.dumps({name: waits.count(0.0) for name, waits in let_through.items()}))
"""


@pytest.fixture(name="counts")
def _counts(transactional_db, tmp_path, monkeypatch) -> Store:
    """Counts that other processes reach, too: PostgreSQL's, or a file."""
    if connections["default"].vendor == "postgresql":
        yield store()
        store().forget_all()  # what other processes counted, too
        return
    own = SQLiteStore(str(tmp_path / "timetuna.sqlite3"))
    monkeypatch.setattr(limits, "store", lambda: own)
    yield own
    own.close()


@pytest.fixture(name="on_file")
def _on_file(counts) -> SQLiteStore:
    if not isinstance(counts, SQLiteStore):
        pytest.skip("about SQLite's file")
    return counts


def database_url(tmp_path: Path) -> str:
    database = connections["default"]
    if database.vendor == "sqlite":
        return f"sqlite:///{tmp_path / 'timetuna.sqlite3'}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database.settings_dict)


def test_processes_and_threads_together_get_no_more_than_the_limit(counts, tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(tmp_path),
    }
    processes = [
        subprocess.Popen([sys.executable, "-c", COUNTS], env=environment, stdout=subprocess.PIPE)
        for _ in range(3)
    ]

    let_through = [json.loads(process.communicate(timeout=60)[0]) for process in processes]

    assert sum(one["HARD"] for one in let_through) == used(HARD, "ada") == 50
    assert sum(one["DELAY"] for one in let_through) == used(DELAY, "ada") == 4
    assert wait((HARD, "ada")) > 0


def test_the_file_lies_beside_the_database(on_file, tmp_path):
    spend(SOFT, "ada")

    assert (tmp_path / "timetuna-limits.sqlite3").is_file()


def test_a_file_that_is_locked_makes_nobody_wait_and_each_limit_says_what_that_means(on_file, tmp_path):
    spend(SOFT, "ada")
    with closing(sqlite3.connect(tmp_path / "timetuna-limits.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert spend(SOFT, "ada") == 0.0
        with pytest.raises(StoreAway):
            spend(HARD, "ada")
        assert time.monotonic() - began < 10
        other.execute("ROLLBACK")

    assert spend(HARD, "ada") == 0.0


@pytest.mark.parametrize("broken", [b"no database", b"SQLite format 3\x00" + b"\xff" * 5_000])
def test_a_file_that_cannot_be_read_is_made_anew(on_file, tmp_path, broken):
    spend(SOFT, "ada")
    on_file.close()
    (tmp_path / "timetuna-limits.sqlite3").write_bytes(broken)

    assert spend(SOFT, "ada") == 0.0
    assert used(SOFT, "ada") == 1


def test_a_file_that_breaks_while_it_is_open_is_made_anew(on_file, tmp_path):
    for number in range(3_000):
        spend(SOFT, str(number))
    on_file._run("PRAGMA wal_checkpoint(TRUNCATE)", {})
    path = tmp_path / "timetuna-limits.sqlite3"
    head, size = path.read_bytes()[:4_096], path.stat().st_size
    on_file.close()
    path.write_bytes(head + b"\xff" * (size - 4_096))

    answers = [spend(HARD, str(number)) for number in range(20)]

    assert answers[-1] == 0.0


def test_a_connection_that_was_cut_is_opened_again(counts):
    if not isinstance(counts, PostgreSQLStore):
        pytest.skip("about PostgreSQL's connection")
    spend(HARD, "ada")
    [(pid,)] = counts._run("SELECT pg_backend_pid()", {})
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    assert spend(HARD, "ada") == 0.0
    assert used(HARD, "ada") == 2


def test_a_server_that_is_away_is_not_asked_again_at_once(transactional_db, monkeypatch, caplog):
    if connections["default"].vendor != "postgresql":
        pytest.skip("about PostgreSQL's connection")
    away = PostgreSQLStore()
    monkeypatch.setattr(limits, "store", lambda: away)

    with monkeypatch.context() as elsewhere:
        elsewhere.setitem(connections["default"].settings_dict, "PORT", "1")
        for _ in range(2):
            assert spend(SOFT, "ada") == 0.0
            with pytest.raises(StoreAway):
                spend(HARD, "ada")

    assert len(caplog.records) == 1
