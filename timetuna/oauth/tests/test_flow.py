"""An app asks, a host allows, and the app acts: codes, tokens, and what each is good for."""

import base64
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from tests.clock import present
from timetuna.accounts.tests.conftest import mails
from timetuna.api.tests.conftest import Program, wish
from timetuna.bookings.models import HistoryEntry
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.tests.conftest import CALLBACK, App, make_app
from timetuna.webhooks.models import WebhookEndpoint

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_an_app_that_is_allowed_acts_for_its_host(app, browser, alice, page, settings):
    told = app.told(browser)
    tokens = app.exchange(told["code"]).json()

    assert (told["state"], told["iss"]) == ("a-state", settings.BASE_URL)
    assert tokens.keys() == {"access_token", "refresh_token", "expires_in", "token_type", "scope"}
    assert (tokens["expires_in"], tokens["token_type"], tokens["scope"]) == (3600, "Bearer", "bookings")
    me = Program(tokens["access_token"]).get("/me")
    assert me.status_code == 200
    assert me.json()["email"] == alice.email
    connection = ConnectedApp.objects.get(user=alice)
    assert (connection.name, connection.host, connection.scopes) == ("Zapper", "app.example", ["bookings"])
    assert connection.last_used_at is not None


def test_the_host_is_told_by_mail_once(app, browser, alice):
    app.tokens(browser)
    app.tokens(browser)

    (mail,) = mails()
    assert mail.to == alice.email
    assert "“Zapper” (app.example)" in mail.text
    assert "See your booking pages" in mail.text


def test_a_confidential_app_shows_its_secret(browser, page):
    app = make_app(confidential=True)
    code = app.told(browser)["code"]
    secret, app.secret = app.secret, "tt_cs_wrong"

    refused = app.exchange(code)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    app.secret = ""
    assert app.exchange(code).status_code == 401
    app.secret = secret
    assert app.exchange(code).status_code == 200


def test_nothing_that_opens_can_be_read_in_the_database(browser, page):
    app = make_app(confidential=True)
    code = app.told(browser)["code"]
    (grant,) = Grant.objects.values()
    tokens = app.exchange(code).json()
    rows = [
        *Application.objects.values(),
        grant,
        *AccessToken.objects.values(),
        *RefreshToken.objects.values(),
    ]

    for secret in (code, app.secret, tokens["access_token"], tokens["refresh_token"]):
        assert len(secret) > 20
        assert secret not in str(rows)


def test_who_asks_again_because_an_answer_got_lost_gets_the_same(app, browser, page):
    first = app.tokens(browser)
    second = app.refresh(first["refresh_token"]).json()

    again = app.refresh(first["refresh_token"]).json()

    assert again == second
    assert second["access_token"] != first["access_token"]
    assert Program(first["access_token"]).get("/me").status_code == 401
    assert Program(again["access_token"]).get("/me").status_code == 200
    assert app.refresh(again["refresh_token"]).status_code == 200


def test_an_old_refresh_token_that_comes_back_ends_them_all(app, browser, page):
    first = app.tokens(browser)
    second = app.refresh(first["refresh_token"]).json()

    with time_machine.travel(present() + timedelta(seconds=61)):
        stolen = app.refresh(first["refresh_token"])
        assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
        assert Program(second["access_token"]).get("/me").status_code == 401
        assert app.refresh(second["refresh_token"]).status_code == 400


def test_a_code_that_is_used_twice_ends_what_came_of_it(app, browser, page):
    code = app.told(browser)["code"]
    tokens = app.exchange(code).json()

    assert app.exchange(code).json()["error"] == "invalid_grant"
    assert Program(tokens["access_token"]).get("/me").status_code == 401
    assert app.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.parametrize("what", ["code", "token"])
def test_what_comes_back_ends_the_app_with_its_webhooks_and_its_host_is_told(app, browser, page, what):
    code = app.told(browser)["code"]
    tokens = app.exchange(code).json()
    wanted = {"url": "https://receiver.example/", "events": ["booking.created"], "source": "zapier"}
    assert Program(tokens["access_token"]).post("/webhooks", wanted).status_code == 201
    app.refresh(tokens["refresh_token"])
    sent = len(mails())

    with time_machine.travel(present() + timedelta(seconds=61)):
        again = app.exchange(code) if what == "code" else app.refresh(tokens["refresh_token"])
        once_more = app.refresh(tokens["refresh_token"])

    assert (again.status_code, once_more.status_code) == (400, 400)
    assert ConnectedApp.objects.get().ended_by == ConnectedApp.End.COPIED
    assert not WebhookEndpoint.objects.exists()
    assert [mail.subject for mail in mails()[sent:]] == ["An app was disconnected from your TimeTuna account"]
    assert "its access was used a second time" in browser.get("/settings/apps").content.decode()


def test_a_code_is_good_for_a_minute(app, browser, page):
    code = app.told(browser)["code"]

    with time_machine.travel(present() + timedelta(seconds=61)):
        assert app.exchange(code).json()["error"] == "invalid_grant"


def test_another_apps_code_is_none(app, browser, page):
    code, other = app.told(browser)["code"], make_app("Other")
    other.pkce = app.pkce

    assert other.exchange(code).json()["error"] == "invalid_grant"
    assert app.exchange(code).status_code == 200


def test_another_apps_refresh_token_is_none(app, browser, page):
    tokens = app.tokens(browser)

    assert make_app("Other").refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "https://app.example/other"}, "invalid_grant"),
        (
            {"grant_type": "password", "username": "alice@example.org", "password": "x"},
            "unsupported_grant_type",
        ),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ],
)
def test_what_does_not_fit_gets_no_token(app, browser, page, change, error):
    answer = app.exchange(app.told(browser)["code"], **change)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert not AccessToken.objects.exists()
    assert not ConnectedApp.objects.exists()


def test_a_token_ends_after_an_hour_and_says_so(app, browser, page):
    program = app.program(browser)

    with time_machine.travel(present() + timedelta(hours=1, seconds=1)):
        answer = program.get("/me")

    assert code_of(answer) == (401, "key-expired")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_a_host_who_is_switched_off_has_no_apps(app, browser, alice, page):
    tokens = app.tokens(browser)
    code = app.told(browser)["code"]
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)

    assert code_of(Program(tokens["access_token"]).get("/me")) == (401, "unauthorized")
    assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert app.exchange(code).json()["error"] == "invalid_grant"


def test_a_token_for_one_address_opens_no_other(app, browser, page, settings):
    for_mcp = app.program(browser, resource=f"{settings.BASE_URL}/mcp")
    for_api = app.program(browser, resource=f"{settings.BASE_URL}/api/v1")
    message = {"jsonrpc": "2.0", "id": 1, "method": "ping"}

    def at_mcp(program):
        headers = {"Authorization": f"Bearer {program.token}"}
        return Client().post("/mcp", message, content_type="application/json", headers=headers).status_code

    assert (for_mcp.get("/me").status_code, at_mcp(for_mcp)) == (401, 200)
    assert (for_api.get("/me").status_code, at_mcp(for_api)) == (200, 401)
    assert (at_mcp(app.program(browser)), app.program(browser).get("/me").status_code) == (200, 200)


def test_a_refusal_names_the_address_that_says_who_gives_tokens(settings):
    api, mcp = Client().get("/api/v1/me"), Client().post("/mcp", {}, content_type="application/json")

    where = f'resource_metadata="{settings.BASE_URL}/.well-known/oauth-protected-resource'
    assert f'{where}/api/v1"' in api["WWW-Authenticate"]
    assert f'{where}/mcp"' in mcp["WWW-Authenticate"]


def test_a_token_has_the_scopes_that_were_allowed_and_no_more(app, browser, page):
    program = app.program(browser, scope="pages:read")

    assert program.get("/pages").status_code == 200
    assert code_of(program.get("/bookings")) == (403, "scope")
    tokens = app.tokens(browser, scope="pages:read")
    wider = app.refresh(tokens["refresh_token"], scope="pages:read bookings:write")
    assert (wider.status_code, wider.json()["error"]) == (400, "invalid_scope")


def test_who_names_no_scope_is_asked_for_what_automation_needs(app, browser, page):
    assert app.tokens(browser, scope=None)["scope"] == "bookings"


def test_an_app_that_ends_its_tokens_is_connected_no_more(app, browser, alice, page):
    tokens = app.tokens(browser)

    assert app.ask("/oauth/revoke", token=tokens["refresh_token"]).status_code == 200

    assert Program(tokens["access_token"]).get("/me").status_code == 401
    assert app.refresh(tokens["refresh_token"]).status_code == 400
    assert ConnectedApp.objects.get(user=alice).ended_by == ConnectedApp.End.APP


def test_nobody_ends_the_tokens_of_another_app(app, browser, page):
    tokens = app.tokens(browser)

    assert make_app("Other").ask("/oauth/revoke", token=tokens["refresh_token"]).status_code == 200
    assert Program(tokens["access_token"]).get("/me").status_code == 200


def test_a_token_opens_nothing_from_a_query_or_a_form(app, browser, page):
    token = app.tokens(browser)["access_token"]

    assert code_of(Client().get("/api/v1/me", {"access_token": token})) == (422, "validation")
    assert Client().get("/api/v1/pages/pg_none/times", {"access_token": token}).status_code != 200
    form = {"access_token": token, "client_id": app.application.client_id}
    assert Client().post("/oauth/revoke", form).status_code == 400


def test_histories_tell_of_the_app(app: App, browser, page):
    booked = app.program(browser).post("/bookings", wish(page, tomorrow(10)))

    assert booked.status_code == 201, booked.content
    assert {(one.source, one.via) for one in HistoryEntry.objects.all()} == {("api", "app “Zapper”")}


def test_a_secret_may_come_as_basic_auth_does(browser, page):
    app = make_app(confidential=True)
    form = {
        "grant_type": "authorization_code",
        "code": app.told(browser)["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": app.pkce.verifier,
    }

    def sent(secret: str) -> int:
        told = base64.b64encode(f"{app.application.client_id}:{secret}".encode()).decode()
        return Client().post("/oauth/token", form, headers={"Authorization": f"Basic {told}"}).status_code

    assert (sent("tt_cs_wrong"), sent(app.secret)) == (401, 200)


def test_of_a_connection_that_was_ended_nothing_goes_on_in_the_next(app, browser, alice, page):
    """As where a token was made in the moment in which it was ended."""
    tokens = app.tokens(browser)
    ConnectedApp.objects.update(ended_at=present())
    assert code_of(Program(tokens["access_token"]).get("/me")) == (401, "key-revoked")

    app.tokens(browser)

    assert code_of(Program(tokens["access_token"]).get("/me")) == (401, "unauthorized")
    assert app.refresh(tokens["refresh_token"]).status_code == 400
