from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.clock import present
from timetuna.jobs import queue
from timetuna.jobs.models import Job, Worker
from timetuna.jobs.queue import GENERAL, MAIL
from timetuna.jobs.tests.conftest import enqueue, make_worker, only_job

pytestmark = pytest.mark.vendor

State = Job.State


class Undone(Exception):  # noqa: N818
    pass


def claimed(worker):
    enqueue()
    return queue.claim(worker)


def stored():
    return Job.objects.values_list("state", "worker", "attempts").get()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_work():
    with suppress(Undone), transaction.atomic():
        enqueue(booking=1)
        raise Undone

    assert not Job.objects.exists()


def test_a_job_carries_what_its_handler_needs(db):
    at = datetime(2030, 1, 1, 12, tzinfo=UTC)

    enqueue(key="k", concurrency="booking:1", at=at, booking=1, kind="moved")

    job = only_job()
    assert (job.name, job.key, job.concurrency, job.run_at) == ("trial", "k", "booking:1", at)
    assert job.arguments == {"booking": 1, "kind": "moved"}
    assert (job.state, job.attempts) == ("waiting", 0)


def test_the_same_key_is_one_job_even_when_it_is_done(worker):
    for _ in range(2):
        enqueue(key="mail:1")
    queue.finish(queue.claim(worker))

    enqueue(key="mail:1")

    assert only_job().state == State.DONE


def test_without_a_key_every_call_is_a_job(db):
    for _ in range(2):
        enqueue()

    assert Job.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_work_that_is_stored_stays_when_nobody_can_be_woken(monkeypatch, caplog):
    def unreachable():
        raise DatabaseError

    monkeypatch.setattr(queue, "_wake", unreachable)

    with transaction.atomic():
        enqueue()

    assert only_job().state == State.WAITING


def test_the_longest_due_comes_first_and_the_future_waits(worker):
    now = present()
    for name, seconds in (("second", 5), ("first", 10), ("future", -60)):
        enqueue(name, at=now - timedelta(seconds=seconds))

    jobs = [queue.claim(worker) for _ in range(3)]

    assert [job and job.name for job in jobs] == ["first", "second", None]


def test_each_lane_is_claimed_by_itself(worker):
    enqueue("letter", lane=MAIL)
    enqueue("meeting")

    claimed = [queue.claim(worker, lane=lane) for lane in (MAIL, MAIL, GENERAL, GENERAL)]

    assert [job and job.name for job in claimed] == ["letter", None, "meeting", None]


def test_all_mails_have_a_lane_of_their_own():
    assert {name for name, handler in queue.handlers().items() if handler.lane == MAIL} == {
        "accounts.send_mail",
        "bookings.follow_up",
        "bookings.mail",
        "bookings.reminder",
        "bookings.sample_mail",
        "bookings.text_code",
        "calendars.mended_mail",
        "calendars.reconnect_mail",
        "calendars.trouble_mail",
        "payments.account_mail",
        "webhooks.trouble_mail",
    }


def test_of_one_booking_one_job_runs_at_a_time_and_mails_as_they_come(worker):
    enqueue("fulfil", concurrency="booking:1")
    enqueue("remove", concurrency="booking:1")
    enqueue("other", concurrency="booking:2")
    for _ in range(2):
        enqueue("mail", concurrency="booking:1", lane=MAIL)
    for _ in range(2):
        enqueue("loose")

    first = [queue.claim(worker) for _ in range(7)]

    assert [job and job.name for job in first] == ["fulfil", "other", "mail", "mail", "loose", "loose", None]
    queue.postpone(first[0], "Zoom is down.", at=present() + timedelta(hours=1))
    assert queue.claim(worker).name == "remove"


def test_the_database_refuses_a_second_one_whoever_begins_it(worker):
    for _ in range(2):
        enqueue(concurrency="booking:1")
    queue.claim(worker)

    with transaction.atomic(), pytest.raises(IntegrityError):
        queue._take(Job.objects.filter(state=State.WAITING), worker)


def test_a_job_knows_when_it_was_first_tried(worker):
    enqueue("a")
    first = queue.claim(worker)
    queue.postpone(first, "Zoom is down.", at=present())

    second = queue.claim(worker)

    assert second.tried_at == first.tried_at
    queue.postpone(second, "Zoom is down.")
    queue.retry_now(Job.objects.all())
    assert queue.claim(worker).tried_at > first.tried_at


def test_a_claimed_job_is_nobody_elses(worker):
    job = claimed(worker)

    assert queue.claim(make_worker(2)) is None
    assert stored() == ("running", worker.pk, 1)
    assert job.attempts == 1


def test_finished_failed_postponed(worker):
    later = present() + timedelta(hours=3)
    for name in "abc":
        enqueue(name)
    queue.finish(queue.claim(worker))
    queue.fail(queue.claim(worker), "Zoom refused.")
    queue.postpone(queue.claim(worker), "Zoom is down.", at=later)

    rows = Job.objects.order_by("name").values_list("state", "last_error", "worker")
    assert list(rows) == [
        ("done", "", None),
        ("failed", "Zoom refused.", None),
        ("waiting", "Zoom is down.", None),
    ]
    assert Job.objects.get(name="c").run_at == later


def test_an_error_is_stored_as_one_harmless_line(worker):
    queue.fail(claimed(worker), "Zoom said\x00:\r\n" + "x" * 600)

    assert only_job().last_error == "Zoom said: " + "x" * 488 + "…"


@pytest.mark.parametrize(
    "settle", [queue.finish, lambda j: queue.fail(j, "x"), lambda j: queue.postpone(j, "x")]
)
def test_a_worker_thought_dead_cannot_settle_what_another_took_over(worker, settle, caplog):
    other = make_worker(2)
    job = claimed(worker)
    queue.release([worker.pk])
    queue.claim(other)

    settle(job)

    assert stored() == ("running", other.pk, 2)
    assert "taken over" in caplog.text


def test_a_worker_that_comes_back_cannot_settle_its_own_second_try(worker):
    job = claimed(worker)
    queue.release([worker.pk])
    queue.claim(worker)

    queue.finish(job)

    assert stored() == ("running", worker.pk, 2)


def test_nor_what_waits_for_another_try(worker):
    job = claimed(worker)
    queue.release([worker.pk])

    queue.finish(job)

    assert stored() == ("waiting", None, 1)


def test_the_sweep_frees_the_jobs_of_silent_workers_only(worker):
    silent = make_worker(2, heartbeat_at=present() - queue.DEAD_AFTER - timedelta(seconds=1))
    slow = make_worker(3, heartbeat_at=present() - queue.DEAD_AFTER + timedelta(seconds=5))
    for name in "abc":
        enqueue(name)
    for each in (worker, silent, slow):
        queue.claim(each)

    freed = queue.sweep()

    assert freed == 1
    rows = Job.objects.order_by("name").values_list("state", "worker")
    assert list(rows) == [("running", worker.pk), ("waiting", None), ("running", slow.pk)]
    assert set(Worker.objects.values_list("pk", flat=True)) == {worker.pk, slow.pk}
    assert queue.claim(worker).name == "b"


def test_the_sweep_finds_jobs_whose_workers_row_is_gone(worker):
    claimed(worker)
    Worker.objects.all().delete()

    assert queue.sweep() == 1
    assert stored() == ("waiting", None, 1)


def test_a_job_that_takes_its_workers_down_is_not_begun_at_once_again(worker, settings):
    settings.RETRY_SECONDS = 10
    claimed(worker)
    Job.objects.update(attempts=settings.BROKEN_JOB_ATTEMPTS)

    assert queue.release([worker.pk]) == 1
    assert only_job().run_at > present() + timedelta(minutes=15)


def test_old_work_is_forgotten_failures_are_not(db):
    long_ago = present() - queue.KEPT_FOR - timedelta(days=1)
    for state in State:
        Job.objects.create(name=state, state=state, finished_at=long_ago)
    Job.objects.create(name="recent", state=State.DONE, finished_at=present())

    assert queue.forget_old() == 1
    assert set(Job.objects.values_list("name", flat=True)) == {"waiting", "running", "failed", "recent"}


def test_pauses_grow_jitter_and_end_at_an_hour(settings):
    settings.RETRY_SECONDS = 10
    tries = {attempt: [queue.pause(attempt).total_seconds() for _ in range(200)] for attempt in (1, 2, 5, 9)}

    for attempt, seconds in tries.items():
        middle = 10 * 2 ** (attempt - 1)
        assert middle * 0.8 <= min(seconds) < middle < max(seconds) <= middle * 1.2
    assert queue.pause(10_000) == queue.LONGEST_PAUSE


def test_retry_now_gives_waiting_and_failed_jobs_fresh_attempts(worker):
    for name in "abcd":
        enqueue(name)
    queue.finish(queue.claim(worker))
    queue.fail(queue.claim(worker), "x")
    queue.postpone(queue.claim(worker), "x", at=present() + timedelta(days=1))
    running = queue.claim(worker)

    assert queue.retry_now(Job.objects.all()) == 2

    rows = Job.objects.order_by("name").values_list("state", "attempts", "finished_at")
    assert list(rows)[1:3] == [("waiting", 0, None), ("waiting", 0, None)]
    assert Job.objects.get(name="a").state == State.DONE
    assert Job.objects.get(pk=running.pk).worker_id == worker.pk
    assert {queue.claim(worker).name, queue.claim(worker).name} == {"b", "c"}


def test_how_long_work_has_been_waiting(db):
    assert queue.oldest_waiting_seconds() == 0.0
    enqueue("future", at=present() + timedelta(minutes=1))
    assert queue.oldest_waiting_seconds() == 0.0

    enqueue("late", at=present() - timedelta(seconds=30))

    assert 30 <= queue.oldest_waiting_seconds() < 35


def test_a_worker_is_alive_while_its_heart_beats(db):
    assert not queue.worker_alive()
    make_worker(heartbeat_at=present() - timedelta(seconds=20))
    assert not queue.worker_alive()

    make_worker(2)

    assert queue.worker_alive()


def test_a_look_without_work_takes_no_lock(worker, django_assert_num_queries):
    enqueue("future", at=present() + timedelta(minutes=1))

    with django_assert_num_queries(1) as seen:
        assert queue.claim(worker) is None

    assert not any("BEGIN" in query["sql"] or "UPDATE" in query["sql"] for query in seen.captured_queries)
    assert connection.in_atomic_block  # the test's own
