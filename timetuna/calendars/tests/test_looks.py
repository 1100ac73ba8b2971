"""How looks are shared and take turns. What is asked is held open here for as long as a test wants."""

import threading
import time
from types import SimpleNamespace

import pytest

from timetuna.calendars.actions import read_live
from timetuna.calendars.actions.read_live import LONGEST_SPAN, OF_CALENDAR, OF_HOST, OFTEN, Looks

pytestmark = pytest.mark.vendor

HOUR, DAY = 60, 1_440
ANSWER = ()


class Provider:
    """Answers looks when it is told to."""

    def __init__(self):
        self.open = threading.Event()
        self.asked = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        self.looks = Looks(self._ask)

    def _ask(self, look):
        with self._lock:
            self.asked.append(look.span)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.open.wait(20)
        with self._lock:
            self.at_once -= 1
        return ANSWER, ""

    def want(self, span, *, calendar=1, host=1, patience=20.0):
        row = SimpleNamespace(pk=calendar, account=SimpleNamespace(host_id=host))
        return self.looks.want(row, span, seconds=2.0, until=time.monotonic() + patience)


@pytest.fixture(name="provider")
def _provider():
    provider = Provider()
    yield provider
    provider.open.set()


def ended(*wanted):
    return all(look.finished.wait(20) and look.code == "" for look in wanted)


def test_whoever_asks_for_what_is_being_asked_joins(provider):
    day = provider.want((0, DAY))

    joined = [provider.want((9 * HOUR, 10 * HOUR)), provider.want((0, DAY))]

    assert joined == [day, day]
    provider.open.set()
    assert ended(day)
    assert provider.asked == [(0, DAY)]


def test_what_cannot_begin_waits_together_and_gets_its_turn(provider):
    running = [provider.want((day * DAY, (day + 1) * DAY)) for day in range(OF_CALENDAR)]
    later = [provider.want((day * DAY, (day + 1) * DAY)) for day in range(10, 30)]
    far = provider.want((400 * DAY, 401 * DAY))

    assert len(set(map(id, later))) == 1
    assert later[0].span == (10 * DAY, 30 * DAY)
    assert far is not later[0]
    provider.open.set()
    assert ended(*running, *later, far)
    assert len(provider.asked) == OF_CALENDAR + 2
    assert provider.most_at_once <= OF_CALENDAR
    assert all(end - begin <= LONGEST_SPAN for begin, end in provider.asked)


def test_a_stranger_s_many_looks_do_not_keep_a_guest_s_from_being_made(provider):
    for day in range(200):
        provider.want((day * 40 * DAY, (day * 40 + 1) * DAY), patience=0.0)

    mine = provider.want((5 * DAY, 6 * DAY))
    provider.open.set()

    assert ended(mine)
    assert len(provider.asked) <= OF_CALENDAR + 2  # those that nobody waits for are not made


def test_one_host_s_looks_leave_room_for_others(provider):
    for calendar in range(OF_HOST + 5):
        provider.want((0, DAY), calendar=calendar)

    provider.want((0, DAY), calendar=100, host=2)

    assert (provider.looks.of_host[1], provider.looks.of_host[2]) == (OF_HOST, 1)
    provider.open.set()
    assert ended(provider.want((0, DAY), calendar=OF_HOST + 4))


def test_an_answer_of_a_moment_ago_counts_only_where_many_ask(provider, monkeypatch):
    provider.open.set()
    made = []
    for _ in range(OFTEN + 3):
        made.append(provider.want((0, DAY)))
        assert ended(made[-1])

    assert len({id(look) for look in made}) == OFTEN
    monkeypatch.setattr(read_live, "WITHIN_SECONDS", 0.0)
    assert provider.want((0, DAY)) is not made[-1]


def test_only_the_first_stores_and_who_comes_later_waits_for_it(provider):
    provider.open.set()
    look = provider.want((0, DAY))
    assert ended(look)
    stored = []

    def store(one):
        stored.append(one)
        return len(stored) > 1

    assert [look.once_stored(store) for _ in range(3)] == [False, True, True]
    assert stored == [look, look]


def test_a_look_that_breaks_is_no_answer(provider, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda *_: None)
    broken = Looks(lambda _look: 1 / 0)
    row = SimpleNamespace(pk=1, account=SimpleNamespace(host_id=1))

    look = broken.want(row, (0, DAY), seconds=2.0, until=time.monotonic() + 20)

    assert look.finished.wait(20)
    assert look.code == "broke"
