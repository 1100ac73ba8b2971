from base64 import b64encode

import httpx2
import pytest

from sandbox.zoom.control import ZoomControl
from sandbox.zoom.tests.acting import BASIC, VERIFIER, App, Rules, answered

WRONG_CLIENT = {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}
DEAD_TOKEN = {"reason": "Invalid Token!", "error": "invalid_grant"}


def test_consent_is_a_page_with_the_two_scopes_and_two_buttons(app: App, control: ZoomControl) -> None:
    control.decide("ask")

    page = app.authorize().text

    assert page.count("<li>") == 2
    assert "user:read:user" in page
    assert "meeting:write:meeting" in page
    assert ">Allow</button>" in page
    assert ">Decline</button>" in page
    assert "robin@host.example" in page


def test_allowing_leads_back_with_code_and_state(app: App, http: httpx2.Client, control: ZoomControl) -> None:
    control.decide("ask")
    form = app.authorize_parameters(state="a&b=c") | {"account": "casey", "decision": "allow"}

    response = http.post("/oauth/authorize", data=form)

    assert response.status_code == 302
    assert answered(response)["state"] == "a&b=c"
    tokens = app.exchange(answered(response)["code"]).json()
    assert app.me(tokens["access_token"]).json()["email"] == "casey@cohost.example"


def test_declining_leads_back_with_the_error(app: App, http: httpx2.Client, control: ZoomControl) -> None:
    control.decide("ask")
    form = app.authorize_parameters() | {"account": "robin", "decision": "deny"}

    response = http.post("/oauth/authorize", data=form)

    assert answered(response) == {"error": "access_denied", "state": form["state"]}


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "another"},
        {"redirect_uri": "http://localhost:8000/api/calendar-accounts/zoom/callback/"},
        {"redirect_uri": "https://evil.example/"},
        {"response_type": "token"},
    ],
)
def test_a_wrong_app_or_address_never_redirects(app: App, change: dict[str, str]) -> None:
    response = app.authorize(**change)

    assert response.status_code == 400
    assert response.json()["status"] is False
    assert "Location" not in response.headers


def test_a_scope_parameter_is_refused_and_written_down(app: App, rules: Rules) -> None:
    response = app.authorize(scope="meeting:write")

    assert response.json()["errorMessage"] == "Invalid scope"
    assert rules() == ["scope-at-authorize"]


def test_a_form_from_another_site_cannot_consent(app: App, http: httpx2.Client) -> None:
    form = app.authorize_parameters() | {"account": "robin", "decision": "allow"}
    response = http.post("/oauth/authorize", data=form, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403


def test_the_tokens_have_zooms_shape(app: App, rules: Rules) -> None:
    tokens = app.connect()

    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] == 3599
    assert tokens["scope"] == "meeting:write:meeting user:read:user"
    assert tokens["api_url"] == "https://api.zoom.us"
    assert 500 < len(tokens["access_token"]) < 1000
    assert rules() == []


def test_a_code_is_good_once(app: App, rules: Rules) -> None:
    code = app.code()
    assert app.exchange(code).status_code == 200

    second = app.exchange(code)

    assert second.status_code == 400
    assert second.json() == {"reason": f"Invalid authorization code {code}", "error": "invalid_grant"}
    assert rules() == ["code-reused"]


@pytest.mark.parametrize(
    "change",
    [
        {"code_verifier": VERIFIER[::-1]},
        {"code_verifier": ""},
        {"redirect_uri": "http://localhost:8000/elsewhere"},
    ],
)
def test_a_code_needs_its_verifier_and_its_address(app: App, change: dict[str, str]) -> None:
    assert app.exchange(app.code(), **change).json()["error"] == "invalid_grant"


def test_a_code_lives_for_five_minutes(app: App, control: ZoomControl) -> None:
    code = app.code()
    control.clock(301)
    assert app.exchange(code).json()["error"] == "invalid_grant"


def test_wrong_client_credentials(http: httpx2.Client) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    for header in ("", "Basic", "Basic ###", "Basic " + b64encode(b"a:b").decode()):
        response = http.post("/oauth/token", data=form, headers={"Authorization": header})
        assert response.status_code == 400
        assert response.json() == WRONG_CLIENT


def test_token_parameters_belong_into_the_body(http: httpx2.Client, rules: Rules) -> None:
    response = http.post("/oauth/token?grant_type=refresh_token&refresh_token=x", auth=BASIC)

    assert response.json() == {"reason": "Bad request", "error": "invalid_request"}
    assert rules() == ["parameters-in-query", "token-in-url"]


def test_an_unknown_grant_type(app: App) -> None:
    expected = {"reason": "unsupported grant type", "error": "unsupported_grant_type"}
    assert app.token(grant_type="password").json() == expected


def test_a_refresh_rotates_both_tokens(app: App, rules: Rules) -> None:
    first = app.connect()
    second = app.refresh(first["refresh_token"]).json()

    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert app.refresh(second["refresh_token"]).status_code == 200
    assert rules() == []


def test_a_superseded_refresh_token_is_refused_and_written_down(app: App, rules: Rules) -> None:
    first = app.connect()
    app.refresh(first["refresh_token"])

    again = app.refresh(first["refresh_token"])

    assert again.status_code == 400
    assert again.json() == DEAD_TOKEN
    assert rules() == ["superseded-refresh"]


def test_authorizing_again_kills_the_earlier_grant(app: App) -> None:
    first = app.connect()
    second = app.connect()

    assert app.refresh(first["refresh_token"]).json() == DEAD_TOKEN
    assert app.me(first["access_token"]).json() == {"code": 124, "message": "Invalid access token."}
    assert app.me(second["access_token"]).status_code == 200


def test_revoking_ends_the_grant_and_is_outside_the_test_plan(
    app: App, http: httpx2.Client, rules: Rules
) -> None:
    tokens = app.connect()

    response = http.post("/oauth/revoke", data={"token": tokens["access_token"]}, auth=BASIC)

    assert response.json() == {"status": "success"}
    assert app.refresh(tokens["refresh_token"]).json() == DEAD_TOKEN
    assert rules()[0] == "outside-test-plan"


def test_what_authorize_must_have_is_watched(app: App, rules: Rules) -> None:
    app.authorize(state="")
    app.authorize(code_challenge_method="plain")
    app.authorize(state="twice")
    app.authorize(state="twice")
    assert rules() == ["state-missing", "pkce-not-s256", "state-repeated"]


def test_extra_and_dropped_scopes(app: App, control: ZoomControl) -> None:
    control.app(extra_scopes=["meeting:update:meeting"], drop_scopes=["user:read:user"])
    assert app.connect()["scope"] == "meeting:update:meeting meeting:write:meeting"


def test_a_start_from_the_marketplace_has_no_state(control: ZoomControl) -> None:
    location = control.marketplace_add("robin")
    assert location.startswith("http://localhost:8000/api/calendar-accounts/zoom/callback?code=")
    assert "state" not in location
