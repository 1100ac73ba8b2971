"""Killed at any statement of taking an import over, all of it is made or nothing, and the next click makes it whole."""

import json
import subprocess
import sys

import pytest

from tests.running import ROOT, resting_timetuna
from tests.sampling import share_within

pytestmark = [pytest.mark.slow, pytest.mark.matrix(of="kill")]


@pytest.mark.either
def test_killed_at_any_statement_nothing_is_half_made(tmp_path):
    with resting_timetuna(tmp_path) as resting:
        host = resting.new_host()
        environment = {**resting.environment, "DJANGO_SETTINGS_MODULE": "timetuna.settings"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.dying_import", str(host.pk), *map(str, share_within())],
            env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    first, *runs = map(json.loads, done.stdout.splitlines())
    *killed, last = runs

    assert len(killed) >= 12 // share_within()[1]
    assert {run["ended"] for run in killed} <= {"died: before a statement", "died: before a commit"}
    assert all(run["counts"] == first["before"] for run in killed)
    assert last["ended"] == "done"
    made = [after - before for after, before in zip(last["counts"], first["before"], strict=True)]
    assert made == [3, 1, 3, 3, 4, 3, 1]
