"""How many mails people are sent because somebody typed their address."""

import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.accounts.tests.conftest import PASSWORD, mails, sign_in, sign_up, signed_in

pytestmark = pytest.mark.matrix(of="file")

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
    answers = [sign_up(at("203.0.113.9"), f"person+{number}@example.org") for number in range(4)]
    answers.append(sign_in(at("203.0.113.9"), "person+3@example.org"))
    answers += [sign_up(at("203.0.113.9"), f"Person+{number}@example.org") for number in (6, 7)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429] * 2
    assert len(mails()) == 5
    assert not User.objects.filter(email="person+6@example.org").exists()
    refused = answers[-2]
    assert refused.headers["Retry-After"] == "600"
    page = refused.content.decode()
    assert "We have sent several mails to this address lately. Look for them" in page
    assert "wait 10 minutes and try again" in page
    assert 'value="person+6@example.org"' in page.lower()
    clock.shift(600)
    assert sign_up(at("203.0.113.9"), "person+6@example.org").status_code == 302


def test_a_mailbox_gets_no_more_than_forty_a_day_wherever_they_come_from(clock):
    for hour, asked in enumerate((32, 12, 2)):
        for number in range(asked):
            sign_up(at(f"198.{hour}.{number}.1"), "new@example.org")
        clock.shift(3_600)

    assert [mail.to for mail in mails()] == ["new@example.org"] * 40
    clock.shift(86_400)
    assert sign_up(at("198.51.100.1"), "new@example.org").status_code == 302


@pytest.mark.parametrize(("email", "most"), [(ALICE, 26 + 20), ("nobody@example.org", 26)])
def test_of_a_new_password_no_mailbox_hears_without_end_wherever_it_is_asked_for(alice, clock, email, most):
    for number in range(20):
        for _ in range(1 if number else 6):
            reset(at(f"198.51.{number}.1"), email)
            reset(at(f"198.52.{number}.1"), email.replace("@", "+more@"))
        clock.shift(1_800)

    assert most / 2 < len(mails()) <= most


def test_one_network_cannot_use_up_a_mailbox_s_day(alice, clock):
    for _ in range(30):
        sign_up(at("203.0.113.9"), ALICE)
        clock.shift(600)

    assert len(mails()) == 10
    assert sign_up(at("198.51.100.7"), ALICE).status_code == 302


def test_few_networks_keep_nobody_from_signing_up(clock):
    for network in ("203.0.113.9", "198.51.100.7", "192.0.2.1"):
        for number in range(10):
            sign_up(at(network), f"new+{number}@example.org")
            sign_up(at(f"2001:db8:7:{number}::1"), "new@example.org")
        clock.shift(3_600)
    before = len(mails())

    answer = sign_up(at("8.8.4.4"), "new@example.org")

    assert answer.status_code == 302
    assert [mail.subject for mail in mails()[before:]] == ["Confirm your email address"]


def test_sign_ups_with_an_owner_s_address_use_up_no_mail_for_a_new_password(alice):
    for number in range(12):
        sign_up(at(f"203.0.{number % 2}.9"), ALICE)
        sign_up(at(f"203.0.{number % 2}.9"), "alice+more@example.org")
    before = len(mails())

    assert reset(at("198.51.100.7"), ALICE).status_code == 302

    assert [mail.subject for mail in mails()[before:]] == ["Set a new password"]


def link_works(clock) -> bool:
    """Whether any link in the mailbox opens the form, ten minutes from now."""
    paths = [mail.path for mail in mails() if (mail.to, mail.subject) == (ALICE, "Set a new password")]
    clock.shift(600)
    works = any(Client().get(path).status_code == 302 for path in reversed(paths))
    clock.shift(-600)
    return works


def ask_for_it(_number: int) -> None:
    reset(at("203.0.113.9"), ALICE)


def ask_for_spellings(number: int) -> None:
    reset(at(f"203.0.{number}.9"), f"alice+{number}@example.org")


def ask_for_others(number: int) -> None:
    reset(at("198.51.100.7"), f"stranger{number}@example.org")


@pytest.mark.parametrize(
    ("attack", "times", "pause"),
    [
        (ask_for_it, 12, 300),
        (ask_for_it, 12, 3_500),
        (ask_for_spellings, 12, 3_500),
        (ask_for_others, 33, 240),
    ],
)
def test_whenever_a_link_is_refused_one_that_works_is_in_the_mailbox(alice, clock, attack, times, pause):
    for number in range(times):
        attack(number)
    refused = 0
    for number in range(times, times + 8):
        attack(number)
        refused += reset(at("198.51.100.7"), ALICE).status_code == 429
        assert link_works(clock)
        clock.shift(pause)

    assert refused


def test_a_sign_in_that_makes_links_void_keeps_no_link_away(alice, clock):
    for number in range(20):
        reset(at(f"203.0.{number}.9"), ALICE)
    clock.shift(5)
    sign_in(at("198.51.100.7"), ALICE)
    assert not link_works(clock)

    assert reset(at("198.51.100.8"), ALICE).status_code == 429
    before = len(mails())

    assert link_works(clock)
    assert reset(at("198.51.100.8"), ALICE).status_code == 429
    assert len(mails()) == before


def test_a_link_that_could_not_be_written_down_is_no_link(alice, clock, monkeypatch):
    for number in range(20):
        reset(at(f"203.0.{number}.9"), ALICE)
    clock.shift(1_800)
    for number in range(3):
        reset(at(f"203.1.{number}.9"), "alice+more@example.org")
    with monkeypatch.context() as broken:
        broken.setattr("timetuna.jobs.queue.Handler.enqueue", None)
        with pytest.raises(TypeError):
            reset(at("198.51.100.7"), ALICE)
    before = len(mails())

    assert reset(at("198.51.100.7"), ALICE).status_code == 429
    assert len(mails()) == before + 1


def test_a_refused_reset_says_and_asks_the_same_with_an_account_and_without(alice, clock):
    seen = {}
    for email in (ALICE, "nobody@example.org"):
        seen[email] = []
        for number in range(14):
            clock.shift(600 if number == 12 else 0)
            with CaptureQueriesContext(connection) as queries:
                answer = reset(at(f"203.0.{number}.9"), email)
            page = re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode()).replace(email, "")
            seen[email].append((answer.status_code, answer.headers.get("Retry-After"), page))
            seen[email].append(len([one for one in queries if "jobs_job" in one["sql"]]))
        clock.shift(86_400)

    assert seen[ALICE] == seen["nobody@example.org"]
    assert (
        "If there is an account with this address, a link that works is in its mailbox" in seen[ALICE][-2][2]
    )


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
    assert "asked for from your network lately. Wait 2 seconds" in answers[-1].content.decode()

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
    assert "a link that works is in its mailbox" in browser.get("/settings/password/first").content.decode()


def test_what_tells_an_owner_what_has_happened_is_never_held_back(alice):
    browser = signed_in(ALICE)
    for number in range(30):
        reset(at(f"198.51.100.{number}"), ALICE)
    before = len(mails())

    browser.post("/settings/password", {"oldpassword": PASSWORD, "password1": "another long one 47"})

    assert [mail.subject for mail in mails()[before:]] == ["Your password was changed"]
