"""Guests who hold a time, guests who only take it: one booking, and never past whoever held it first."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.guest import Browser, Guest, weekdays
from tests.running import LiveTimeTuna
from tests.test_race import overlaps

pytestmark = [pytest.mark.slow, pytest.mark.either("postgresql"), pytest.mark.matrix(of="race")]
CLIENTS, ROUNDS = 8, 12


@pytest.fixture
def browsers(live_timetuna: LiveTimeTuna) -> Iterator[list[Browser]]:
    host = live_timetuna.new_host()
    found = [Browser(host.page_url, number=number) for number in range(CLIENTS)]
    yield found
    for browser in found:
        browser.close()
    assert overlaps(live_timetuna, host) == [ROUNDS, 0]


def at_once(
    do: Callable[[Guest, dict[str, str]], object], browsers: Sequence[Guest], forms: list[dict[str, str]]
) -> list:
    barrier = Barrier(len(browsers))

    def one(browser: Guest, form: dict[str, str]) -> object:
        barrier.wait()
        return do(browser, form)

    with ThreadPoolExecutor(len(browsers)) as pool:
        return list(pool.map(one, browsers, forms))


def test_whoever_holds_a_time_gets_it(browsers: list[Browser]) -> None:
    answers = Counter()
    for start in weekdays(ROUNDS):
        forms = [browser.look_at_form(start) for browser in browsers]
        assert browsers[-1].pick(forms[-1]).status_code == 200
        sent = at_once(lambda browser, form: browser.send(form).status_code, browsers, forms)
        answers[tuple(sent)] += 1

    assert answers == {(*[409] * (CLIENTS - 1), 302): ROUNDS}


def test_of_guests_with_one_address_and_browser_one_gets_what_they_all_pick(
    live_timetuna: LiveTimeTuna,
) -> None:
    host = live_timetuna.new_host()
    office = [Guest(host.page_url, number=number) for number in range(CLIENTS)]
    for start in weekdays(ROUNDS):
        forms = [guest.look_at_form(start) for guest in office]
        picked = at_once(lambda guest, form: guest.pick(form).status_code, office, forms)
        sent = at_once(lambda guest, form: guest.send(form).status_code, office, forms)

        assert sorted(picked) == [200, *[409] * (CLIENTS - 1)]
        assert [status == 302 for status in sent] == [status == 200 for status in picked]
    for guest in office:
        guest.close()
    assert overlaps(live_timetuna, host) == [ROUNDS, 0]


def test_of_picking_and_booking_at_once_one_is_first(browsers: list[Browser]) -> None:
    def pick_or_send(browser: Guest, form: dict[str, str]) -> int:
        answer = browser.pick(form) if browser in browsers[::2] else browser.send(form)
        return answer.status_code

    for start in weekdays(ROUNDS):
        forms = [browser.look_at_form(start) for browser in browsers]
        status = at_once(pick_or_send, browsers, forms)
        held = [(browser, form) for browser, form in zip(browsers, forms, strict=True) if form["hold"]]

        assert (len(held), sorted(status)) in [
            (1, [200, *[409] * (CLIENTS - 1)]),
            (0, [302, *[409] * (CLIENTS - 1)]),
        ]
        assert [browser.send(form).status_code for browser, form in held] == [302] * len(held)
