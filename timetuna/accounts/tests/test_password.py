from timetuna.accounts.tests.conftest import NEW_PASSWORD, PASSWORD, is_signed_in, mails, signed_in


def change(browser, *, old: str = PASSWORD, new: str = NEW_PASSWORD):
    return browser.post("/settings/password", {"oldpassword": old, "password1": new})


def test_other_sessions_and_open_links_end(as_alice, browser):
    elsewhere = signed_in("alice@example.org")
    browser.post("/reset-password", {"email": "alice@example.org"})

    assert change(as_alice)["Location"] == "/settings/profile"

    assert is_signed_in(as_alice, "alice@example.org")
    assert not is_signed_in(elsewhere, "alice@example.org")
    assert "no longer works" in browser.get(mails()[0].path).content.decode()
    assert mails()[1].subject == "Your password was changed"
    signed_in("alice@example.org", password=NEW_PASSWORD)


def test_the_old_password_is_needed_and_the_new_one_must_be_good(as_alice):
    assert change(as_alice, old=NEW_PASSWORD).status_code == 422
    assert change(as_alice, new="alice@example.org").status_code == 422
    assert change(as_alice, new="12345678").status_code == 422
    signed_in("alice@example.org")


def test_without_a_password_one_comes_by_mail(as_alice, alice):
    alice.set_unusable_password()
    alice.save()
    as_alice.force_login(alice)

    assert as_alice.get("/settings/password")["Location"] == "/settings/password/first"
    assert "action_add" not in as_alice.get("/settings/email").content.decode()
    assert as_alice.get("/settings/password/first").status_code == 200
    assert mails() == []

    assert as_alice.post("/settings/password/first")["Location"] == "/reset-password/sent"
    form = as_alice.get(mails()[0].path)["Location"]
    as_alice.post(form, {"password1": NEW_PASSWORD})
    signed_in("alice@example.org", password=NEW_PASSWORD)
