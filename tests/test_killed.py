"""Killed at any point of fulfilment, a booking ends with one link shown everywhere and one mail to each side."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress

import httpx2
import pytest

from tests.guest import Guest, weekdays
from tests.running import ROOT, resting_timetuna, running_timetuna
from tests.sampling import share_within

pytestmark = [pytest.mark.slow, pytest.mark.matrix(of="kill")]
CONNECT = """
from django.test import Client
from timetuna.accounts.models import User
from urllib.parse import urlsplit
import httpx2
from timetuna.pages.models import MeetingType
from timetuna.calendars.models import CalendarAccount
client = Client(headers={{"host": "localhost"}})
client.force_login(User.objects.get(pk={pk}))
start = client.post("/settings/providers/zoom/connect")
back = urlsplit(httpx2.get(start["Location"], trust_env=False).headers["location"])
client.get(back.path + "?" + back.query)
MeetingType.objects.update_or_create(page_id={page}, kind="zoom", defaults={{"enabled": True}})
answer(CalendarAccount.objects.filter(host_id={pk}).count())
"""


def zoom_host(live):
    live.sandbox.decide("allow")
    host = live.new_host()
    assert live.run_python(CONNECT.format(pk=host.pk, page=host.page_pk)) == 1
    return host


@pytest.mark.either
def test_killed_at_every_third_step_and_around_every_call_and_mail(tmp_path):
    with resting_timetuna(tmp_path) as resting:
        host = zoom_host(resting)
        runs = die_at_every_step(resting, host)
        check_links_and_mails(resting.sandbox, host, runs)

    killed = [run for run in runs if run["ended"] != "done"]
    assert len(killed) >= 20 // share_within()[1]
    assert {"died: before a call", "died: after a call"} <= {run["ended"] for run in killed}
    assert {"died: before a mail", "died: after a mail"} <= {run["ended"] for run in killed}
    assert [run for run in runs if run["state"] != "ready" or run["open_jobs"]] == []


@pytest.mark.either("postgresql")
def test_web_and_worker_killed_again_and_again(tmp_path):
    # Long pauses, so that a link that is late because of the kills is not yet given up for a mail of its own.
    with running_timetuna(tmp_path, TIMETUNA_RETRY_SECONDS="4") as live:
        host, (part, of) = zoom_host(live), share_within()
        first, count = (0, 12) if of == 1 else (3 * part, 6)
        for number, start in enumerate(weekdays(count), first):
            guest = Guest(host.page_url, number=number)
            form = guest.open_form(start) | {"kind": "zoom"}
            send_while(live.kill_web if number % 2 else live.kill_worker, guest, form, seed=number)
            come_back(live)
            assert guest.send(form).status_code == 302  # the same form again: the same booking
            guest.close()

        runs = wait_until_settled(live, host, count=count)

        unknown = [run for run in runs if run["state"] != "ready"]
        assert all(run["possible_duplicates"] == 2 for run in unknown), unknown
        check_links_and_mails(live.sandbox, host, runs)


def send_while(kill, guest, form, *, seed):
    """Send the form and kill meanwhile; the answer may be lost with the process that owed it."""
    killing = threading.Timer(seed % 7 * 0.03, kill)
    killing.start()
    with suppress(httpx2.TransportError):
        guest.send(form)
    killing.join()


def come_back(live, *, seconds=30):
    until = time.monotonic() + seconds
    while None in {live.pid("web"), live.pid("worker")} and time.monotonic() < until:
        time.sleep(0.05)
    live.wait_healthy()


def die_at_every_step(live, host):
    """Book, die at step n, start again and settle, for many n; return a row for each run.

    Not for all of them: the sandbox, like Zoom, makes 100 meetings a day for somebody.
    """
    part, of = share_within()
    environment = {**live.environment, "DJANGO_SETTINGS_MODULE": "timetuna.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.dying", str(host.page_pk), str(1 + 3 * part), str(3 * of)],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def wait_until_settled(live, host, *, count, seconds=90):
    code = f"""
from timetuna.bookings.models import Booking, Conference
from timetuna.jobs.models import Job
rows = []
for booking in Booking.objects.filter(host_id={host.pk}).select_related("conference"):
    rows.append(dict(guest=booking.booker.email, uid=str(booking.uid), state=booking.conference.state,
        join_url=booking.conference.join_url, possible_duplicates=booking.conference.possible_duplicates,
        open_jobs=Job.objects.filter(concurrency=booking.concurrency_key(), state__in=["waiting", "running"]).count()))
answer(rows)
"""
    until = time.monotonic() + seconds
    while True:
        rows = live.run_python(code)
        if len(rows) == count and not [row for row in rows if row["open_jobs"]]:
            return rows
        assert time.monotonic() < until, rows
        time.sleep(0.5)


def check_links_and_mails(sandbox, host, runs):
    """One link everywhere, one mail to each side; a second meeting only where the first call's end is unknown."""
    mails, meetings = sandbox.mail(), sandbox.meetings()
    links = Counter(meeting["join_url"] for meeting in meetings)
    agendas = Counter(meeting["agenda"] for meeting in meetings)
    for run in runs:
        mine = [mail for mail in mails if run["uid"] in mail["message_id"]]
        ids = {mail["message_id"] for mail in mine}
        assert len(ids) == 2, run
        assert Counter(
            mail["to"].rpartition("<")[2].rstrip(">") for mail in {m["message_id"]: m for m in mine}.values()
        ) == {
            run["guest"]: 1,
            host.email: 1,
        }
        assert all(run["join_url"] in mail["text"] for mail in mine), run
        assert links[run["join_url"]] == (run["state"] == "ready")
        if run["possible_duplicates"]:
            assert any("second" in mail["text"] for mail in mine if host.email in mail["to"]), run
    assert len(meetings) - len(runs) <= sum(run["possible_duplicates"] for run in runs)
    assert max(agendas.values()) <= 2
