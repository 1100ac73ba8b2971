from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import EmailChange, User
from timetuna.accounts.tests.conftest import (
    NEW_PASSWORD,
    PASSWORD,
    is_signed_in,
    mails,
    sign_in,
    sign_up,
    signed_in,
)

pytestmark = pytest.mark.vendor


def change(browser: Client, email: str = "new@example.org", *, password: str = PASSWORD):
    return browser.post("/settings/email", {"email": email, "password": password, "action_add": "1"})


def test_the_new_address_counts_once_it_is_confirmed(as_alice, alice):
    elsewhere = signed_in("alice@example.org")

    assert change(as_alice)["Location"] == "/settings/email"
    assert "new@example.org" in as_alice.get("/settings/email").content.decode()
    assert User.objects.get().email == "alice@example.org"
    assert not is_signed_in(elsewhere, "alice@example.org")

    [link] = mails()
    assert link.to == "new@example.org"
    as_alice.get(link.path)
    assert User.objects.get().email == "alice@example.org"
    assert as_alice.post(link.path)["Location"] == "/booking-pages"

    assert User.objects.get().email == "new@example.org"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("new@example.org", True, True)
    ]
    assert is_signed_in(as_alice, "new@example.org")
    assert mails()[1].to == "alice@example.org"
    assert mails()[1].subject == "Your email address was changed"


@pytest.mark.parametrize("password", ["", NEW_PASSWORD])
def test_an_open_browser_is_not_enough(as_alice, password):
    answer = change(as_alice, password=password)

    assert answer.status_code == 422
    assert 'value="new@example.org"' in answer.content.decode()
    assert mails() == []


def test_the_link_in_another_browser_asks_for_the_password(as_alice):
    change(as_alice)
    other = Client()

    assert other.post(mails()[0].path).status_code == 422
    assert other.post(mails()[0].path, {"password": PASSWORD})["Location"] == "/booking-pages"

    assert is_signed_in(other, "new@example.org")


def test_the_former_owner_takes_the_account_back(as_alice):
    change(as_alice)
    as_alice.post(mails()[0].path)
    undo, owner = mails()[1].path, Client()

    assert "Take your account back" in owner.get(undo).content.decode()
    assert User.objects.get().email == "new@example.org"
    assert owner.post(undo).status_code == 200

    assert User.objects.get().email == "alice@example.org"
    assert not is_signed_in(as_alice, "alice@example.org")
    assert sign_in(Client(), "alice@example.org").status_code == 422
    owner.post("/reset-password", {"email": "alice@example.org"})
    assert mails()[-1].subject == "Set a new password"


def test_it_is_not_taken_back_from_somebody_who_has_the_address_now(as_alice, browser):
    change(as_alice)
    as_alice.post(mails()[0].path)
    undo = mails()[1].path
    sign_up(browser, "alice@example.org")
    browser.post(mails()[2].path)

    assert Client().post(undo).status_code == 410
    assert Client().get("/settings/email/undo/made-up").status_code == 410


def test_somebody_else_s_address_is_answered_alike_and_cannot_be_confirmed(as_alice, charlie):
    assert change(as_alice, "charlie@example.org")["Location"] == "/settings/email"

    as_alice.post(mails()[0].path)

    assert User.objects.get(handle="alice").email == "alice@example.org"
    assert User.objects.get(handle="charlie").email == "charlie@example.org"


def test_somebody_who_only_claims_the_address_makes_room(as_alice):
    change(as_alice)
    sign_up(Client(), "new@example.org")

    as_alice.post(mails()[0].path)

    assert User.objects.get().email == "new@example.org"


def test_a_change_can_be_given_up(as_alice):
    change(as_alice)

    as_alice.post("/settings/email", {"email": "new@example.org", "action_remove": "1"})

    assert "new@example.org" not in as_alice.get("/settings/email").content.decode()
    assert as_alice.post(mails()[0].path).status_code == 410


def test_the_link_can_be_sent_again(as_alice):
    change(as_alice)

    as_alice.post("/settings/email", {"email": "new@example.org", "action_send": "1"})

    assert [mail.to for mail in mails()] == ["new@example.org"] * 2


def test_one_s_own_address_stays(as_alice):
    as_alice.post("/settings/email", {"email": "alice@example.org", "action_remove": "1"})

    assert User.objects.get().email == "alice@example.org"
    assert change(as_alice, "alice@example.org").status_code == 422


def test_an_intruder_s_own_way_back_ends_when_the_owner_takes_the_account_back(as_alice):
    change(as_alice, "eve@evil.example")
    as_alice.post(mails()[-1].path)
    owners_way = mails()[-1].path
    change(as_alice, "eve@elsewhere.example")
    as_alice.post(mails()[-1].path)
    intruders_way = mails()[-1].path
    assert mails()[-1].to == "eve@evil.example"

    assert Client().post(owners_way).status_code == 200

    assert Client().get(intruders_way).status_code == 410
    assert Client().post(intruders_way).status_code == 410
    assert User.objects.get().email == "alice@example.org"


def test_an_intruder_who_goes_back_first_does_not_end_the_owner_s_way(as_alice):
    change(as_alice, "eve@evil.example")
    as_alice.post(mails()[-1].path)
    owners_way = mails()[-1].path
    change(as_alice, "eve@elsewhere.example")
    as_alice.post(mails()[-1].path)
    assert Client().post(mails()[-1].path).status_code == 200

    assert Client().post(owners_way).status_code == 200

    assert User.objects.get().email == "alice@example.org"


def test_the_way_back_ends_after_seven_days(as_alice):
    change(as_alice)
    as_alice.post(mails()[-1].path)
    EmailChange.objects.update(at=present() - timedelta(days=8))
    way_back = mails()[-1].path

    change(as_alice, "newer@example.org")
    as_alice.post(mails()[-1].path)

    assert Client().get(way_back).status_code == 410
    assert [row.former for row in EmailChange.objects.all()] == ["new@example.org"]
