"""Worker processes, told, killed and crowded, on a database of their own."""

import os
import signal
import time
from pathlib import Path

import pytest

from timetuna.jobs.tests.conftest import wait_for

pytestmark = pytest.mark.slow
IDLE_SECONDS = 3.0


@pytest.fixture
def enqueue(hand, trace):
    return lambda name, word="x", **more: hand("enqueue", name=name, file=str(trace.path), word=word, **more)


def states(hand):
    return [job["state"] for job in hand("jobs")]


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_work_of_another_process_is_begun_at_once(hand, start_worker, enqueue, trace):
    start_worker()
    waited = []
    for number in range(5):
        time.sleep(0.3)
        begun = time.monotonic()
        enqueue("trial.note", word=str(number))
        wait_for(lambda number=number: len(trace.words()) > number)
        waited.append(time.monotonic() - begun)

    assert max(waited) < 1
    assert sorted(waited)[2] < 0.4
    wait_for(lambda: states(hand) == ["done"] * 5)


def test_two_workers_share_the_work_and_repeat_none(hand, start_worker, enqueue, trace):
    pids = {start_worker().pid, start_worker().pid}

    enqueue("trial.slow", milliseconds=20, times=60)

    wait_for(lambda: states(hand) == ["done"] * 60, seconds=15)
    assert trace.words().count("x-done") == 60
    assert set(trace.pids()) == pids


@pytest.mark.parametrize(("stuck", "free"), [("trial.held_mail", "trial.note"), ("trial.held", "trial.mail")])
def test_a_server_that_says_nothing_holds_up_its_own_lane_only(
    hand, start_worker, enqueue, trace, tmp_path, stuck, free
):
    end = tmp_path / "end"
    enqueue(stuck, word="late", until=str(end), times=12)
    start_worker()
    wait_for(lambda: states(hand).count("running") >= 4)

    enqueue(free, word="early", times=3)

    wait_for(lambda: states(hand).count("done") == 3)
    assert trace.words() == ["early"] * 3
    end.touch()
    wait_for(lambda: states(hand) == ["done"] * 15)


def test_told_to_stop_it_finishes_what_is_under_way(hand, start_worker, enqueue, trace):
    process = start_worker()
    enqueue("trial.slow", milliseconds=1_500)
    wait_for(trace.words)

    process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    enqueue("trial.note", word="later")

    assert process.wait(10) == 0
    assert trace.words() == ["x", "x-done"]
    assert states(hand) == ["done", "waiting"]
    assert hand("workers") == []


def test_while_it_finishes_nobody_takes_it_for_dead(hand, start_worker, enqueue, trace):
    process = start_worker()
    enqueue("trial.slow", milliseconds=6_000)
    wait_for(trace.words)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)

    hand("silence", seconds=60)  # as if a minute had passed

    wait_for(lambda: hand("alive"))  # the next heartbeat makes up for it
    assert hand("sweep") == 0
    assert states(hand) == ["running"]
    assert process.wait(10) == 0
    assert trace.words() == ["x", "x-done"]


def test_killed_and_started_again_it_goes_on_at_once(hand, start_worker, enqueue, trace):
    process = start_worker()
    enqueue("trial.slow", milliseconds=2_000)
    wait_for(trace.words)
    process.send_signal(signal.SIGKILL)
    process.wait(10)

    again = start_worker()

    wait_for(lambda: len(trace.words()) == 2, seconds=2)
    assert trace.pids() == [process.pid, again.pid]
    wait_for(lambda: states(hand) == ["done"])
    assert len(hand("workers")) == 1


def test_a_worker_that_lives_is_not_robbed(hand, start_worker, enqueue, trace):
    first = start_worker()
    enqueue("trial.slow", milliseconds=1_000)
    wait_for(trace.words)

    start_worker()

    wait_for(lambda: states(hand) == ["done"])
    assert trace.lines() == [["x", str(first.pid)], ["x-done", str(first.pid)]]


def test_what_was_freed_meanwhile_is_done_again_and_counted_once(hand, start_worker, enqueue, trace):
    start_worker()
    enqueue("trial.slow", milliseconds=1_500)
    wait_for(trace.words)

    hand("silence", seconds=60)
    assert hand("sweep") >= 1  # work that recurs may have been under way too

    wait_for(lambda: states(hand) == ["done"], seconds=8)
    assert trace.words().count("x") == 2
    assert hand("jobs")[0]["attempts"] == 2
    wait_for(lambda: len(hand("workers")) == 1)  # it has signed on again, under its old number


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells so easily")
def test_idle_it_costs_next_to_nothing(start_worker):
    process = start_worker()
    time.sleep(1)
    before = cpu_seconds(process.pid)

    time.sleep(IDLE_SECONDS)

    assert (cpu_seconds(process.pid) - before) / IDLE_SECONDS < 0.05
