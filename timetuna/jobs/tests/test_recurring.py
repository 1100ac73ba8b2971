"""Work that recurs: one row, however many workers, whatever becomes of a run."""

from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.jobs import queue
from timetuna.jobs.models import Job, Worker
from timetuna.jobs.queue import attempt

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]
runs = []


@pytest.fixture(autouse=True)
def work(monkeypatch):
    """Two kinds of work that recur, known to this test only."""
    queue.handlers()  # loaded now, they stay out of what is put in their place
    monkeypatch.setattr(queue, "_handlers", {})
    runs.clear()
    queue.job("trial.tick", every=timedelta(minutes=5))(lambda: runs.append("tick"))
    queue.job("trial.break", every=timedelta(hours=1))(lambda: 1 / 0)


def run_everything():
    worker = Worker.objects.create(machine="here", pid=1)
    while job := queue.claim(worker):
        attempt(job)()


def test_two_workers_write_it_down_once():
    queue.begin_recurring()
    queue.begin_recurring()

    assert sorted(Job.objects.values_list("name", flat=True)) == ["trial.break", "trial.tick"]


def test_it_waits_for_its_next_turn_whatever_became_of_this_one():
    queue.begin_recurring()

    run_everything()

    assert runs == ["tick"]
    now = present()
    due = {job.name: (job.state, round((job.run_at - now).total_seconds() / 60)) for job in Job.objects.all()}
    assert due == {"trial.tick": ("waiting", 5), "trial.break": ("waiting", 60)}


def test_a_turn_that_has_come_is_run_again():
    queue.begin_recurring()
    run_everything()

    Job.objects.update(run_at=present())
    run_everything()

    assert runs == ["tick", "tick"]
