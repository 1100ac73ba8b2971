import re

import pytest
from django.conf import settings
from django.test import Client

from timetuna.accounts.tests.conftest import NEW_PASSWORD, PASSWORD, is_signed_in, sign_in, sign_up

pytestmark = pytest.mark.vendor


def test_signing_in_leads_to_the_booking_pages(browser, alice):
    assert sign_in(browser, " Alice@Example.org ")["Location"] == "/booking-pages"
    assert is_signed_in(browser, "alice@example.org")


def test_the_session_gets_a_new_id(browser, alice):
    sign_up(browser)  # a session before signing in
    before = browser.session.session_key

    sign_in(browser, "alice@example.org")

    assert browser.session.session_key != before


def test_a_wrong_password_and_an_unknown_address_look_alike(alice):
    wrong, unknown = Client(), Client()

    answers = [
        sign_in(wrong, "alice@example.org", password=NEW_PASSWORD),
        sign_in(unknown, "nobody@example.org"),
    ]

    texts = [
        re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode()).replace(email, "")
        for answer, email in zip(answers, ("alice@example.org", "nobody@example.org"), strict=True)
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert texts[0] == texts[1]
    assert "do not match" in texts[0]


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:1", "/\r\nX: y"]
)
def test_next_leads_to_own_paths_only(browser, alice, target):
    assert sign_in(browser, "alice@example.org", next=target)["Location"] == "/booking-pages"


def test_next_is_kept(browser, alice):
    assert browser.get("/settings/profile")["Location"] == "/signin?next=/settings/profile"
    assert 'value="/settings/profile"' in browser.get("/signin?next=/settings/profile").content.decode()
    assert sign_in(browser, "alice@example.org", next="/settings/profile")["Location"] == "/settings/profile"


def test_an_account_that_was_switched_off_is_out_at_once(as_alice, alice):
    alice.is_active = False
    alice.save()

    assert as_alice.get("/settings/profile")["Location"].startswith("/signin")
    assert sign_in(Client(), "alice@example.org")["Location"] == "/signin/inactive"
    assert sign_in(Client(), "alice@example.org", password=NEW_PASSWORD).status_code == 422


def test_signing_out_asks_on_get_and_ends_the_session_on_post(as_alice):
    cookie = as_alice.cookies[settings.SESSION_COOKIE_NAME].value
    assert "Sign out?" in as_alice.get("/signout").content.decode()
    assert is_signed_in(as_alice, "alice@example.org")

    assert as_alice.post("/signout")["Location"] == "/signin"

    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert thief.get("/settings/profile").status_code == 302


def test_forms_from_elsewhere_are_refused(alice):
    strict = Client(enforce_csrf_checks=True)

    assert sign_in(strict, "alice@example.org").status_code == 403
    assert strict.post("/signout").status_code == 403
    body = '{"login": "alice@example.org", "password": "' + PASSWORD + '"}'
    assert strict.post("/signin", body, content_type="text/plain").status_code == 403


def test_an_unknown_host_is_refused(browser):
    assert browser.get("/signin", headers={"host": "evil.example"}).status_code == 400


def test_reauthenticating(as_alice):
    assert as_alice.post("/reauthenticate", {"password": NEW_PASSWORD}).status_code == 422
    assert (
        as_alice.post("/reauthenticate?next=/settings/profile", {"password": PASSWORD})["Location"]
        == "/settings/profile"
    )
