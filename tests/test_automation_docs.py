"""docs/automation.md: its requests, its program and its workflows do what it says, on the running product."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.clock import present
from tests.guest import Guest, weekdays
from tests.receiving import Received, TakingServer, receiving
from tests.running import Host, LiveTimeTuna

pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.matrix(of="server")]
ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs/automation.md").read_text(encoding="utf-8")
WORKFLOWS = {
    path.stem: json.loads(path.read_text("utf-8")) for path in (ROOT / "integrations/n8n").glob("*.json")
}
MAKE_KEY = """
from django.utils import timezone
from timetuna.accounts.models import User
from timetuna.api.actions.keys import NewKey, create_key
from timetuna.pages.models import BookingPage
host = User.objects.get(pk={host})
_, token = create_key(host, NewKey(name="n8n", scopes=["bookings"]), now=timezone.now())
answer([token, BookingPage.objects.get(host=host).public_id])
"""


DYING = """
import builtins, itertools
told, count = print, itertools.count(1)
def print(*words):
    if next(count) == {at}:
        raise SystemExit("died at its work")
    told(*words)
"""


def blocks(language: str, *, after: str) -> list[str]:
    """Return those of a section of the document."""
    section = TEXT[TEXT.index(f"## {after}") :].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)


@dataclass
class Follower:
    """Somebody who does what the document says."""

    live: LiveTimeTuna
    host: Host
    key: str
    page: str
    folder: Path

    def names(self, **more: str) -> dict[str, str]:
        return {"TIMETUNA": self.live.base_url, "KEY": self.key, "PATH": os.environ["PATH"], **more}

    def run(self, block: str, **names: str) -> list[Any]:
        """Run a block of the shell's but for what it exports; return each answer."""
        lines = [line for line in block.replace("\\\n", "").splitlines() if not line.startswith("export")]
        found = []
        for line in lines:
            command = line.replace("curl -s ", "curl -sS --fail-with-body ")
            done = subprocess.run(
                ["bash", "-euc", command],
                env=self.names(**names),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            found.append(json.loads(done.stdout or "null"))
        return found

    def call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.key}"}
        with httpx2.Client(base_url=f"{self.live.base_url}/api/v1", headers=headers, trust_env=False) as http:
            answer = http.request(method, path, json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def poll(self, *, dies_at: int = 0) -> list[str]:
        """dies_at: which event its own work fails at; 0 for none."""
        [program] = blocks("python", after="Asking from time to time")
        done = subprocess.run(
            [sys.executable, "-c", (DYING.format(at=dies_at) if dies_at else "") + program],
            env=self.names(), cwd=self.folder, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert ("died at its work" if dies_at else "") in done.stderr
        assert bool(dies_at) == bool(done.returncode), done.stderr
        return done.stdout.splitlines()

    def n8n(self, name: str, **more: Any) -> dict[str, Any]:
        if shutil.which("node") is None:
            pytest.skip("node not found: install Node.js to try the workflows of n8n")
        told = {"workflow": WORKFLOWS[name], "token": self.key, "settings": {}} | more
        done = subprocess.run(
            ["node", "-r", "./tests/zapier/present.js", "tests/zapier/n8n.js"],
            env=self.names(TESTS_PRESENT=str(present().timestamp())),
            cwd=ROOT, input=json.dumps(told), capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))


@pytest.fixture(name="follower")
def _follower(live_timetuna: LiveTimeTuna, tmp_path: Path) -> Follower:
    host = live_timetuna.new_host()
    key, page = live_timetuna.run_python(MAKE_KEY.format(host=host.pk))
    return Follower(live_timetuna, host, key, page, tmp_path)


@pytest.fixture(name="receiver")
def _receiver() -> Iterator[TakingServer]:
    with receiving() as server:
        yield server


def shape(told: Any) -> Any:
    return (
        {name: shape(value) for name, value in told.items()}
        if isinstance(told, dict)
        else type(told).__name__
    )


def holds(whole: Any, part: Any) -> bool:
    """Whether all that the example names is there, of the same kind."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and holds(whole[name], part[name]) for name in part
        )
    return bool(whole == part)


def as_n8n_gets(message: Received) -> dict[str, Any]:
    return {"headers": message.headers, "params": {}, "query": {}, "body": json.loads(message.body)}


def test_its_requests_and_its_program_do_what_it_says(follower: Follower, receiver: TakingServer) -> None:
    make, sample, remove = blocks("sh", after="Requests for every tool")
    [hook] = follower.run(make, HOOK=receiver.url)
    samples = follower.run(sample)
    assert [one["data"][0]["example"] for one in samples] == [True] * 3
    assert follower.poll() == []

    with closing(Guest(follower.host.page_url)) as guest:
        start = weekdays(1)[0]
        assert guest.send(guest.open_form(start)).status_code == 302
    created = receiver.wait_for("booking.created")
    booking = json.loads(created.body)["data"]
    fields = follower.n8n("bookings-as-they-happen", first=as_n8n_gets(created))["The booking"]
    later = {"start": (start + timedelta(hours=1)).isoformat()}
    follower.call("POST", f"/bookings/{booking['id']}/move", later)
    [example] = blocks("json", after="Requests for every tool")
    assert holds(shape(json.loads(receiver.wait_for("booking.moved").body)), shape(json.loads(example)))

    assert None not in fields.values()
    assert (fields["guest_name"], fields["event_id"]) == ("Sam Guest", created.headers["webhook-id"])
    assert (fields["page"], fields["host"], fields["booking_id"]) == (
        "Intro call",
        "Robin Host",
        booking["id"],
    )
    assert [line.split()[0] for line in follower.poll()] == ["booking.created", "booking.moved"]
    assert follower.poll() == []
    kept = follower.folder / "last-event"
    at = kept.read_text("utf-8").split()[1]
    kept.write_text(f"evt_nobodyknowsitanymore {at}", "utf-8")
    assert [line.split()[0] for line in follower.poll()][-1:] == ["booking.moved"]
    assert follower.poll() == []
    kept.unlink()
    assert [line.split()[0] for line in follower.poll(dies_at=2)] == ["booking.created"]
    assert [line.split()[0] for line in follower.poll()] == ["booking.moved"]
    assert follower.run(remove, WEBHOOK=hook["id"]) == [None]
    assert (
        follower.run('curl -s "$TIMETUNA/api/v1/webhooks" -H "Authorization: Bearer $KEY"')[0]["data"] == []
    )


def test_a_workflow_books_the_first_free_time_once(follower: Follower) -> None:
    settings = {"server": follower.live.base_url, "page": follower.page}

    first = follower.n8n("book-the-first-free-time", settings=settings)
    again = follower.n8n("book-the-first-free-time", settings=settings)

    assert first["Book"]["start"] == first["Free times"]["data"][0]["start"]
    assert first["Book"]["guest"]["email"] == "kim@example.org"
    assert (
        again["Book"]["code"] == "idempotency-mismatch"
    )  # the same run has another wish by now, and books no second
