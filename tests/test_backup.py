"""A backup is made while guests book, the server is lost, and the backup is put into an empty one."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import pytest

from tests.guest import Guest, weekdays
from tests.running import ROOT, LiveTimeTuna, resting_timetuna, running_timetuna
from timetuna.lib.crypto import fingerprint

pytestmark = [pytest.mark.slow, pytest.mark.matrix(of="server")]
GUESTS, MOST, BEFORE = 4, 60, 4
STORED = """
from timetuna.bookings.models import Booking
from timetuna.jobs.models import Job
rows = Booking.objects.all()
subjects = set(Job.objects.values_list("concurrency", flat=True))
links = [row.attendees.get(is_booker=True).link_fingerprint for row in rows]
answer([links, [row.pk for row in rows if row.concurrency_key() not in subjects]])
"""


def timetuna(live: LiveTimeTuna, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command on the server's database."""
    return subprocess.run(
        [sys.executable, "-m", "timetuna", *arguments],
        env=live.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


class Ledger:
    """What guests were told, and whether that was before the backup was there."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.in_time: list[str] = []
        self.all: list[str] = []
        self.enough = Event()

    def note(self, link: str) -> None:
        token = fingerprint(urlsplit(link).path.removeprefix("/b/"))
        self.all.append(token)
        if not self.target.exists():
            self.in_time.append(token)
        if len(self.all) >= BEFORE:
            self.enough.set()


def book(guest: Guest, starts: list[datetime], ledger: Ledger) -> None:
    """Book one time after the other until the backup is there, and one more."""
    for start in starts:
        over = ledger.target.exists()
        form = guest.look_at_form(start)
        answer = guest.send(form)
        while (
            answer.status_code == 503
        ):  # asked to confirm again: the database was kept for longer than it is waited for
            answer = guest.send(form)
        assert answer.status_code == 302, answer.text
        ledger.note(answer.headers["Location"])
        if over:
            break
    guest.close()
    assert over, "the guests were done before the backup was"


def test_nothing_that_was_acknowledged_before_the_backup_ended_is_lost(tmp_path: Path) -> None:
    target = tmp_path / "timetuna.backup"
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    with running_timetuna(tmp_path / "first") as live, ThreadPoolExecutor(GUESTS) as pool:
        host, ledger, times = live.new_host(), Ledger(target), list(weekdays(GUESTS * MOST))
        guests = [Guest(host.page_url, number=number) for number in range(GUESTS)]
        booking = [pool.submit(book, one, times[n::GUESTS], ledger) for n, one in enumerate(guests)]
        assert ledger.enough.wait(60)
        made = timetuna(live, "backup", str(target))
        for one in booking:
            one.result()
    assert (made.returncode, made.stderr) == (0, "")
    assert BEFORE <= len(ledger.in_time) <= len(ledger.all) - GUESTS
    assert target.stat().st_mode & 0o777 == 0o600

    with resting_timetuna(tmp_path / "second") as other:
        restored = timetuna(other, "restore", str(target))
        stored, without_work = other.run_python(STORED)

    assert (restored.returncode, restored.stderr) == (0, "")
    assert "1 hosts" in restored.stdout
    assert set(ledger.in_time) <= set(stored) <= set(ledger.all)
    assert without_work == []
