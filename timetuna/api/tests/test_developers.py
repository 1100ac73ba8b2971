"""A host makes a key, sees it once, uses it, and revokes it; an operator does so from the shell."""

import re

import pytest
from django.test import Client

from tests.clock import present
from timetuna.api.actions.keys import MOST_KEYS, NewKey, create_key
from timetuna.api.models import ApiKey
from timetuna.api.scopes import ApiScope
from timetuna.api.tests.conftest import Program, program_of
from timetuna.bookings.tests.conftest import make_page
from timetuna.cli import main
from timetuna.jobs.models import Job

pytestmark = pytest.mark.django_db
ASKED = {"name": "My CRM", "scopes": ["", "bookings"], "pages": "", "days": "365"}


@pytest.fixture
def browser(alice):
    """Return one in which the password was typed once more."""
    browser = Client()
    browser.post("/signin", {"login": alice.email, "password": "correct horse battery"})
    browser.post("/reauthenticate", {"password": "correct horse battery"})
    return browser


def token_in(page):
    found = re.search(r"tt_live_\w{8}_\w{32}_\w{6}", page.content.decode())
    return found[0] if found else ""


def test_a_key_is_shown_once_and_works_until_it_is_revoked(browser, alice):
    made = browser.post("/settings/developers/keys/new", ASKED)
    assert made.status_code == 302, made.content.decode()
    shown, again = browser.get(made["Location"]), browser.get(made["Location"])
    token = token_in(shown)

    assert Program(token).get("/me").json()["scopes"]
    assert again.status_code == 302
    listed = browser.get("/settings/developers")
    assert "My CRM" in listed.content.decode()
    assert token not in listed.content.decode()
    assert Job.objects.filter(name="accounts.send_mail").count() == 1
    (key,) = ApiKey.objects.all()
    browser.post(f"/settings/developers/keys/{key.public_id}/revoke")
    assert Program(token).get("/me").json()["code"] == "key-revoked"


def test_a_key_for_some_pages(browser, alice):
    page, other = make_page(alice), make_page(alice, slug="other")
    made = browser.post("/settings/developers/keys/new", ASKED | {"pages": ["", page.public_id]})
    program = Program(token_in(browser.get(made["Location"])))

    assert program.get("/me").json()["pages"] == [page.public_id]
    assert program.get(f"/pages/{other.public_id}").status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"scopes": [""]}, {"scopes": ["everything"]}, {"pages": ["pg_none"]}, {"days": "9"}],
)
def test_what_is_missing_is_said(browser, alice, change):
    refused = browser.post("/settings/developers/keys/new", ASKED | change)

    assert refused.status_code == 422
    assert not ApiKey.objects.exists()


def test_the_password_is_asked_for_where_it_was_not_typed_lately(alice):
    browser = Client()
    browser.force_login(alice)

    answer = browser.post("/settings/developers/keys/new", ASKED)

    assert answer["Location"].startswith("/reauthenticate")
    assert not ApiKey.objects.exists()


def test_keys_of_others_are_not_there(browser, bob):
    program_of(bob)
    (key,) = ApiKey.objects.all()

    assert browser.post(f"/settings/developers/keys/{key.public_id}/revoke").status_code == 404
    assert browser.get(f"/settings/developers/keys/{key.public_id}/made").status_code == 404
    assert key.start not in browser.get("/settings/developers").content.decode()


def test_there_are_only_so_many(browser, alice):
    for number in range(MOST_KEYS):
        create_key(alice, NewKey(name=str(number), scopes=[ApiScope.BOOKINGS]), now=present())

    refused = browser.post("/settings/developers/keys/new", ASKED)

    assert refused.status_code == 422
    assert "Revoke one that nobody needs." in refused.content.decode()


def test_an_operator_makes_lists_and_revokes_keys(alice, capsys):
    assert (
        main(["apikey", "create", "--email", "ALICE@host.example", "--scope", "bookings", "--expires", "30"])
        == 0
    )
    token = capsys.readouterr().out
    assert token.count("\n") == 1
    assert Program(token.strip()).get("/me").json()["email"] == alice.email
    (key,) = ApiKey.objects.all()
    assert key.by_operator
    main(["apikey", "list"])
    assert capsys.readouterr().out.split("\t")[:2] == [key.public_id, alice.email]
    main(
        [
            "apikey",
            "create",
            "--email",
            alice.email,
            "--scope",
            "pages:read",
            "teams:read",
            "--scope",
            "webhooks",
        ]
    )
    assert program_scopes(capsys.readouterr().out) == {"pages:read", "teams:read", "webhooks"}
    assert main(["apikey", "revoke", key.public_id]) == 0
    assert Program(token.strip()).get("/me").status_code == 401
    for wrong in (
        ["create", "--email", "nobody@host.example", "--scope", "bookings"],
        ["create", "--email", alice.email],
        ["create", "--email", alice.email, "--scope", "all"],
        ["create", "--email", alice.email, "--scope", "bookings", "--expires", "0"],
        ["revoke", "ak_none"],
    ):
        assert main(["apikey", *wrong]) == 2


def program_scopes(token: str) -> set[str]:
    return set(Program(token.strip()).get("/me").json()["scopes"])


def test_a_form_that_revokes_can_be_sent_from_the_page(browser, alice):
    browser.post("/settings/developers/keys/new", ASKED)

    text = browser.get("/settings/developers").content.decode()

    part = text[text.index("/revoke") :]
    assert 'name="csrfmiddlewaretoken"' in part[: part.index("</form>")]
