"""The same request again gets the same answer, whoever asks when."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from time import monotonic

import pytest
import time_machine

from tests.clock import present
from timetuna.api import idempotency
from timetuna.api.models import StoredAnswer
from timetuna.api.problems import Problem
from timetuna.api.tests.conftest import later, program_of, wish
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import tomorrow

pytestmark = pytest.mark.django_db


def test_the_same_request_makes_one_booking_and_gets_one_answer(program, page):
    first = program.post("/bookings", wish(page, tomorrow()), Idempotency_Key="run-1")
    again = program.post("/bookings", wish(page, tomorrow()), Idempotency_Key='"run-1"')

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert again["Location"] == first["Location"]
    assert Booking.objects.count() == 1


def test_another_request_with_the_same_key_is_refused(program, page):
    program.post("/bookings", wish(page, tomorrow()), Idempotency_Key="run-1")

    other = program.post("/bookings", wish(page, tomorrow() + timedelta(hours=1)), Idempotency_Key="run-1")

    assert (other.status_code, other.json()["code"]) == (422, "idempotency-mismatch")


def test_keys_of_others_are_others(alice, program, page):
    program.post("/bookings", wish(page, tomorrow()), Idempotency_Key="run-1")

    theirs = program_of(alice).post("/bookings", wish(page, tomorrow()), Idempotency_Key="run-1")

    assert theirs.json()["code"] == "slot-taken"


def test_a_refusal_is_not_kept(program, page):
    blocker = program.post("/bookings", wish(page, tomorrow())).json()
    asked = wish(page, tomorrow(), guest={"name": "Ada", "email": "ada@guest.example"})
    assert program.post("/bookings", asked, Idempotency_Key="run-2").status_code == 409
    program.post(f"/bookings/{blocker['id']}/cancel", {})

    assert program.post("/bookings", asked, Idempotency_Key="run-2").status_code == 201


def test_what_died_between_commit_and_answer_is_told_again(program, page):
    first = program.post("/bookings", wish(page, tomorrow()), Idempotency_Key="run-1")
    StoredAnswer.objects.update(status=None, body="", about="")

    with time_machine.travel(present() + timedelta(seconds=31)):
        again = program.post("/bookings", wish(page, tomorrow()), Idempotency_Key="run-1")

    assert again.status_code == 201
    assert again.content == first.content
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "a\tb"])
def test_a_key_that_is_none_is_said(program, page, key):
    refused = program.post("/bookings", wish(page, tomorrow()), Idempotency_Key=key)

    assert (refused.status_code, refused.json()["code"]) == (400, "malformed")


def test_what_is_kept_cannot_be_read_and_goes_with_its_guest(program, page):
    made = program.post("/bookings", wish(page, tomorrow()), Idempotency_Key="run-1").json()
    (row,) = StoredAnswer.objects.values()
    assert "kim@guest.example" not in str(row)
    program.post(f"/bookings/{made['id']}/cancel", {})

    erase(Booking.objects.get().pk, actor="host", now=present())

    assert not StoredAnswer.objects.filter(about=made["id"]).exists()


def test_an_address_without_the_verb_says_so_whatever_the_key(program, page):
    program.post("/bookings", wish(page, tomorrow()), Idempotency_Key="run-1")

    refused = program.patch("/bookings", {}, Idempotency_Key="run-1")

    assert (refused.status_code, refused.json()["code"]) == (405, "method-not-allowed")


def test_a_row_whose_process_died_is_free_after_half_a_minute(program, page, monkeypatch):
    monkeypatch.setattr(idempotency, "LONGEST_WAIT", 0.2)
    first = program.post("/bookings", wish(page, tomorrow()), Idempotency_Key="run-1")
    StoredAnswer.objects.update(status=None, body="", about="", began_at=present() - timedelta(seconds=20))

    waiting = program.post("/bookings", wish(page, tomorrow()), Idempotency_Key="run-1")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "idempotency-in-progress")
    assert waiting["Retry-After"] == "1"
    StoredAnswer.objects.update(began_at=present() - timedelta(seconds=31))
    assert program.post("/bookings", wish(page, tomorrow()), Idempotency_Key="run-1").content == first.content


def test_a_quarter_of_the_threads_wait_at_most(settings, monkeypatch):
    monkeypatch.setattr(idempotency, "PAUSE", 0.5)
    threads, together = settings.WEB_THREADS, Barrier(settings.WEB_THREADS)

    def wait(_number: int) -> bool:
        together.wait()
        with suppress(Problem):
            idempotency._wait_a_moment(monotonic() - idempotency.SHORT_WAIT - 1)
            return True
        return False

    with ThreadPoolExecutor(threads) as pool:
        assert sum(pool.map(wait, range(threads))) == threads // 4


def test_who_moves_again_what_has_moved_is_told_so_whatever_they_had_seen(program, page):
    made = program.post("/bookings", wish(page, tomorrow()))
    path, there = f"/bookings/{made.json()['id']}/move", {"start": later(tomorrow(), hours=1)}
    moved = program.post(path, there, If_Match=made["ETag"])

    assert program.post(path, there, If_Match=made["ETag"]).content == moved.content
    elsewhere = {"start": later(tomorrow(), hours=2)}
    assert program.post(path, elsewhere, If_Match=made["ETag"]).status_code == 412
