"""Who guesses passwords waits longer and longer; the owner of the account does not."""

import re

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.clock import present
from timetuna.accounts.passwords import cookie_name
from timetuna.accounts.tests.conftest import (
    NEW_PASSWORD,
    PASSWORD,
    is_signed_in,
    mails,
    sign_in,
    sign_up,
    signed_in,
)
from timetuna.rate_limits.store import Store, StoreAway

pytestmark = pytest.mark.matrix(of="file")

ALICE, WRONG = "alice@example.org", "not the password 11"


@pytest.fixture(autouse=True, name="clock")
def _clock():
    with time_machine.travel(present(), tick=False) as traveller:
        yield traveller


def at(address: str) -> Client:
    """A browser that was never here before."""
    return Client(REMOTE_ADDR=address)


def guess(times: int, *, address: str = "203.0.113.9", email: str = ALICE) -> list[int]:
    return [sign_in(at(address), email, password=WRONG).status_code for _ in range(times)]


def waits(answer) -> int:
    return int(answer.headers.get("Retry-After", 0))


def test_after_a_few_wrong_ones_the_next_has_to_wait_and_says_for_how_long(alice, clock):
    assert guess(5) == [422] * 5

    answer = sign_in(at("203.0.113.9"), ALICE)

    assert (answer.status_code, waits(answer)) == (429, 5)
    page = answer.content.decode()
    assert "There were too many wrong passwords. Wait 5 seconds and try again, or set a new" in page
    assert f'value="{ALICE}"' in page
    clock.shift(5)
    assert sign_in(at("203.0.113.9"), ALICE)["Location"] == "/booking-pages"


def test_the_wait_grows_and_tries_that_come_too_early_make_it_no_longer(alice, clock):
    guess(5)
    grown = []
    for _ in range(8):
        grown.append(waits(sign_in(at("203.0.113.9"), ALICE, password=WRONG)))
        guess(3)
        clock.shift(grown[-1])
        assert guess(1) == [422]

    assert grown == [5, 10, 20, 40, 80, 160, 300, 300]
    clock.shift(86_400)
    assert guess(5) == [422] * 5


def test_guesses_from_elsewhere_keep_nobody_out(alice):
    guess(20)

    assert sign_in(at("198.51.100.7"), ALICE)["Location"] == "/booking-pages"


def test_the_right_password_gets_in_on_a_device_seen_before_whatever_happens_around_it(alice):
    mine = at("203.0.113.9")
    sign_in(mine, ALICE)
    mine.post("/signout")
    for number in range(60):
        guess(1, address=f"198.51.100.{number}")
    guess(60)
    guess(60, email="bob@example.org")

    assert sign_in(at("203.0.113.9"), ALICE).status_code == 429
    assert sign_in(mine, ALICE)["Location"] == "/booking-pages"


def test_many_networks_that_guess_one_account_wait_together(alice):
    answers = [guess(1, address=f"192.0.{number}.1") for number in range(81)]

    assert answers == [[422]] * 80 + [[429]]


def test_few_networks_keep_no_owner_elsewhere_waiting(alice, clock):
    """They take every wait that has run out, from one IPv6 /48 and an IPv4 /24."""
    for number in range(40):
        guess(1, address=f"2001:db8:7:{number:x}::1")
        guess(1, address=f"203.0.113.{number}")
        clock.shift(0 if number < 30 else 300)
    guess(2, address="2001:db8:7:ffff::1")
    assert guess(1, address="2001:db8:7:ffff::1") == [429]

    answers = [sign_in(at("198.51.100.7"), ALICE, password=word) for word in (WRONG, WRONG, PASSWORD)]

    assert [answer.status_code for answer in answers] == [422, 422, 302]


def test_however_many_networks_guess_they_have_few_tries_a_day(alice, clock):
    tries = 0
    for number in range(
        140
    ):  # a network that was never here for each try, and ten minutes for the last sixty
        tries += guess(1, address=f"198.51.{number}.1") == [422]
        clock.shift(0 if number < 80 else 10)

    assert 50 + 30 < tries <= 50 + 30 + (5 + 600 / 30) + (8 + 600 / 300)


def test_a_right_password_starts_nobody_else_s_wait_anew(alice, bob, clock):
    for number in range(58):
        guess(1, email=f"somebody{number}@example.org")
        clock.shift(0 if number < 49 else 30)

    answers = [sign_in(at("203.0.113.9"), f"{name}@example.org").status_code for name in ("alice", "bob")]

    assert answers == [302, 302]


def test_one_network_that_tries_many_accounts_waits_for_a_moment_only(alice, clock):
    answers = [guess(1, email=f"somebody{number}@example.org") for number in range(51)]
    assert answers == [[422]] * 50 + [[429]]

    for _ in range(5):
        clock.shift(30)
        assert guess(1, email="another@example.org") == [422]
    clock.shift(30)
    assert sign_in(at("203.0.113.9"), ALICE).status_code == 302


def test_one_customer_s_many_ipv6_addresses_are_one(alice):
    answers = [guess(1, address=f"2001:db8:1:2::{number}") for number in range(1, 7)]

    assert answers == [[422]] * 5 + [[429]]


def test_spellings_of_one_address_are_one(alice):
    for spelling in (
        "Alice@Example.org",
        " alice@example.org",
        "ALICE@EXAMPLE.ORG",
        ALICE,
        "alice@Example.ORG ",
    ):
        sign_in(at("203.0.113.9"), spelling, password=WRONG)

    assert guess(1) == [429]


class CountingHasher(MD5PasswordHasher):
    runs = 0

    def encode(self, password, salt):
        type(self).runs += 1
        return super().encode(password, salt)


def test_an_address_without_an_account_is_answered_alike_and_as_slowly_at_each_try(alice, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]

    def tries(email: str) -> list[tuple[int, int, str, int, int]]:
        seen = []
        for _ in range(7):
            before = CountingHasher.runs
            with CaptureQueriesContext(connection) as queries:
                answer = sign_in(at("203.0.113.9"), email, password=WRONG)
            page = re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode()).replace(email, "")
            seen.append((answer.status_code, waits(answer), page, CountingHasher.runs - before, len(queries)))
        return seen

    assert tries(ALICE) == tries("nobody@example.org")


def test_a_new_password_makes_strangers_of_all_other_devices(alice):
    mine, other = at("203.0.113.9"), at("203.0.113.9")
    for browser in (mine, other):
        sign_in(browser, ALICE)
    mine.post("/settings/password", {"oldpassword": PASSWORD, "password1": NEW_PASSWORD})
    other.post("/signout")
    mine.post("/signout")
    guess(6)

    assert sign_in(other, ALICE, password=NEW_PASSWORD).status_code == 429
    assert sign_in(mine, ALICE, password=NEW_PASSWORD)["Location"] == "/booking-pages"


def test_a_new_password_by_mail_lets_its_owner_in_while_others_guess(alice):
    guess(10)
    mine = at("203.0.113.9")
    mine.post("/reset-password", {"email": ALICE})
    form = mine.get(mails()[0].path)["Location"]

    mine.post(form, {"password1": NEW_PASSWORD})

    assert sign_in(at("203.0.113.9"), ALICE, password=NEW_PASSWORD).status_code == 429
    assert sign_in(mine, ALICE, password=NEW_PASSWORD)["Location"] == "/booking-pages"


def test_whoever_holds_a_known_device_guesses_no_faster(alice):
    mine = at("203.0.113.9")
    sign_in(mine, ALICE)
    mine.post("/signout")

    answers = [sign_in(mine, ALICE, password=WRONG).status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize(
    "value", ["", "x", "0" * 32, f"{'0' * 32}.{'0' * 32}", ".".join(["a" * 32] * 9), "é"]
)
def test_a_made_up_cookie_opens_no_way(alice, value):
    guess(6)
    browser = at("203.0.113.9")
    browser.cookies[cookie_name()] = value

    assert sign_in(browser, ALICE).status_code == 429


def test_a_device_is_known_for_the_accounts_that_signed_in_there(alice, bob, charlie):
    shared = at("203.0.113.9")
    for name in ("alice", "bob"):
        sign_in(shared, f"{name}@example.org")
        shared.post("/signout")
    for name in ("alice", "bob", "charlie"):
        guess(6, email=f"{name}@example.org")

    answers = [sign_in(shared, f"{name}@example.org").status_code for name in ("charlie", "alice")]
    shared.post("/signout")
    answers.append(sign_in(shared, "bob@example.org").status_code)

    assert answers == [429, 302, 302]


def test_the_cookie_is_out_of_reach_and_says_nobody_s_name(alice):
    mine = at("203.0.113.9")
    sign_in(mine, ALICE)

    cookie = mine.cookies[cookie_name()]

    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 400 * 86_400)
    assert re.fullmatch(r"[0-9a-f]{32}\.[0-9a-f]{32}", cookie.value)
    assert cookie_name() not in mine.get("/settings/profile").cookies


CHANGES = {
    "/reauthenticate": {"password": "{}"},
    "/settings/password": {"oldpassword": "{}", "password1": NEW_PASSWORD},
    "/settings/email": {"email": "new@example.org", "password": "{}", "action_add": "1"},
}


@pytest.mark.parametrize("path", CHANGES)
def test_an_open_browser_is_no_place_to_guess_and_guesses_elsewhere_do_not_matter(alice, path):
    def send(browser: Client, password: str):
        return browser.post(path, {name: text.format(password) for name, text in CHANGES[path].items()})

    open_browser, other = signed_in(ALICE), signed_in(ALICE)
    guess(10, address="127.0.0.1")

    answers = [send(open_browser, WRONG).status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]
    assert "Wait 5 seconds and try again." in send(open_browser, PASSWORD).content.decode()
    assert send(other, PASSWORD).status_code == 302


def test_the_password_behind_a_link_is_counted_like_one_at_the_door(browser):
    sign_up(browser)
    path = mails()[0].path

    answers = [at("203.0.113.9").post(path, {"password": WRONG}).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]


def test_the_log_tells_events_and_nobody_s_address(alice, caplog):
    guess(6)
    sign_in(at("198.51.100.7"), ALICE)

    lines = [record.getMessage() for record in caplog.records if record.name == "timetuna.security"]
    events = [line.split()[0] for line in lines]

    assert events == ["sign_in_failed"] * 5 + ["sign_in_delayed", "refused"]
    assert re.fullmatch(r"sign_in_failed client=[0-9a-f]{16} account=[0-9a-f]{16} device=new", lines[0])
    assert not any(word in line for line in lines for word in ("alice", "203.0.113", WRONG))


def test_a_right_password_counts_for_nobody(alice):
    for _ in range(70):
        assert sign_in(at("203.0.113.9"), ALICE).status_code == 302

    assert is_signed_in(signed_in(ALICE), ALICE)


def test_while_nothing_can_be_counted_no_password_is_looked_at(alice, monkeypatch):
    def away(_self, _sql, _values):
        raise StoreAway

    monkeypatch.setattr(Store, "_run", away)

    answer = sign_in(at("203.0.113.9"), ALICE)

    assert (answer.status_code, waits(answer)) == (503, 5)
    assert "Try again in a moment" in answer.content.decode()
