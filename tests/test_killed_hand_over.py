"""Killed at any point of handing over, a booking is one host's or the other's, outside too; everybody heard once."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.running import ROOT, resting_timetuna
from tests.sampling import share_within

pytestmark = [pytest.mark.slow, pytest.mark.matrix(of="kill")]
SETUP = """
from urllib.parse import urlsplit
import httpx2
from django.test import Client
from timetuna.accounts.models import User
from timetuna.calendars.actions.list_calendars import list_calendars
from timetuna.calendars.actions.refresh import refresh
from timetuna.calendars.models import CalendarAccount
from timetuna.pages.models import BookingPage, MeetingType, PageHost
client = Client(headers={{"host": "localhost"}})
client.force_login(User.objects.get(pk={pk}))
for provider in ("zoom", "google"):
    start = client.post(f"/settings/providers/{{provider}}/connect")
    back = urlsplit(httpx2.get(start["Location"], trust_env=False).headers["location"])
    client.get(back.path + "?" + back.query)
account = CalendarAccount.objects.get(host={pk}, provider="google")
list_calendars(account.pk)
for calendar in account.calendars.all():
    refresh(calendar.pk)
BookingPage.objects.filter(pk={page}).update(staffing="any")
MeetingType.objects.update_or_create(page_id={page}, kind="zoom", defaults={{"enabled": True}})
PageHost.objects.get_or_create(page_id={page}, host_id={pk})
answer(CalendarAccount.objects.filter(host_id={pk}).count())
"""
ACCOUNTS = {"robin": "robin@host.example", "casey": "casey@cohost.example"}


@pytest.mark.either
def test_killed_around_every_call_and_mail_and_every_fourth_commit(tmp_path):
    with resting_timetuna(tmp_path) as resting:
        hosts = two_hosts(resting)
        runs = die_at_every_step(resting, hosts["robin"])
        for run in runs:
            check(resting.sandbox, run)
        check_meetings(resting.sandbox, runs, {host.email: name for name, host in hosts.items()})

    ended = Counter(run["ended"] for run in runs)
    assert ended["done"] == 6
    assert {
        f"died: {side} a {what}" for side in ("before", "after") for what in ("call", "mail", "commit")
    } <= {*ended}
    assert Counter(run["host"] == run["to"] for run in runs)[True] >= 20 // share_within()[1]


def two_hosts(live):
    """Return two hosts of the first one's page, each with a Zoom and a Google of their own."""
    hosts = {name: live.new_host(name=f"{name.title()} Host") for name in ACCOUNTS}
    for name, host in hosts.items():
        live.sandbox.decide("allow", user=name)
        live.sandbox.tell("google/decide", decision="allow", account=name)
        assert live.run_python(SETUP.format(pk=host.pk, page=hosts["robin"].page_pk)) == 2
    return hosts


def die_at_every_step(live, host):
    environment = {**live.environment, "DJANGO_SETTINGS_MODULE": "timetuna.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.dying_hand_over", str(host.page_pk), *map(str, share_within())],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(sandbox, run):
    """It is one host's in every respect, and each of its people has heard of that once."""
    given = run["host"] == run["to"]
    assert (run["hosts"], run["link"], run["open_jobs"], run["sum"]) == ([run["host"]], run["host"], 0, 0), (
        run
    )
    standing = {who: state for who, state in run["events"].items() if state != "removed"}
    assert standing == {run["host"]: "written"}, run
    ids = {to: message_ids(sandbox, run, to) for to in (run["guest"], run["former"], run["to"])}
    told = {
        run["guest"]: ["booked", "new_host"],
        run["former"]: ["booked", "relieved"],
        run["to"]: ["handed_to"],
    }
    untouched = {run["guest"]: ["booked"], run["former"]: ["booked"], run["to"]: []}
    assert ids == (told if given else untouched), run
    if run["state"] == "ready":
        latest = sandbox.mail(run["guest"])[-1]["text"]
        assert run["join_url"] in latest, run
    else:
        assert run["possible_duplicates"] == 2, run


def message_ids(sandbox, run, to):
    """Return which kinds of mail somebody got about the booking; a copy that was sent twice has the same id."""
    mine = {mail["message_id"] for mail in sandbox.mail(to) if run["uid"] in mail["message_id"]}
    return sorted(one.removeprefix(f"<{run['uid']}.").partition(".")[0] for one in mine)


def check_meetings(sandbox, runs, names):
    """In each calendar stands what is its owner's and nothing else; of spare meetings their owners know."""
    events = sandbox.ask("google/state")["events"]
    for email, name in names.items():
        mine = {
            row["body"]["iCalUID"].partition("@")[0]
            for row in events
            if row["calendar"] == ACCOUNTS[name] and row["body"]["status"] != "cancelled"
        }
        assert mine == {run["uid"] for run in runs if run["host"] == email}
    made = len(sandbox.meetings())
    given = sum(run["host"] == run["to"] for run in runs)
    assert made - len(runs) - given <= sum(run["possible_duplicates"] for run in runs)
