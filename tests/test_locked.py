"""Another process keeps SQLite's write lock for longer than anybody waits: looks do not notice, forms get words."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import pytest

from tests.guest import Guest, weekdays
from tests.running import LiveTimeTuna, running_timetuna

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="PostgreSQL locks rows, not files"
    ),
    pytest.mark.matrix(of="server"),
]
THREADS, LOOKS = 8, 32
KEEP_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(live: LiveTimeTuna) -> Iterator[None]:
    """Keep the write lock in another process until the block is left, however long that takes."""
    command = [sys.executable, "-c", KEEP_LOCK, str(live.folder / "timetuna.sqlite3")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"locked\n"
        yield
        assert holder.poll() is None  # it had the lock all the time
        holder.communicate()


@pytest.fixture
def live(tmp_path: object) -> Iterator[LiveTimeTuna]:
    """Start a server of its own, whose threads have met nobody yet; it waits a second for a lock, not fifteen."""
    url = f"sqlite:///{tmp_path}/timetuna.sqlite3?timeout=1"
    with running_timetuna(tmp_path, DATABASE_URL=url, TIMETUNA_WEB_THREADS=str(THREADS)) as live:
        yield live


def looks(*urls: str) -> Counter[int]:
    """Look at the addresses, many at once; return how often each status came."""

    def status(number: int) -> int:
        return httpx2.get(urls[number % len(urls)], timeout=60, trust_env=False).status_code

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(status, range(LOOKS)))


def test_looks_never_wait_for_a_writer_and_forms_get_words(live):
    host = live.new_host()
    month = f"{live.base_url}/api/pages{host.page_url.removeprefix(live.base_url)}/times?month=2030-01"
    guest = Guest(host.page_url)

    with locked(live):  # before the threads' first use
        assert looks(host.page_url, month, f"{live.base_url}/signin") == {200: LOOKS}
        form = guest.open_form(next(iter(weekdays(1))))
        refused = guest.send(form)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert "Confirm again in a moment" in refused.text
    assert guest.send(form).status_code == 302
    assert looks(host.page_url, month) == {200: LOOKS}

    with locked(live):  # and after it
        assert looks(host.page_url, month) == {200: LOOKS}
    assert looks(host.page_url, month) == {200: LOOKS}
    live.wait_healthy()
    guest.close()
