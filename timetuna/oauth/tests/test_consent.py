"""The page that asks a host, and whoever tries to get around it."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from oauth2_provider.models import Application, Grant

from timetuna.accounts.tests.conftest import mails
from timetuna.api.scopes import ApiScope
from timetuna.oauth.tests.conftest import CALLBACK, led_to, make_app

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]
DCR = Application.RegistrationSource.DCR
PASSWORD = "a long enough password"


def sent(response) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(led_to(response)).query))


def test_the_page_says_who_asks_for_what_and_whose_account_it_is(browser, alice):
    app = make_app("Zapper <b>", registration_source=DCR)

    page = browser.get(app.address(scope="pages:read bookings:write"))

    text = page.content.decode()
    assert "Zapper &lt;b&gt;</bdi> wants to use your TimeTuna account" in text
    for said in ("app.example", "Unverified.", alice.email, "Make, move, cancel and answer bookings"):
        assert said in text
    assert "See bookings, with names, email addresses and answers of guests" in text
    assert "Create, change and delete booking pages" not in text
    policy = page["Content-Security-Policy"]
    assert "form-action 'self';" in f"{policy};"
    assert "frame-ancestors 'none'" in policy
    assert page["X-Frame-Options"] == "DENY"
    assert page["Cache-Control"] == "private, no-store"


def test_what_goes_without_saying_is_not_said(browser, app):
    asked = " ".join(ApiScope)

    may = browser.get(app.address(scope=asked)).context["may"]

    assert len(may) == 7
    assert "See bookings, with names, email addresses and answers of guests" in may


def test_an_app_of_the_operator_is_not_called_unverified(browser, app):
    assert "Unverified." not in browser.get(app.address()).content.decode()


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("http://127.0.0.1/back", "http://127.0.0.1:51234/back"),
        ("http://localhost:1/back", "http://localhost:51234/back"),
        ("http://[::1]/back", "http://[::1]:51234/back"),
    ],
)
def test_a_program_on_ones_own_computer_has_any_port(browser, page, registered, asked):
    app = make_app(redirect_uri=registered)
    app.redirect_uri = asked

    shown = browser.get(app.address())
    assert "It runs on your own computer" in shown.content.decode()
    assert "form-action 'self';" in f"{shown['Content-Security-Policy']};"
    assert app.exchange(app.told(browser)["code"]).status_code == 200


def test_no_is_told_to_the_app(browser, app, settings):
    assert app.told(browser, "no") == {
        "error": "access_denied",
        "error_description": "The host has said no.",
        "state": "a-state",
        "iss": settings.BASE_URL,
    }
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "app_none"},
        {"client_id": None},
        {"client_id": "\x00"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": f"{CALLBACK}/more"},
        {"redirect_uri": f"{CALLBACK}?more=1"},
        {"redirect_uri": f"{CALLBACK}#more"},
        {"redirect_uri": "https://app.example@evil.example/callback"},
        {"redirect_uri": "https://app.example.evil.example/callback"},
        {"redirect_uri": "https://app.example:444/callback"},
        {"redirect_uri": "http://app.example/callback"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "//app.example/callback"},
        {"state": "x" * 5_000},
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_nobody_is_led_to_where_the_app_is_not(browser, app, change, signed_in):
    answer = (browser if signed_in else Client()).get(app.address(**change))

    assert answer.status_code == 400
    assert "Nothing was connected" in answer.content.decode()
    assert "evil" not in answer.content.decode()
    assert "Location" not in answer


def test_what_is_said_twice_is_not_believed(browser, app):
    answer = browser.get(f"{app.address()}&redirect_uri={quote('https://evil.example/')}")

    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


WRONG = [
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code token"}, "unauthorized_client"),
    ({"response_type": None}, "invalid_request"),
    ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge": "x"}, "invalid_request"),
    ({"scope": "everything"}, "invalid_scope"),
    ({"scope": "bookings oauth2_provider:registration"}, "invalid_scope"),
    ({"resource": "https://evil.example/"}, "invalid_target"),
    ({"resource": "nonsense"}, "invalid_target"),
]


@pytest.mark.parametrize(("change", "error"), WRONG)
def test_an_app_of_the_operator_hears_what_it_did_wrong(browser, app, change, error, settings):
    answer = browser.get(app.address(**change))

    assert led_to(answer).startswith(f"{CALLBACK}?")
    told = sent(answer)
    assert (told["error"], told["state"], told["iss"]) == (error, "a-state", settings.BASE_URL)


@pytest.mark.parametrize(("change", "error"), WRONG)
def test_an_app_that_registered_itself_sends_nobody_on_by_a_mistake(browser, change, error):
    answer = browser.get(make_app(registration_source=DCR).address(**change))

    assert answer.status_code == 400
    text = answer.content.decode()
    assert "Go to app.example" in text
    assert f"{CALLBACK}?error={error}" in text


def test_nobody_who_is_not_signed_in_is_sent_on_by_a_mistake(app):
    assert Client().get(app.address(scope="everything")).status_code == 400


def test_the_form_is_refused_from_another_site(app, alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    seen = browser.get(app.address()).context["seen"]

    assert browser.post(app.address(), {"answer": "yes", "seen": seen}).status_code == 403
    assert not Grant.objects.exists()


def test_what_one_was_shown_another_does_not_allow(browser, app, bob):
    seen = browser.get(app.address()).context["seen"]
    other = Client()
    other.force_login(bob)

    answer = other.post(app.address(), {"answer": "yes", "seen": seen})

    assert answer.status_code == 409
    assert "another account by now" in answer.content.decode()
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    "change", [{"scope": "bookings pages:write"}, {"client_id": "OTHER"}, {"code_challenge": "y" * 43}]
)
def test_more_than_was_shown_is_not_allowed(browser, app, change):
    other = make_app("Other")
    change = {
        name: other.application.client_id if value == "OTHER" else value for name, value in change.items()
    }
    seen = browser.get(app.address()).context["seen"]

    answer = browser.post(app.address(**change), {"answer": "yes", "seen": seen})

    assert answer.status_code == 409
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    "form", [{}, {"answer": "maybe"}, {"answer": "yes"}, {"answer": "yes", "seen": "1:x"}]
)
def test_a_form_that_says_nothing_allows_nothing(browser, app, form):
    assert browser.post(app.address(), form).status_code == 409
    assert not Grant.objects.exists()


def test_a_field_of_the_form_says_nothing_of_the_app(browser, app):
    seen = browser.get(app.address()).context["seen"]
    form = {"answer": "yes", "seen": seen, "redirect_uri": "https://evil.example/", "scope": "pages:write"}

    answer = browser.post(app.address(), form)

    assert led_to(answer).startswith(f"{CALLBACK}?")
    assert Grant.objects.get().scope == "bookings"


def test_who_is_not_signed_in_signs_in_and_comes_back(app, alice):
    EmailAddress.objects.filter(user=alice).delete()
    alice.set_password(PASSWORD)
    alice.save()
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    visitor = Client()

    away = visitor.get(app.address())
    assert away["Location"] == f"/signin?next={quote(app.address())}"
    back = visitor.post(away["Location"], {"login": alice.email, "password": PASSWORD, "next": app.address()})

    assert back["Location"] == app.address()
    assert "code" in app.told(visitor)


def test_who_has_no_account_makes_one_and_comes_back(app):
    visitor = Client()
    app_address = app.address(state="s" * 300)
    form = {
        "email": "new@host.example",
        "password1": PASSWORD,
        "name": "New Host",
        "time_zone": "Europe/Berlin",
        "next": app_address,
    }

    signed_up = visitor.post(f"/signup?{urlencode({'next': app_address})}", form)
    assert signed_up.status_code == 302, signed_up.content
    (mail,) = mails()
    opened = visitor.get(mail.path)
    confirmed = visitor.post(mail.path) if opened.status_code == 200 else opened

    assert confirmed["Location"] == app_address
    assert visitor.get(app_address).context["account"] == "new@host.example"


@pytest.mark.parametrize("host", ["localhost:9999", "127.0.0.1", "[::1]"])
def test_the_host_header_says_nothing(browser, app, host, settings):
    metadata = Client().get("/.well-known/oauth-authorization-server", headers={"Host": host})
    page = browser.get(app.address(), headers={"Host": host})
    seen = {"answer": "yes", "seen": page.context["seen"]}
    answer = browser.post(app.address(), seen, headers={"Host": host})

    assert host not in metadata.content.decode()
    assert sent(answer)["iss"] == settings.BASE_URL
    assert (
        Client().get("/.well-known/oauth-authorization-server", headers={"Host": "evil.example"}).status_code
        == 400
    )
