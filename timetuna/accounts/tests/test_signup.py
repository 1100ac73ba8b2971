import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from timetuna.accounts.models import User
from timetuna.accounts.tests.conftest import NEW_PASSWORD, PASSWORD, is_signed_in, mails, sign_in, sign_up


def test_the_form_asks_for_name_address_and_password_once(browser):
    page = browser.get("/signup").content.decode()

    assert [
        page.count(f'name="{name}"') for name in ("name", "email", "password1", "password2", "time_zone")
    ] == [
        1,
        1,
        1,
        0,
        1,
    ]
    assert "data-guess-zone" in page


def has_the_cursor(answer):
    return re.findall(r'<input (?=[^>]*\bautofocus\b)[^>]*?name="(\w+)"', answer.content.decode())


def test_the_cursor_is_where_one_types_next(browser, alice):
    assert has_the_cursor(browser.get("/signup")) == ["name"]
    assert has_the_cursor(browser.get("/signin")) == ["login"]
    wrong = browser.post("/signup", {"name": "Dora", "email": "dora", "password1": NEW_PASSWORD})
    assert has_the_cursor(wrong) == ["email"]
    assert has_the_cursor(sign_in(browser, alice.email, password="not the password")) == ["password"]


def test_a_new_host_confirms_the_address_and_is_signed_in(browser):
    answer = sign_up(browser, "Dora@Example.ORG")
    assert answer["Location"] == "/verify-email/sent"
    user = User.objects.get()
    assert (user.email, user.name, user.handle, user.time_zone) == (
        "dora@example.org",
        "Dora Müller",
        "dora-mueller",
        "Europe/Berlin",
    )
    assert sign_in(browser, "dora@example.org")["Location"] == "/verify-email/sent"

    [mail, _again] = mails()
    assert mail.to == "dora@example.org"
    assert "Dora" not in mail.text + mail.subject
    assert mail.path in mail.html
    assert browser.get(mail.path).status_code == 200
    assert not EmailAddress.objects.get().verified

    answer = browser.post(mail.path)
    assert answer["Location"] == "/booking-pages"
    assert is_signed_in(browser, "dora@example.org")
    assert browser.post(mail.path).status_code == 410


def test_in_another_browser_the_password_is_asked_too(browser):
    sign_up(browser)
    other, path = Client(), mails()[0].path
    assert 'name="password"' in other.get(path).content.decode()

    refused = other.post(path, {"password": NEW_PASSWORD})
    assert refused.status_code == 422
    assert not EmailAddress.objects.get().verified

    assert other.post(path, {"password": PASSWORD})["Location"] == "/booking-pages"
    assert is_signed_in(other, "dora@example.org")


def test_opening_the_link_signs_nobody_out(browser, as_alice):
    sign_up(browser)

    as_alice.get(mails()[0].path)

    assert is_signed_in(as_alice, "alice@example.org")


def test_a_zone_that_is_none_becomes_utc(browser):
    sign_up(browser, time_zone="../../etc/passwd")

    assert User.objects.get().time_zone == "UTC"


@pytest.mark.parametrize(
    "email",
    [
        "a@b.example,c@d.example",
        '"<script>"@example.org',
        "a@[127.0.0.1]",
        "x" * 65 + "@example.org",
        "victim@example.org\r\nBcc: all@example.org",
        "\u0430lice@example.org",
    ],
)
def test_only_one_plain_address(browser, email):
    answer = sign_up(browser, email)

    assert answer.status_code == 422
    assert "Dora Müller" in answer.content.decode()
    assert (User.objects.count(), mails()) == (0, [])


def test_a_name_becomes_one_line(browser):
    sign_up(browser, name="Dora\r\nBcc: x@example.org\u202e")

    assert User.objects.get().name == "Dora Bcc: x@example.org"


def test_a_weak_password_is_refused_and_nothing_typed_is_lost(browser):
    answer = sign_up(browser, password1="password")

    assert answer.status_code == 422
    assert 'value="dora@example.org"' in answer.content.decode()


def test_an_address_with_an_account_is_answered_alike(browser, alice):
    unknown = sign_up(browser, "dora@example.org")
    known = sign_up(Client(), "alice@example.org")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert known.cookies.keys() == unknown.cookies.keys()
    assert User.objects.count() == 2
    told = mails()[1]
    assert (told.to, told.subject) == ("alice@example.org", "You have a TimeTuna account already")
    assert told.path == "/signin"


def test_whoever_claimed_an_address_first_has_no_standing(browser):
    """A stranger prepares an account for the victim's address; the victim signs up later and gets their own."""
    stranger = Client()
    sign_up(stranger, "victim@example.org", name="Stranger", password1=NEW_PASSWORD)
    sign_up(browser, "victim@example.org", name="Victim")
    [prepared, own] = mails()

    assert User.objects.get().name == "Victim"
    assert browser.post(prepared.path).status_code == 410
    assert stranger.post(own.path, {"password": NEW_PASSWORD}).status_code == 422
    assert browser.post(own.path)["Location"] == "/setup"
    assert sign_in(stranger, "victim@example.org", password=NEW_PASSWORD).status_code == 422


def test_a_victim_who_opens_the_stranger_s_link_confirms_nothing(browser):
    sign_up(Client(), "victim@example.org", name="Stranger", password1=NEW_PASSWORD)

    browser.post(mails()[0].path, {"password": PASSWORD})

    assert not EmailAddress.objects.get().verified


def test_a_verified_account_is_never_replaced(browser, alice):
    sign_up(browser, "alice@example.org", password1=NEW_PASSWORD)

    assert sign_in(Client(), "alice@example.org")["Location"] == "/booking-pages"


def test_closed_signup_says_so(browser, settings):
    settings.SIGNUP_OPEN = False

    assert "Sign-up is closed" in browser.get("/signup").content.decode()
    assert "Sign-up is closed" in sign_up(browser).content.decode()
    assert "/signup" not in browser.get("/signin").content.decode()
    assert User.objects.count() == 0


def test_the_page_says_where_mails_go(browser, settings):
    settings.SANDBOX_URL = "http://localhost:9090"
    assert 'href="http://localhost:9090/mail"' in browser.get("/verify-email/sent").content.decode()

    settings.SANDBOX_URL, settings.MAIL_SERVER = "", None
    assert "has not set a mail server" in browser.get("/reset-password/sent").content.decode()
