"""Worker processes, told, killed and crowded, on a database of their own."""

import os
import signal
import time
from pathlib import Path

import pytest

from timetuna.jobs.tests.conftest import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.matrix(of="worker")]
IDLE_SECONDS = 3.0


@pytest.fixture
def enqueue(hand, trace):
    return lambda name, word="x", **more: hand("enqueue", name=name, file=str(trace.path), word=word, **more)


def states(hand):
    return [job["state"] for job in hand("jobs")]


@pytest.fixture
def end(tmp_path):
    return tmp_path / "end"


def share_of_cpu(pid, *, seconds):
    before = cpu_seconds(pid)
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / seconds


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

    assert min(waited) < 0.4  # the others may have waited for the machine
    wait_for(lambda: states(hand) == ["done"] * 5)


def test_two_workers_share_the_work_and_repeat_none(hand, start_worker, enqueue, trace):
    pids = {start_worker().pid, start_worker().pid}

    enqueue("trial.slow", milliseconds=20, times=60)

    wait_for(lambda: states(hand) == ["done"] * 60)
    assert trace.words().count("x-done") == 60
    assert set(trace.pids()) == pids


def test_two_workers_do_the_work_of_one_group_one_after_the_other(hand, start_worker, enqueue, trace):
    for _ in range(2):
        start_worker()

    enqueue("trial.slow", milliseconds=20, times=20, concurrency="booking:1")

    wait_for(lambda: states(hand) == ["done"] * 20)
    assert trace.words() == ["x", "x-done"] * 20


@pytest.mark.either("postgresql")
@pytest.mark.parametrize(
    ("stuck", "free"),
    [("trial.held_mail", "trial.note"), ("trial.held", "trial.mail"), ("trial.held_call", "trial.note")],
)
def test_a_server_that_says_nothing_holds_up_its_own_lane_only(
    hand, start_worker, enqueue, trace, end, stuck, free
):
    enqueue(stuck, word="late", until=str(end), times=12)
    start_worker()
    wait_for(lambda: states(hand).count("running") >= 4)

    enqueue(free, word="early", times=3)

    wait_for(lambda: states(hand).count("done") == 3)
    assert trace.words() == ["early"] * 3
    end.touch()
    wait_for(lambda: states(hand) == ["done"] * 15)


@pytest.mark.either("postgresql")
def test_calls_that_hang_hold_up_no_other_call(hand, start_worker, enqueue, trace, end):
    enqueue("trial.held_call", word="late", until=str(end), times=24)
    start_worker()
    wait_for(lambda: states(hand).count("running") == 24)

    enqueue("trial.call", word="early", times=40)

    wait_for(lambda: states(hand).count("done") == 40)
    assert trace.words() == ["early"] * 40
    end.touch()
    wait_for(lambda: states(hand) == ["done"] * 64)


@pytest.mark.either("postgresql")
def test_told_to_stop_it_finishes_what_is_under_way(hand, start_worker, enqueue, trace, end, worker_log):
    process = start_worker()
    enqueue("trial.watched", until=str(end))
    wait_for(trace.words)

    process.send_signal(signal.SIGTERM)
    wait_for(lambda: "finishes what is under way" in worker_log())
    enqueue("trial.note", word="later")
    end.touch()

    assert process.wait(30) == 0
    assert trace.words() == ["x", "x-done"]
    assert states(hand) == ["done", "waiting"]
    assert hand("workers") == []


@pytest.mark.either("postgresql")
def test_while_it_finishes_nobody_takes_it_for_dead(hand, start_worker, enqueue, trace, end, worker_log):
    process = start_worker()
    enqueue("trial.watched", until=str(end))
    wait_for(trace.words)
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: "finishes what is under way" in worker_log())

    hand("silence", seconds=60)  # as if a minute had passed

    wait_for(lambda: hand("alive"))  # the next heartbeat makes up for it
    assert hand("sweep") == 0
    assert states(hand) == ["running"]
    end.touch()
    assert process.wait(30) == 0
    assert trace.words() == ["x", "x-done"]


@pytest.mark.either("postgresql")
def test_killed_and_started_again_it_goes_on_at_once(hand, start_worker, enqueue, trace, end):
    process = start_worker()
    enqueue("trial.watched", until=str(end))
    wait_for(trace.words)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    hand("silence", seconds=-3_600)  # so that nobody waits for its heart to be missed

    again = start_worker()

    wait_for(lambda: len(trace.words()) == 2)
    assert trace.pids() == [process.pid, again.pid]
    end.touch()
    wait_for(lambda: states(hand) == ["done"])
    assert len(hand("workers")) == 1


@pytest.mark.either("postgresql")
def test_a_worker_that_lives_is_not_robbed(hand, start_worker, enqueue, trace, end):
    first = start_worker()
    enqueue("trial.watched", until=str(end))
    wait_for(trace.words)

    start_worker()
    end.touch()

    wait_for(lambda: states(hand) == ["done"])
    assert trace.lines() == [["x", str(first.pid)], ["x-done", str(first.pid)]]


@pytest.mark.either("postgresql")
def test_what_was_freed_meanwhile_is_done_again_and_counted_once(hand, start_worker, enqueue, trace, end):
    start_worker()
    enqueue("trial.watched", until=str(end))
    wait_for(trace.words)

    assert hand("silence_and_sweep", seconds=60) >= 1  # work that recurs may have been under way too

    wait_for(lambda: trace.words().count("x") == 2)
    end.touch()
    wait_for(lambda: trace.words().count("x-done") == 2 and states(hand) == ["done"])
    assert trace.words().count("x") == 2
    assert hand("jobs")[0]["attempts"] == 2
    wait_for(lambda: len(hand("workers")) == 1)  # it has signed on again, under its old number


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells so easily")
def test_idle_it_costs_next_to_nothing(start_worker):
    process = start_worker()

    wait_for(lambda: share_of_cpu(process.pid, seconds=IDLE_SECONDS) < 0.05)
