"""docs/api.md: its list of problems is the API's, its addresses are there, and its programs run."""

import os
import re
import subprocess
import sys
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.clock import present
from tests.running import LiveTimeTuna
from timetuna.api.faults import MEANINGS
from timetuna.api.problems import PROBLEMS
from timetuna.api.scopes import ApiScope
from timetuna.api.urls import PARTS

TEXT = (Path(__file__).resolve().parent.parent / "docs/api.md").read_text(encoding="utf-8")
MAKE_KEY = """
from django.utils import timezone
from timetuna.accounts.models import User
from timetuna.api.actions.keys import NewKey, create_key
from timetuna.pages.models import BookingPage
host = User.objects.get(pk={host})
_, token = create_key(host, NewKey(name="CRM", scopes=["bookings", "pages:write", "teams:write"]), now=timezone.now())
answer([token, BookingPage.objects.get(host=host).public_id])
"""
STORED = """
from timetuna.bookings.models import Booking
answer(list(Booking.objects.filter(host={host}).order_by("pk").values_list("status", flat=True)))
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)


def test_its_list_of_problems_is_the_one_there_is():
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", TEXT, flags=re.MULTILINE)

    assert rows == [(str(code), str(int(status))) for code, (status, _) in PROBLEMS.items()]
    table = TEXT[TEXT.index("| code | what is wrong there |") : TEXT.index("## What there is")]
    told = re.findall(r"^\| `([a-z]+)` \| (.+) \|$", table, flags=re.MULTILINE)
    assert told == [(str(code), meaning) for code, meaning in MEANINGS.items()]


def test_it_says_how_large_a_body_may_be(settings):
    assert f"A body may have {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes" in TEXT


def test_every_scope_is_told():
    table = TEXT[TEXT.index("| scope |") : TEXT.index("What is somebody else's")]
    told = {
        name for row in table.strip().splitlines() for name in re.findall(r"`([a-z:]+)`", row.split("|")[1])
    }

    assert told == {str(one) for one in ApiScope}


def test_every_address_is_told():
    told = set(re.findall(r"`(/[a-z/{}]+)`", TEXT[TEXT.index("## What there is") :]))
    told |= {f"/bookings/{{id}}/{name}" for name in ("cancel", "approve", "decline", "reassign", "guests")}
    routes = [route for part in PARTS for route in part.router.path_operations]

    assert told == {re.sub(r"\{[a-z_]+\}", "{id}", route) for route in routes}


@pytest.mark.slow
@pytest.mark.either
@pytest.mark.matrix(of="server")
def test_its_programs_run(live_timetuna: LiveTimeTuna, tmp_path: Path):
    host = live_timetuna.new_host()
    key, page = live_timetuna.run_python(MAKE_KEY.format(host=host.pk))
    monday = present().astimezone(UTC).date()
    monday += timedelta(days=14 - monday.weekday())
    shell = "\n".join(line for block in blocks("sh") for line in block.splitlines() if "export" not in line)
    shell = shell.replace("2027-03-01", f"{monday}").replace("2027-03-08", f"{monday + timedelta(days=7)}")
    shell = shell.replace("2027-03-02", f"{monday + timedelta(days=1)}").replace(
        "curl -s ", "curl -sS --fail-with-body "
    )
    shell = shell.replace('"kim@example.org\\"', '"kim@example.org\\", \\"phone\\": \\"+1 212 555 0123\\"')
    python = "\n".join(blocks("python")).replace(
        "datetime.now(UTC)", f'datetime.fromisoformat("{present().isoformat()}")'
    )
    names = {"TIMETUNA": live_timetuna.base_url, "KEY": key, "PAGE": page, "PATH": os.environ["PATH"]}

    for command in (["bash", "-euc", shell], [sys.executable, "-c", python]):
        done = subprocess.run(
            command, env=names, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "cancelled_by_host\ngood\n"
    assert live_timetuna.run_python(STORED.format(host=host.pk)) == ["confirmed", "cancelled_by_host"]
