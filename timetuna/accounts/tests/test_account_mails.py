"""How many mails people are sent because somebody typed their address."""

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.accounts.tests.conftest import PASSWORD, mails, sign_in, sign_up, signed_in

ALICE = "alice@example.org"


@pytest.fixture(autouse=True, name="clock")
def _clock():
    with time_machine.travel(present(), tick=False) as traveller:
        yield traveller


def at(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def reset(browser: Client, email: str):
    return browser.post("/reset-password", {"email": email})


def test_spellings_of_one_mailbox_and_all_ways_to_have_it_mailed_count_together(alice, clock):
    answers = [
        sign_up(at("203.0.113.9"), "person+1@example.org"),
        sign_up(at("203.0.113.9"), "Person+2@example.org"),
        reset(at("203.0.113.9"), "person+3@example.org"),
        reset(at("203.0.113.9"), "person@example.org"),
        sign_up(at("203.0.113.9"), "person+5@example.org"),
        sign_up(at("203.0.113.9"), "person+6@example.org"),
        reset(at("203.0.113.9"), "person+7@example.org"),
    ]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429] * 2
    assert len(mails()) == 5
    assert not User.objects.filter(email="person+6@example.org").exists()
    refused = answers[-2]
    assert refused.headers["Retry-After"] == "600"
    page = refused.content.decode()
    assert "We have sent several mails to this address lately. Please look for them" in page
    assert "wait 10 minutes and try again" in page
    assert 'value="person+6@example.org"' in page
    clock.shift(600)
    assert sign_up(at("203.0.113.9"), "person+6@example.org").status_code == 302


@pytest.mark.parametrize("email", [ALICE, "nobody@example.org"])
def test_a_mailbox_gets_no_more_than_twenty_a_day_wherever_they_come_from(alice, clock, email):
    for hour in range(4):
        for number in range(12):
            reset(at(f"198.51.{hour}.{number}"), email)
        clock.shift(3_600)

    assert [mail.to for mail in mails()] == [email] * 20
    clock.shift(86_400)
    assert reset(at("198.51.100.1"), email).status_code == 302


def test_one_network_cannot_use_up_a_mailbox_s_day(alice, clock):
    for _ in range(30):
        reset(at("203.0.113.9"), ALICE)
        clock.shift(600)

    assert len(mails()) == 10
    assert reset(at("198.51.100.7"), ALICE).status_code == 302


def test_an_address_with_an_account_and_one_without_are_refused_alike(alice):
    seen = {}
    for email in (ALICE, "nobody@example.org"):
        answers = [sign_up(at("203.0.113.9"), email) for _ in range(6)]
        seen[email] = [(answer.status_code, answer.headers.get("Location")) for answer in answers]

    assert seen[ALICE] == seen["nobody@example.org"] == [(302, "/verify-email/sent")] * 5 + [(429, None)]
    assert len(mails()) == 10


def test_one_network_mails_many_strangers_ever_more_slowly_and_never_stops_for_good(clock):
    answers = [sign_up(at("203.0.113.9"), f"stranger{number}@example.org") for number in range(31)]
    assert [answer.status_code for answer in answers] == [302] * 30 + [429]
    assert answers[-1].headers["Retry-After"] == "2"
    assert "asked for from your network lately. Please wait 2 seconds" in answers[-1].content.decode()

    waits = []
    for number in range(10):
        refused = sign_up(at("203.0.113.9"), f"refused{number}@example.org")
        waits.append(int(refused.headers["Retry-After"]))
        clock.shift(waits[-1])
        assert sign_up(at("203.0.113.9"), f"other{number}@example.org").status_code == 302

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert sign_up(at("198.51.100.7"), "elsewhere@example.org").status_code == 302


def test_a_form_that_is_not_accepted_uses_nothing_up():
    for number in range(40):
        assert sign_up(at("203.0.113.9"), f"host{number}@example.org", password1="short").status_code == 422

    assert sign_up(at("203.0.113.9"), "host@example.org").status_code == 302


def test_a_device_of_the_owner_s_has_mails_of_its_own(alice):
    mine = signed_in(ALICE)
    mine.post("/signout")
    for number in range(30):
        reset(at(f"198.51.100.{number}"), ALICE)
    assert reset(at("203.0.113.9"), ALICE).status_code == 429

    assert reset(mine, ALICE).status_code == 302


def test_signing_in_before_the_address_is_confirmed_mails_as_rarely(browser):
    sign_up(browser)

    answers = [sign_in(Client(), "dora@example.org") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [302] * 4 + [429]
    assert "We have sent several mails to this address lately" in answers[-1].content.decode()
    assert len(mails()) == 5


def test_changing_the_address_mails_strangers_as_rarely(alice):
    browser = signed_in(ALICE)
    values = {"email": "stranger@example.org", "password": PASSWORD, "action_add": "1"}

    answers = [browser.post("/settings/email", values).status_code]
    for _ in range(5):
        again = browser.post("/settings/email", {"email": "stranger@example.org", "action_send": "1"})
        answers.append(again.status_code)

    assert answers == [302] * 6
    assert [mail.to for mail in mails()] == ["stranger@example.org"] * 5
    assert (
        "We have sent several mails to this address lately" in browser.get("/settings/email").content.decode()
    )
    refused = browser.post("/settings/email", values | {"email": "stranger+1@example.org"})
    assert refused.status_code == 429
    assert not EmailAddress.objects.filter(email="stranger+1@example.org").exists()


def test_a_first_password_is_mailed_as_rarely_and_said_so(alice):
    browser = signed_in(ALICE)
    alice.set_unusable_password()
    alice.save()
    browser.force_login(alice)

    answers = [browser.post("/settings/password/first")["Location"] for _ in range(6)]

    assert answers == ["/reset-password/sent"] * 5 + ["/settings/password/first"]
    assert "We have sent several mails" in browser.get("/settings/password/first").content.decode()


def test_what_tells_an_owner_what_has_happened_is_never_held_back(alice):
    browser = signed_in(ALICE)
    for number in range(30):
        reset(at(f"198.51.100.{number}"), ALICE)
    before = len(mails())

    browser.post("/settings/password", {"oldpassword": PASSWORD, "password1": "another long one 47"})

    assert [mail.subject for mail in mails()[before:]] == ["Your password was changed"]
