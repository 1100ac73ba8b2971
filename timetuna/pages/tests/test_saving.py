"""Two windows of a host, and a session that ends meanwhile: nothing is overwritten unseen, nothing typed is lost."""

from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.forms import Pairs, main_form
from timetuna.accounts.models import User
from timetuna.pages.actions.default_schedule import default_schedule
from timetuna.pages.models import BookingPage, HostRules
from timetuna.pages.tests.conftest import signed_in
from timetuna.web import forms

FORMS = {
    "booking": ("/booking-pages/PAGE/booking", "title", "Mine", "Theirs"),
    "availability": ("/booking-pages/PAGE/availability", "cap_day", "3", "4"),
    "guests": ("/booking-pages/PAGE/guests", "most_guests", "3", "4"),
    "notifications": ("/booking-pages/PAGE/notifications", "message", "Mine", "Theirs"),
    "look": ("/booking-pages/PAGE/look", "brand_color", "#112233", "#445566"),
    "schedule": ("/availability/schedules/SCHEDULE", "name", "Mine", "Theirs"),
    "absence": ("/availability/out-of-office/ABSENCE", "note", "Mine", "Theirs"),
    "trip": ("/availability/trips/TRIP", "last", "2095-01-02", "2095-01-03"),
    "dates": ("/availability/schedules/SCHEDULE/dates/2095-01-01", "hours", "12:00–13:00", "11:00–11:30"),
    "profile": ("/settings/profile", "name", "Mine", "Theirs"),
    "rules": ("/availability/limits", "cap_week", "3", "4"),
}
EACH = pytest.mark.parametrize(("path", "field", "mine", "theirs"), FORMS.values(), ids=FORMS)


@pytest.fixture
def places(alice: User, page: BookingPage) -> dict[str, str]:
    schedule, first = default_schedule(alice), date(2095, 1, 1)
    schedule.overrides.create(date=first, windows=[[600, 660]])
    return {
        "PAGE": str(page.pk),
        "SCHEDULE": str(schedule.pk),
        "ABSENCE": str(alice.out_of_office.create(first=first, last=first).pk),
        "TRIP": str(alice.travel_zones.create(first=first, last=first, time_zone="Asia/Tokyo").pk),
    }


def at(path: str, places: dict[str, str]) -> str:
    for name, place in places.items():
        path = path.replace(name, place)
    return path


def opened(client: Client, path: str, **changes: str) -> Pairs:
    """Return what the page's form sends when some of its fields are changed."""
    return main_form(client.get(path).content.decode()).with_values(**changes)


def send(client: Client, path: str, pairs: Pairs) -> Any:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return client.post(path, data)


def value_of(client: Client, path: str, field: str) -> str:
    return dict(main_form(client.get(path).content.decode()).fields)[field]


@pytest.mark.vendor
@EACH
def test_a_save_over_another_one_is_shown_beside_it(
    as_alice: Client, places: dict[str, str], path: str, field: str, mine: str, theirs: str
) -> None:
    path = at(path, places)
    here = opened(as_alice, path, **{field: mine})
    assert send(as_alice, path, opened(as_alice, path, **{field: theirs})).status_code == 302

    refused = send(as_alice, path, here)

    text = refused.content.decode()
    assert refused.status_code == 409
    assert "this was saved in another window" in text
    assert mine in text
    assert theirs in text
    assert value_of(as_alice, path, field) == theirs


@EACH
@pytest.mark.parametrize("choice", ["mine", "saved"])
def test_either_of_the_two_can_be_had(
    as_alice: Client, places: dict[str, str], path: str, field: str, mine: str, theirs: str, choice: str
) -> None:
    path = at(path, places)
    here = opened(as_alice, path, **{field: mine})
    send(as_alice, path, opened(as_alice, path, **{field: theirs}))
    again = main_form(send(as_alice, path, here).content.decode())

    saved = send(as_alice, path, [*again.with_values(**{f"choice-{field}": choice})])

    assert saved.status_code == 302
    assert value_of(as_alice, path, field) == {"mine": mine, "saved": theirs}[choice]


def test_what_was_not_touched_here_is_taken_over_from_the_other_window(
    as_alice: Client, page: BookingPage
) -> None:
    path = f"/booking-pages/{page.pk}/booking"
    here = opened(as_alice, path, description="About us")
    send(as_alice, path, opened(as_alice, path, title="A better title"))

    refused = send(as_alice, path, here)
    send(as_alice, path, main_form(refused.content.decode()).fields)

    page.refresh_from_db()
    assert "as they are saved now: Title." in refused.content.decode()
    assert (page.title, page.description) == ("A better title", "About us")


def test_two_windows_on_the_calendars(as_alice: Client, page: BookingPage) -> None:
    path = f"/booking-pages/{page.pk}/calendars"
    here = opened(as_alice, path, writes="nowhere")
    page.page_hosts.update(own_calendars=True)

    refused = send(as_alice, path, here)
    page.page_hosts.update(own_calendars=False)
    agreed = send(as_alice, path, here)

    assert (refused.status_code, agreed.status_code) == (409, 302)


def test_rows_are_compared_as_a_whole(as_alice: Client, page: BookingPage) -> None:
    path = f"/booking-pages/{page.pk}/booking"
    here = opened(as_alice, path, **{"durations-0-minutes": "45"})
    send(as_alice, path, opened(as_alice, path, **{"durations-1-minutes": "60"}))

    text = send(as_alice, path, here).content.decode()

    assert "Yours, as it stands below" in text
    assert "30<br>60" in text
    assert [one.minutes for one in page.durations.all()] == [30, 60]


def test_the_same_saved_twice_is_no_quarrel(as_alice: Client, page: BookingPage) -> None:
    path = f"/booking-pages/{page.pk}/booking"
    here = opened(as_alice, path, title="The same")

    assert [send(as_alice, path, here).status_code for _ in range(2)] == [302, 302]


@pytest.mark.parametrize("version", ["", "x", "eyJ4IjoxfQ:abc"])
def test_a_form_without_a_version_is_refused(as_alice: Client, page: BookingPage, version: str) -> None:
    path = f"/booking-pages/{page.pk}/booking"

    answer = send(as_alice, path, opened(as_alice, path, title="Other", version=version))

    page.refresh_from_db()
    assert answer.status_code == 422
    assert "A part of this form did not arrive" in answer.content.decode()
    assert page.title == "Intro call"


def sign_in(client: Client, user: User, path: str) -> Any:
    return client.post(f"/signin?next={path}", {"login": user.email, "password": "a long password"})


@EACH
def test_what_was_typed_survives_signing_in_again(
    alice: User, as_alice: Client, places: dict[str, str], path: str, field: str, mine: str, theirs: str
) -> None:
    path = at(path, places)
    typed_here, before = opened(as_alice, path, **{field: mine}), value_of(as_alice, path, field)
    as_alice.logout()

    away = send(as_alice, path, typed_here)
    signing_in = as_alice.get(away["Location"]).content.decode()
    back = sign_in(as_alice, alice, path)
    shown = as_alice.get(path)

    assert away["Location"] == f"/signin?next={path}"
    assert str(forms.SIGN_IN_AGAIN) in signing_in
    assert back["Location"] == path
    assert "You had typed this before you were signed out" in shown.content.decode()
    form = main_form(shown.content.decode())
    assert dict(form.fields)[field] == mine
    assert value_of(signed_in(alice), path, field) == before
    assert send(as_alice, path, form.fields).status_code == 302
    assert value_of(as_alice, path, field) == mine
    assert "You had typed this" not in as_alice.get(path).content.decode()
    assert theirs


def test_somebody_else_who_signs_in_there_does_not_get_it(
    as_alice: Client, alice: User, charlie: User
) -> None:
    HostRules.objects.create(host=alice)
    sent = opened(as_alice, "/availability/limits", cap_week="77")
    as_alice.logout()
    send(as_alice, "/availability/limits", sent)

    sign_in(as_alice, charlie, "/availability/limits")

    assert value_of(as_alice, "/availability/limits", "cap_week") == ""
    assert as_alice.session["typed"] == {}


def test_somebody_else_who_signs_in_is_led_to_their_own_pages(
    as_alice: Client, page: BookingPage, charlie: User
) -> None:
    path = f"/booking-pages/{page.pk}/booking"
    sent = opened(as_alice, path, title="Very secret")
    as_alice.logout()
    away = send(as_alice, path, sent)

    arrived = as_alice.get(sign_in(as_alice, charlie, path)["Location"], follow=True)

    assert away["Location"] == f"/signin?next={path}"
    assert arrived.redirect_chain == [("/booking-pages", 302)]
    text = arrived.content.decode()
    assert str(forms.NOT_YOURS) in text
    assert "Very secret" not in text
    assert page.title not in text
    assert "Very secret" not in str(dict(as_alice.session))
    assert as_alice.get(path).status_code == 404, "asked for again, it is not there"


@pytest.mark.parametrize("path", ["/booking-pages/PAGE/look?a=b", "/booking-pages/999999", "/nobody/n%C3%B6"])
def test_a_sign_in_never_leads_to_nothing(
    client: Client, page: BookingPage, charlie: User, path: str
) -> None:
    path = path.replace("PAGE", str(page.pk))

    arrived = client.get(sign_in(client, charlie, path)["Location"], follow=True)

    assert arrived.redirect_chain[-1:] == [("/booking-pages", 302)]


def test_only_the_way_from_the_sign_in_is_led_elsewhere(
    client: Client, page: BookingPage, charlie: User
) -> None:
    sign_in(client, charlie, "/settings/profile")

    assert client.get(f"/booking-pages/{page.pk}/booking").status_code == 404


def test_it_is_kept_for_an_hour(as_alice: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = opened(as_alice, "/availability/limits", cap_week="77")
    as_alice.logout()
    send(as_alice, "/availability/limits", sent)
    sign_in(as_alice, alice, "/availability/limits")
    assert value_of(as_alice, "/availability/limits", "cap_week") == "77"

    monkeypatch.setattr(forms, "KEPT_FOR_SECONDS", 0)

    assert value_of(as_alice, "/availability/limits", "cap_week") == ""


def test_it_can_be_dropped(as_alice: Client, alice: User) -> None:
    sent = opened(as_alice, "/availability/limits", cap_week="77")
    as_alice.logout()
    send(as_alice, "/availability/limits", sent)
    sign_in(as_alice, alice, "/availability/limits")

    as_alice.get("/availability/limits?saved")

    assert value_of(as_alice, "/availability/limits", "cap_week") == ""


def test_a_session_that_kept_something_lasts_as_long_as_any(as_alice: Client, alice: User) -> None:
    sent = opened(as_alice, "/availability/limits", cap_week="77")
    as_alice.logout()
    send(as_alice, "/availability/limits", sent)
    assert as_alice.session.get_expiry_age() <= forms.KEPT_FOR_SECONDS

    sign_in(as_alice, alice, "/availability/limits")

    assert as_alice.session.get_expiry_age() > 24 * forms.KEPT_FOR_SECONDS


def test_nothing_is_kept_for_who_was_never_signed_in(page: BookingPage) -> None:
    stranger = Client()

    stranger.post(f"/booking-pages/{page.pk}/booking", {"title": "x" * 1_000, "version": "x"})

    assert settings.SESSION_COOKIE_NAME not in stranger.cookies


@pytest.mark.parametrize("signed_in_again", [True, False])
def test_an_old_token_brings_the_form_back(alice: User, page: BookingPage, *, signed_in_again: bool) -> None:
    browser, path = Client(enforce_csrf_checks=True), f"/booking-pages/{page.pk}/booking"
    browser.force_login(alice)
    old = opened(browser, path, title="Typed long ago")
    browser.logout()
    browser.cookies.pop(settings.CSRF_COOKIE_NAME, None)
    browser.get("/signin")
    if signed_in_again:
        browser.force_login(alice)

    answer = send(browser, path, old)

    page.refresh_from_db()
    assert page.title == "Intro call"
    assert answer["Location"] == (path if signed_in_again else f"/signin?next={path}")
    browser.force_login(alice)
    assert value_of(browser, path, "title") == "Typed long ago"


def test_a_form_of_another_site_is_not_shown(alice: User, page: BookingPage) -> None:
    browser, path = Client(enforce_csrf_checks=True), f"/booking-pages/{page.pk}/booking"
    browser.force_login(alice)
    browser.get(path)

    answer = browser.post(path, {"title": "Forged", "csrfmiddlewaretoken": "x" * 64})

    assert answer.status_code == 403
    assert value_of(browser, path, "title") == "Intro call"
