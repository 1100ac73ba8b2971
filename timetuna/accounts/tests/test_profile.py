import pytest

from tests.forms import submit
from timetuna.accounts.models import FormerHandle, User
from timetuna.accounts.queries import host_by_handle
from timetuna.accounts.tests.conftest import signed_in


def save(browser, **values):
    data = {"name": "Alice Host", "handle": "alice", "time_zone": "Europe/Berlin"} | values
    return submit(browser, "/settings/profile", data)


def test_it_shows_what_is_stored(as_alice):
    page = as_alice.get("/settings/profile").content.decode()

    assert "http://localhost:8000/alice" in page
    assert 'value="Alice Host"' in page
    assert "alice@example.org" in page
    assert 'value="Germany, Berlin"' in page
    assert 'aria-current="page">Profile' in page
    assert 'href="/settings/providers"' in page


def test_it_stores_what_is_typed(as_alice, alice):
    answer = save(as_alice, name=" Ada  Lovelace ", handle="Ada-L", time_zone="Asia/Tokyo")

    alice.refresh_from_db()
    assert answer["Location"] == "/settings/profile"
    assert (alice.name, alice.handle, alice.time_zone) == ("Ada Lovelace", "ada-l", "Asia/Tokyo")
    assert host_by_handle("ADA-L") == alice
    assert host_by_handle("alice") is None


def test_a_zone_that_is_kept_under_an_old_name_stays(as_alice, alice):
    """No question is asked about hours that do not move."""
    alice.time_zone = "Asia/Calcutta"
    alice.save()

    assert 'value="India, Kolkata"' in as_alice.get("/settings/profile").content.decode()
    assert save(as_alice, time_zone="India, Kolkata").status_code == 302
    alice.refresh_from_db()
    assert alice.time_zone == "Asia/Calcutta"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("handle", "admin"),
        ("handle", "ab"),
        ("handle", "a" * 41),
        ("handle", "ada_l"),
        ("handle", "-ada"),
        ("handle", "ada--l"),
        ("handle", "\u0430da"),
        ("handle", "charlie"),
        ("handle", "Charlie"),
        ("name", "   "),
        ("name", "\u202e\u200b"),
        ("contact", "ask me"),
        ("contact", "12"),
        ("contact", "me@@host"),
        ("contact", f"{'a' * 300}@host.example"),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "Mars/Olympus"),
    ],
)
def test_what_cannot_be_stored_stays_in_the_form(as_alice, alice, charlie, field, value):
    answer = save(as_alice, **{field: value})

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    stored = User.objects.get(pk=alice.pk)
    assert (stored.name, stored.handle, stored.time_zone) == ("Alice Host", "alice", "Europe/Berlin")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        (" Ask@Host.Example ", "ask@host.example"),
        ("Alice <ask@host.example>", "ask@host.example"),
        ("030 12345678", "+493012345678"),
        ("+1 202 555 0123", "+12025550123"),
    ],
)
def test_guests_are_told_a_mail_address_or_a_number(as_alice, alice, typed, kept):
    assert save(as_alice, contact=typed).status_code == 302

    alice.refresh_from_db()
    assert alice.contact == kept


@pytest.mark.parametrize("typed", ["New York", "new york", "america/new_york", " America/New_York "])
def test_a_city_is_enough_for_a_zone(as_alice, alice, typed):
    assert save(as_alice, time_zone=typed).status_code == 302

    alice.refresh_from_db()
    assert alice.time_zone == "America/New_York"


def test_a_former_handle_is_its_owner_s_only(as_alice, alice, charlie):
    save(as_alice, handle="ada")

    assert save(signed_in("charlie@example.org"), handle="alice").status_code == 422
    assert save(as_alice, handle="alice").status_code == 302
    alice.refresh_from_db()
    assert alice.handle == "alice"
    assert list(FormerHandle.objects.values_list("handle", "user")) == [("ada", alice.pk)]


def test_the_handle_of_somebody_who_left_stays_reserved(as_alice, charlie):
    FormerHandle.objects.create(handle="gone-host", user=None)

    assert save(as_alice, handle="gone-host").status_code == 422


def test_identity_comes_from_the_session_only(as_alice, charlie):
    save(as_alice, id=charlie.pk, user=charlie.pk, email="charlie@example.org", is_superuser="1")

    charlie.refresh_from_db()
    assert charlie.name == "Charlie Stranger"
    assert not User.objects.get(handle="alice").is_superuser


def test_strangers_are_asked_to_sign_in(browser):
    for path in ("/settings/profile", "/settings/email", "/settings/password", "/settings/password/first"):
        assert browser.get(path)["Location"] == f"/signin?next={path}"
    assert browser.get("/reauthenticate").status_code == 302


def test_a_host_switched_off_has_no_public_address(alice):
    alice.is_active = False
    alice.save()

    assert host_by_handle("alice") is None
