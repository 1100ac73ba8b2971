"""Who keeps a worker waiting takes no place from those who answer."""

import threading

import pytest

from timetuna.jobs import calls, queue
from timetuna.jobs.calls import AT_ONCE, HUNG_AT_ONCE, IN_ALL, CallSlots, outside
from timetuna.jobs.models import CALLS, Job, Worker


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets."""

    class Clock:
        now = 1_000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(calls, "time", clock)
    return clock


def test_so_many_begin_at_once_and_who_waits_for_an_answer_is_no_longer_counted(clock):
    slots = CallSlots()
    for number in range(AT_ONCE):
        assert slots.free()
        slots.begin(number, f"hook:{number}")
    assert not slots.free()

    clock.now += 1.5
    assert slots.free(), "they hang, and others may begin"
    for number in range(AT_ONCE, IN_ALL):
        slots.begin(number, f"hook:{number}")
        clock.now += 1.5
    assert not slots.free(), "but not without end"

    slots.end(0)
    assert slots.free()
    assert slots.over == 1


def test_of_those_that_hung_lately_a_few_are_called_at_once(clock):
    slots = CallSlots()
    for number in range(HUNG_AT_ONCE + 2):
        slots.begin(number, f"hook:{number}")
    clock.now += 15
    for number in range(HUNG_AT_ONCE + 2):
        slots.end(number)
    assert slots.avoided() == []

    for number in range(HUNG_AT_ONCE):
        slots.begin(number, f"hook:{number}")
    assert f"hook:{HUNG_AT_ONCE}" in slots.avoided(), "enough of them are called as it is"
    assert "hook:99" not in slots.avoided()

    clock.now += 0.1
    slots.end(0)
    assert "hook:0" not in slots.avoided(), "it answers again"
    clock.now += 1_300
    assert slots.avoided() == [], "it is forgotten"


@pytest.mark.django_db
def test_groups_that_are_to_wait_are_not_claimed():
    worker = Worker.objects.create(machine="test", pid=1)
    for group in ("hook:1", "hook:2"):
        Job.objects.create(name="trial.call", lane=CALLS, concurrency=group)

    assert queue.claim(worker, lane=CALLS, without=["hook:1"]).concurrency == "hook:2"
    assert queue.claim(worker, lane=CALLS, without=["hook:1"]) is None
    assert queue.claim(worker, lane=CALLS).concurrency == "hook:1"


def test_beyond_so_many_their_connections_to_the_database_are_given_back(monkeypatch):
    given_back = []
    monkeypatch.setattr(calls.connections, "close_all", lambda: given_back.append(True))
    enough, over = threading.Barrier(AT_ONCE + 1), threading.Event()

    def wait():
        with outside():
            enough.wait()
            over.wait()

    waiting = [threading.Thread(target=wait) for _ in range(AT_ONCE)]
    for thread in waiting:
        thread.start()
    enough.wait()
    assert given_back == []
    with outside():
        assert given_back == [True]
    over.set()
    for thread in waiting:
        thread.join()
    with outside():
        assert given_back == [True]


@pytest.mark.django_db
def test_what_was_done_along_is_done_and_what_others_have_is_theirs():
    rows = [Job.objects.create(name="trial.call", key=f"k{number}", lane=CALLS) for number in range(3)]
    Job.objects.filter(pk=rows[2].pk).update(state="running")

    queue.done_beside(["k0", "k2"])

    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == ["done", "waiting", "running"]
