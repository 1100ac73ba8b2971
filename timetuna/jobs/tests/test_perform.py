import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError

from tests.clock import present
from timetuna.jobs import queue
from timetuna.jobs.models import Job
from timetuna.jobs.queue import GiveUp, Retry, attempt
from timetuna.jobs.tests.conftest import enqueue, only_job

pytestmark = pytest.mark.vendor

UNEXPECTED = "Something unexpected went wrong; the server's log says what."


@pytest.fixture
def run(worker, handler):
    """Let the function be the handler, and run the job once."""

    def run(function, **ids):
        handler(function)
        if not Job.objects.exists():
            enqueue(**ids)
        Job.objects.update(run_at=present())
        attempt(queue.claim(worker))()
        return only_job()

    return run


def raising(error):
    def function(**_ids):
        raise error

    return function


def test_the_handler_gets_the_ids(run):
    got = []

    job = run(lambda **ids: got.append(ids), booking=17, kind="moved")

    assert got == [{"booking": 17, "kind": "moved"}]
    assert (job.state, job.last_error) == ("done", "")
    assert job.finished_at is not None


def test_an_earlier_error_is_gone_once_it_worked(run):
    assert run(raising(Retry("Zoom is down."))).last_error == "Zoom is down."

    job = run(lambda: None)

    assert (job.state, job.last_error, job.attempts) == ("done", "", 2)


def test_an_order_to_try_again_waits_and_says_why(run):
    at = present() + timedelta(hours=2)

    job = run(raising(Retry("Zoom is down.", at=at)))

    assert (job.state, job.last_error, job.run_at, job.worker) == ("waiting", "Zoom is down.", at, None)


def test_an_order_to_try_again_has_no_last_time(run, settings):
    for _ in range(settings.BROKEN_JOB_ATTEMPTS + 2):
        job = run(raising(Retry("Zoom is down.")))

    assert (job.state, job.attempts) == ("waiting", settings.BROKEN_JOB_ATTEMPTS + 2)


def test_an_order_to_give_up_ends_it(run):
    job = run(raising(GiveUp("Zoom refused.")))

    assert (job.state, job.last_error, job.attempts) == ("failed", "Zoom refused.", 1)


@pytest.mark.parametrize("error", [ZeroDivisionError("secret"), IntegrityError("secret")])
def test_what_breaks_is_tried_again_and_ends_some_time(run, settings, error):
    for number in range(1, settings.BROKEN_JOB_ATTEMPTS):
        job = run(raising(error))
        assert (job.state, job.attempts, job.last_error) == ("waiting", number, UNEXPECTED)

    job = run(raising(error))

    assert (job.state, job.last_error) == ("failed", UNEXPECTED)


def test_a_database_that_is_away_is_no_fault_of_the_job(worker, handler, settings, monkeypatch):
    monkeypatch.setattr("timetuna.jobs.worker.connections.close_all", lambda: None)  # the test's would go too
    handler(raising(OperationalError("server closed the connection")))
    enqueue()
    Job.objects.update(attempts=settings.BROKEN_JOB_ATTEMPTS)

    attempt(queue.claim(worker))()

    assert only_job().state == "waiting"
    assert only_job().last_error == "The database did not answer; trying again."


def test_unknown_work_fails_with_a_sentence(worker):
    enqueue("from.the.future")

    attempt(queue.claim(worker))()

    assert only_job().state == "failed"
    assert only_job().last_error == "This version of TimeTuna does not know the work 'from.the.future'."


def test_arguments_that_the_handler_does_not_know_break_it(run):
    job = run(lambda: None, calendar=1)

    assert (job.state, job.last_error) == ("waiting", UNEXPECTED)


def test_what_is_done_can_be_written_down_later_and_twice(worker, handler):
    handler(lambda: None)
    enqueue()
    settle = attempt(queue.claim(worker))
    assert only_job().state == "running"

    settle()
    settle()

    assert only_job().state == "done"


def test_the_log_names_the_job_and_never_what_it_carries(run, caplog):
    caplog.set_level(logging.DEBUG, "timetuna.jobs")

    run(raising(Retry("Mail to sam@guest.example waits.")), word="sam@guest.example")

    assert "trial" in caplog.text
    assert "sam@guest.example" not in caplog.text


def test_two_handlers_of_one_name_are_refused(handler):
    handler(lambda: None)

    with pytest.raises(ValueError, match="Two handlers are called trial"):
        queue.job("trial")(lambda: None)
