from datetime import UTC, datetime

import pytest
import time_machine

from timetuna.rate_limits.limits import (
    GrowingDelay,
    Limit,
    forget,
    give_back,
    now,
    spend,
    spend_all,
    used,
    wait,
)
from timetuna.rate_limits.store import CLOCKS_DIFFER, CounterRow, store

BEGIN = datetime(2026, 2, 3, 10, 30, 15, tzinfo=UTC)
LIMIT = Limit("trial", (3, 60), (5, 3_600))
DELAY = GrowingDelay("trial-delay", free=2, first=5, longest=30, memory=600)

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


@pytest.fixture(name="clock")
def _clock():
    with time_machine.travel(BEGIN, tick=False) as traveller:
        yield traveller


def test_within_a_limit_nobody_waits_and_beyond_it_one_hears_for_how_long(clock):
    assert [spend(LIMIT, "ada") for _ in range(3)] == [0.0, 0.0, 0.0]

    clock.shift(20)

    assert spend(LIMIT, "ada") == 40.0
    assert spend(LIMIT, "bob") == 0.0


def test_a_window_begins_with_the_first_and_ends_as_a_whole(clock):
    spend(LIMIT, "ada", 3)
    clock.shift(59.5)
    assert spend(LIMIT, "ada") == pytest.approx(1.0)
    clock.shift(0.5)
    assert spend(LIMIT, "ada") == 0.0
    assert used(LIMIT, "ada") == 1


def test_the_longer_window_goes_on(clock):
    spend(LIMIT, "ada", 3)
    clock.shift(60)
    assert [spend(LIMIT, "ada") for _ in range(3)] == [0.0, 0.0, 3_540.0]


def test_what_is_refused_uses_nothing_up(clock):
    spend(LIMIT, "ada", 3)
    for _ in range(20):
        spend(LIMIT, "ada")

    assert (used(LIMIT, "ada"), used(LIMIT, "ada", window=1)) == (3, 3)
    clock.shift(60)
    assert spend(LIMIT, "ada") == 0.0


def test_several_limits_count_all_or_none(clock):
    other = Limit("other", (1, 30))
    assert spend_all((LIMIT, "ada"), (other, "mailbox")) == 0.0

    assert spend_all((LIMIT, "ada"), (other, "mailbox")) == 30.0

    assert used(LIMIT, "ada") == 1
    assert wait((LIMIT, "ada")) == 0.0
    assert wait((LIMIT, "ada"), (other, "mailbox")) == 30.0


def test_a_cost_that_does_not_fit_waits_and_a_smaller_one_does_not(clock):
    spend(LIMIT, "ada", 2)

    assert spend(LIMIT, "ada", 2) == 60.0
    assert spend(LIMIT, "ada", 1) == 0.0


def test_what_never_fits_is_never_let_through(clock):
    assert spend(LIMIT, "ada", 4) == 60.0
    assert used(LIMIT, "ada") == 0


def test_the_same_limit_named_twice_counts_once(clock):
    assert spend_all((LIMIT, "ada"), (LIMIT, "ada")) == 0.0
    assert used(LIMIT, "ada") == 1


def test_a_delay_grows_up_to_its_longest_and_is_forgotten(clock):
    waits = []
    for _ in range(7):
        assert spend(DELAY, "ada") == 0.0
        waits.append(wait((DELAY, "ada")))
        clock.shift(waits[-1])

    assert waits == [0.0, 5.0, 10.0, 20.0, 30.0, 30.0, 30.0]
    clock.shift(600)
    assert [spend(DELAY, "ada") for _ in range(2)] == [0.0, 0.0]
    assert used(DELAY, "ada") == 2


def test_a_try_during_a_delay_makes_it_no_longer(clock):
    for _ in range(3):
        spend(DELAY, "ada")
    clock.shift(3)

    assert [spend(DELAY, "ada") for _ in range(5)] == [2.0] * 5

    clock.shift(2)
    assert spend(DELAY, "ada") == 0.0


def test_giving_back_and_forgetting(clock):
    spend(LIMIT, "ada", 3)
    give_back((LIMIT, "ada"))
    assert (used(LIMIT, "ada"), used(LIMIT, "ada", window=1)) == (2, 2)

    forget(LIMIT, "ada")
    assert (used(LIMIT, "ada"), used(LIMIT, "ada", window=1)) == (0, 0)
    give_back((LIMIT, "ada"))
    assert used(LIMIT, "ada") == 0


def test_what_is_given_back_leaves_no_trace_in_a_delay(clock):
    spend(DELAY, "ada", 4)
    clock.shift(25)
    at = now()
    assert spend_all((DELAY, "ada"), at=at) == 0.0
    clock.shift(1)

    give_back((DELAY, "ada"), at=at)

    assert used(DELAY, "ada") == 4
    assert spend(DELAY, "ada") == 0.0


def test_what_is_given_back_keeps_nothing_in_memory_for_longer(clock):
    spend(DELAY, "ada", 4)
    clock.shift(500)
    at = now()
    spend_all((DELAY, "ada"), (DELAY, "bob"), at=at)
    give_back((DELAY, "ada"), (DELAY, "bob"), at=at)
    clock.shift(100)

    assert (used(DELAY, "ada"), used(DELAY, "bob")) == (0, 0)
    assert store().read(DELAY.asked("bob", 0)) == {}


def test_giving_back_undoes_nobody_else_s_wait(clock):
    spend(DELAY, "ada", 3)
    clock.shift(10)
    at = now()
    spend_all((DELAY, "ada"), at=at)
    clock.shift(20)
    assert spend(DELAY, "ada") == 0.0

    give_back((DELAY, "ada"), at=at)

    assert wait((DELAY, "ada")) == 20.0


def test_a_clock_that_was_wrong_locks_nobody_out(clock):
    clock.move_to(datetime(2031, 1, 1, tzinfo=UTC))
    spend(LIMIT, "ada", 3)
    clock.move_to(BEGIN)
    assert spend(LIMIT, "ada") == 0.0

    clock.shift(-CLOCKS_DIFFER / 2)  # as another machine's clock may be
    assert spend(LIMIT, "ada", 3) == pytest.approx(60 + CLOCKS_DIFFER / 2)


def test_what_a_transaction_counted_stays_counted_when_it_is_undone(transactional_db):
    from django.db import transaction  # noqa: PLC0415

    with transaction.atomic():
        spend(LIMIT, "ada")
        transaction.set_rollback(True)

    assert used(LIMIT, "ada") == 1


def test_subjects_cannot_be_read(clock):
    spend(LIMIT, "ada@example.org")

    [row] = store()._run("SELECT * FROM rate_limit_counts WHERE seconds = 60", {})

    assert "ada" not in repr(row)
    assert len(row[0]) == 32


def test_old_rows_go_and_of_too_many_those_that_say_least(clock):
    spend(LIMIT, "victim", 3)
    for number in range(300):
        spend(Limit("short", (5, 10)), f"invented {number}")
    now = BEGIN.timestamp()
    rows = store()

    rows.sweep(now=now, most_rows=100)

    assert rows._run("SELECT count(*) FROM rate_limit_counts", {}) == [(90,)]
    assert used(LIMIT, "victim") == 3
    rows.sweep(now=now + 60)
    assert rows._run("SELECT seconds FROM rate_limit_counts", {}) == [(3_600,)]


def test_counting_sweeps_by_itself(clock, monkeypatch):
    monkeypatch.setattr("timetuna.rate_limits.store.SWEPT_EVERY", 10)
    spend(Limit("short", (100, 5)), "gone")
    clock.shift(5)

    for number in range(12):
        spend(LIMIT, f"another {number}")

    assert (
        store().read([CounterRow(one.key, 0, 0, 0) for one in Limit("short", (100, 5)).asked("gone", 0)])
        == {}
    )


def test_beginning_anew(clock):
    spend(LIMIT, "ada", 3)
    store().forget_all()
    assert spend(LIMIT, "ada", 3) == 0.0
