"""The tests' own present: the same in every process they start, and nobody else's business."""

import os
import subprocess
import sys
import time
from datetime import datetime, timedelta

import pytest

from tests import clock
from tests.clock import present
from tests.startup import sitecustomize

CLOCKS = "import time, datetime; print(datetime.datetime.now(datetime.UTC).isoformat(), time.monotonic())"


def child(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_processes_live_in_the_present_of_the_tests_and_wait_by_the_machines_clock() -> None:
    before, waited = present(), time.monotonic()

    moment, monotonic = child(CLOCKS, **os.environ).split()

    slack = timedelta(seconds=1)  # a machine's clock may be set meanwhile
    assert before - slack <= datetime.fromisoformat(moment) <= present() + slack
    assert waited <= float(monotonic) <= time.monotonic()


def test_no_environment_alone_moves_a_clock() -> None:
    alone = clock.without_clock() | {sitecustomize.AHEAD: "1", clock.CHOICE: "29-february"}

    assert child("import sys; print('time_machine' in sys.modules)", **alone) == "False"


@pytest.mark.parametrize("name", clock.MOMENTS)
def test_every_moment_can_be_come_to(name: str) -> None:
    set_by_nobody = clock.without_clock() | {clock.CHOICE: name}
    code = "from tests import clock; clock.set_clock(); print(clock.present().isoformat())"

    there = datetime.fromisoformat(child(code, **set_by_nobody))

    assert timedelta(0) <= there - datetime.fromisoformat(clock.MOMENTS[name]) < timedelta(minutes=1)


def test_a_commit_is_tried_at_a_moment_that_its_hash_chooses() -> None:
    hashes = [f"{number:040x}" for number in range(100)]

    assert {clock.moment_for(one) for one in hashes} == set(clock.MOMENTS)
