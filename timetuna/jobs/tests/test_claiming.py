"""Many threads at one table, in a process of their own: the test's in-memory database locks unlike a real one."""

import pytest

pytestmark = pytest.mark.slow


def test_eight_threads_claim_two_hundred_jobs_once_each(hand, trace):
    hand("enqueue", name="trial.note", file=str(trace.path), word="x", times=200)

    claimed = hand("claim_all", threads=8)

    assert claimed == [1] * 200
    assert {(job["state"], job["attempts"]) for job in hand("jobs")} == {("done", 1)}
