"""Two guests of one office with equal browsers: from here they are one client, and yet two guests."""

from urllib.parse import parse_qs, urlsplit

import pytest

from timetuna.bookings.actions.host_time import CLIENT_AT_ONCE
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.bookings.tests.holding import open_form, sees, send, token_of
from timetuna.bookings.tests.test_public import details

pytestmark = pytest.mark.django_db
KEPT = "This time is kept for you"
ANN, BEN = "the-visit-of", "another-look"


def test_the_second_does_not_see_what_the_first_has_picked(page, sam):
    open_form(sam, visit=ANN)

    assert not sees(sam, visit=BEN)
    assert sees(sam, visit=ANN)


def test_the_second_cannot_take_the_time_and_the_first_keeps_it(page, sam):
    first = details(sam, page, visit=ANN)

    opened = open_form(sam, visit=BEN)
    sent = send(sam, visit=BEN, email="ben@guest.example")

    assert (opened.status_code, sent.status_code) == (409, 409)
    assert KEPT not in opened.content.decode()
    assert sam.post("/alice/intro/book", first).status_code == 302


def test_the_second_s_choice_leaves_the_first_s_alone(page, sam, kim):
    open_form(sam, visit=ANN)

    open_form(sam, tomorrow(15), visit=BEN)

    assert not sees(kim)
    assert not sees(kim, tomorrow(15))


def test_they_share_what_one_client_may_hold(page, sam):
    answers = [
        open_form(sam, tomorrow(9 + number), visit=f"visitor-of-{number}")
        for number in range(CLIENT_AT_ONCE + 1)
    ]

    assert [bool(token_of(answer)) for answer in answers] == [True] * CLIENT_AT_ONCE + [False]
    assert {answer.status_code for answer in answers} == {200}


def test_a_visit_is_nothing_to_another_browser(page, sam, kim):
    open_form(sam, visit=ANN)

    assert not sees(kim, visit=ANN)
    assert open_form(kim, visit=ANN).status_code == 409


def test_every_look_at_the_times_is_a_visit_of_its_own_until_one_is_picked(page, sam):
    def visits(address):
        return {
            parse_qs(urlsplit(time.url).query)["visit"][0] for time in sam.get(address).context["slots"].times
        }

    address = f"/alice/intro?zone=UTC&day={tomorrow().date()}"
    (first,), (second,) = visits(address), visits(address)

    assert first != second
    form = sam.get(f"/alice/intro/book?start={write_start(tomorrow())}&duration=30&visit={first}")
    assert visits(form.context["back_url"]) == {first}, "the way back leads to what is one's own"


@pytest.mark.parametrize("typed", ["", "x", "x" * 10_000, "\x00" * 12, "\u0661" * 12])
def test_a_visit_that_cannot_be_is_none(page, sam, typed):
    answer = sam.get(
        "/alice/intro/book", {"start": write_start(tomorrow()), "duration": "30", "visit": typed}
    )

    assert answer.status_code == 200
    assert answer.context["visit"] == ""
