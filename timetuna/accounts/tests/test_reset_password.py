import time_machine
from allauth.account.models import EmailAddress
from django.core import signing
from django.test import Client
from django.utils import timezone

from tests.clock import present
from timetuna.accounts.tests.conftest import NEW_PASSWORD, is_signed_in, mails, sign_in, sign_up, signed_in


def ask(browser: Client, email: str, **more):
    return browser.post("/reset-password", {"email": email}, **more)


def set_password(browser: Client, path: str):
    form = browser.get(path)["Location"]
    assert browser.get(form).status_code == 200
    return browser.post(form, {"password1": NEW_PASSWORD})


def test_a_link_sets_a_new_password_once(browser, as_alice):
    assert ask(browser, "ALICE@example.org")["Location"] == "/reset-password/sent"
    [mail] = mails()

    assert set_password(browser, mail.path)["Location"] == "/reset-password/done"

    assert not is_signed_in(as_alice, "alice@example.org")
    signed_in("alice@example.org", password=NEW_PASSWORD)
    assert "no longer works" in Client().get(mail.path).content.decode()
    assert [one.subject for one in mails()] == ["Set a new password", "Your password was changed"]


def test_unknown_addresses_are_answered_alike(browser, alice):
    known, unknown = ask(browser, "alice@example.org"), ask(Client(), "nobody@example.org")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [mail.to for mail in mails()] == ["alice@example.org", "nobody@example.org"]
    assert mails()[1].path == "/signup"


def test_a_forged_host_never_reaches_a_link(browser, alice):
    assert ask(browser, "alice@example.org", headers={"host": "evil.example"}).status_code == 400
    assert mails() == []

    ask(browser, "alice@example.org", headers={"host": "127.0.0.1:9999"})
    assert mails()[0].path.startswith("/reset-password/")


def test_the_link_lasts_an_hour(browser, alice):
    ask(browser, "alice@example.org")

    with time_machine.travel(present() + timezone.timedelta(hours=1, minutes=1)):
        answer = browser.get(mails()[0].path)

    assert "no longer works" in answer.content.decode()


def test_opening_it_signs_nobody_else_out(alice, charlie):
    ask(Client(), "alice@example.org")
    path, as_charlie = mails()[0].path, signed_in("charlie@example.org")

    assert "Sign out first" in as_charlie.get(path).content.decode()

    assert is_signed_in(as_charlie, "charlie@example.org")
    assert as_charlie.post("/signout", {"next": path})["Location"] == path


def test_it_proves_the_address_and_ends_a_stranger_s_password(browser):
    sign_up(Client(), "victim@example.org")
    ask(browser, "victim@example.org")

    set_password(browser, mails()[1].path)

    assert EmailAddress.objects.get().verified
    assert sign_in(Client(), "victim@example.org").status_code == 422
    signed_in("victim@example.org", password=NEW_PASSWORD)


def test_an_address_that_only_waits_for_confirmation_gets_no_link(browser, alice):
    EmailAddress.objects.create(user=alice, email="typo@example.org", verified=False)

    ask(browser, "typo@example.org")

    assert mails()[0].subject == "There is no account with this address"


def test_a_made_up_link(browser, alice):
    assert "no longer works" in browser.get("/reset-password/1-set-password").content.decode()
    assert browser.get(f"/verify-email/{signing.dumps(1, salt='other')}").status_code == 410
