"""Guests who hold a time, guests who only take it: one booking, and never past whoever held it first."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import httpx
import pytest

from tests.guest import HIDDEN, Guest, weekdays
from tests.running import LiveTimeTuna
from tests.test_race import overlaps

pytestmark = pytest.mark.slow
CLIENTS, ROUNDS = 8, 12


class Browser(Guest):
    """A guest with a browser of its own, so that the server takes it for another client."""

    def __init__(self, page_url: str, *, number: int) -> None:
        super().__init__(page_url, number=number)
        self.client.headers["User-Agent"] = f"Browser {number}"

    def look_at_form(self, start: datetime) -> dict[str, str]:
        """Return a form that holds nothing, as a browser gets it that looks ahead."""
        self.client.headers["Sec-Purpose"] = "prefetch"
        form = self.open_form(start)
        del self.client.headers["Sec-Purpose"]
        assert not form["hold"]
        return form

    def pick(self, form: dict[str, str]) -> dict[str, str]:
        """Pick the form's time; return the form with what was got: a token, or none."""
        query = {"start": form["start"], "duration": "30", "zone": "UTC"}
        answer = self.client.get(f"{self.page_url}/book", params=query)
        assert answer.status_code in {200, 409}, answer.text
        return form | {"hold": dict(HIDDEN.findall(answer.text)).get("hold", "")}


@pytest.fixture
def browsers(live_timetuna: LiveTimeTuna) -> Iterator[list[Browser]]:
    host = live_timetuna.new_host()
    found = [Browser(host.page_url, number=number) for number in range(CLIENTS)]
    yield found
    for browser in found:
        browser.close()
    assert overlaps(live_timetuna, host) == [ROUNDS, 0]


def at_once(
    do: Callable[[Browser, dict[str, str]], object], browsers: list[Browser], forms: list[dict[str, str]]
) -> list:
    barrier = Barrier(len(browsers))

    def one(browser: Browser, form: dict[str, str]) -> object:
        barrier.wait()
        return do(browser, form)

    with ThreadPoolExecutor(len(browsers)) as pool:
        return list(pool.map(one, browsers, forms))


def test_whoever_holds_a_time_gets_it(browsers: list[Browser]) -> None:
    answers = Counter()
    for start in weekdays(ROUNDS):
        forms = [browser.look_at_form(start) for browser in browsers]
        forms[-1] = browsers[-1].pick(forms[-1])
        sent = at_once(lambda browser, form: browser.send(form).status_code, browsers, forms)
        answers[tuple(sent)] += 1

    assert answers == {(*[409] * (CLIENTS - 1), 302): ROUNDS}


def test_of_picking_and_booking_at_once_one_is_first(browsers: list[Browser]) -> None:
    def pick_or_send(browser: Browser, form: dict[str, str]) -> dict[str, str] | httpx.Response:
        return browser.pick(form) if browser in browsers[::2] else browser.send(form)

    for start in weekdays(ROUNDS):
        forms = [browser.look_at_form(start) for browser in browsers]
        answers = at_once(pick_or_send, browsers, forms)
        sent = [answer.status_code for answer in answers[1::2]]
        held = [
            (browser, form) for browser, form in zip(browsers[::2], answers[::2], strict=True) if form["hold"]
        ]

        assert (len(held), sorted(sent)) in [(1, [409] * 4), (0, [302, 409, 409, 409])]
        assert [browser.send(form).status_code for browser, form in held] == [302] * len(held)
