"""Killed at any commit of a request or before its answer, the server has done it once, and the retry is told so."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.running import ROOT, resting_timetuna

pytestmark = [pytest.mark.slow, pytest.mark.matrix(of="kill")]
DONE = {
    "book": {"status": 201, "bookings": 1, "entries": 1},
    "move": {"status": 200, "bookings": 1, "entries": 2},
    "cancel": {"status": 200, "bookings": 1, "entries": 2},
    "link": {"status": 201, "links": 1},
}
"""What there is of each in the end."""


@pytest.mark.either
def test_killed_at_each_commit_the_same_request_is_done_once(tmp_path):
    with resting_timetuna(tmp_path, TIMETUNA_API_LIMIT="10000") as live:
        host = live.new_host()
        done = subprocess.run(
            [sys.executable, "-m", "tests.dying_request", str(host.pk)],
            env={**live.environment, "DJANGO_SETTINGS_MODULE": "timetuna.settings"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr[-4_000:]
    runs = [json.loads(line) for line in done.stdout.splitlines()]

    for run in runs:
        wanted = DONE[run["asked"]]
        assert {name: run[name] for name in wanted} == wanted, run
        assert run["equal"], run
    died = Counter((run["asked"], run["step"].rpartition(" ")[0]) for run in runs if run["died"])
    steps = {f"{side} {what}" for side in ("before", "after") for what in ("a commit", "an answer")}
    assert {*died} == {(asked, step) for asked in DONE for step in steps}
    kept = [run for run in runs if run["died"] and run["step"] == "after an answer 1"]
    assert [run["again"] for run in kept] == [True] * len(DONE)
