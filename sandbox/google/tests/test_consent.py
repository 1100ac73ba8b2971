from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from sandbox.google import state
from sandbox.google.control import GoogleControl
from sandbox.google.tests.conftest import AUTHORIZE, BASIC, SCOPES, answered, asked

Rules = Callable[[], list[str]]
Exchange = Callable[..., httpx2.Response]


def test_the_page_asks_who_and_what(http: httpx2.Client) -> None:
    page = http.get(AUTHORIZE, params=asked())

    assert page.status_code == 200
    for words in (
        "Robin Host",
        "View and edit events on all your calendars",
        state.FREE_BUSY,
        "It is not Google",
    ):
        assert words in page.text
    assert page.text.count('type="checkbox"') == 3


def test_a_person_leaves_a_permission_out(http: httpx2.Client, exchange: Exchange) -> None:
    form = asked() | {"account": "casey", "decision": "allow", "allow": state.EVENTS}

    back = answered(http.post(AUTHORIZE, data=form))

    assert back["state"] == "a-state"
    granted = {"openid", state.USERINFO_EMAIL, state.EVENTS}
    assert set(back["scope"].split()) == granted
    assert set(exchange(back["code"]).json()["scope"].split()) == granted


def test_a_person_declines(http: httpx2.Client) -> None:
    assert answered(http.post(AUTHORIZE, data=asked() | {"decision": "deny"})) == {
        "error": "access_denied",
        "state": "a-state",
    }


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"client_id": "another"}, "invalid_client"),
        ({"redirect_uri": "https://evil.example/"}, "redirect_uri_mismatch"),
        ({"scope": ""}, "invalid_request"),
    ],
)
def test_a_wrong_app_is_told_on_googles_own_page(
    http: httpx2.Client, changes: dict[str, str], word: str
) -> None:
    page = http.get(AUTHORIZE, params=asked(**changes))

    assert page.status_code in {400, 401}
    assert word in page.text


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"code_challenge_method": "plain"}, "google-pkce-not-s256"),
        ({"state": ""}, "google-state-missing"),
        ({"scope": f"{SCOPES} https://www.googleapis.com/auth/calendar"}, "google-scope-too-many"),
        ({"prompt": "select_account"}, "google-not-offline"),
        ({"include_granted_scopes": "true"}, "google-include-granted"),
    ],
)
def test_rules_of_authorize(http: httpx2.Client, rules: Rules, changes: dict[str, str], rule: str) -> None:
    http.get(AUTHORIZE, params=asked(**changes))

    assert rules() == [rule]


def test_a_state_is_used_once(http: httpx2.Client, google: GoogleControl, rules: Rules) -> None:
    google.decide("allow")
    for _ in range(2):
        http.get(AUTHORIZE, params=asked())

    assert rules() == ["google-state-repeated"]


def test_a_second_consent_without_prompt_brings_no_refresh_token(
    http: httpx2.Client, tokens: Any, exchange: Exchange
) -> None:
    again = answered(http.get(AUTHORIZE, params=asked(prompt="none")))

    assert "refresh_token" in tokens
    assert "refresh_token" not in exchange(again["code"]).json()


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "x" * 43},
        {"redirect_uri": "https://evil.example/"},
        {"client_id": "", "code_verifier": ""},
    ],
)
def test_a_code_that_does_not_hold(
    http: httpx2.Client, google: GoogleControl, exchange: Exchange, changes: dict[str, str]
) -> None:
    google.decide("allow")
    code = answered(http.get(AUTHORIZE, params=asked()))["code"]

    answer = exchange(code, **changes)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_code_is_used_once(
    http: httpx2.Client, google: GoogleControl, exchange: Exchange, rules: Rules
) -> None:
    google.decide("allow")
    code = answered(http.get(AUTHORIZE, params=asked()))["code"]

    assert [exchange(code).status_code for _ in range(2)] == [200, 400]
    assert rules() == ["google-code-reused"]


def test_wrong_keys(http: httpx2.Client, exchange: Exchange) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}

    assert http.post("/google/token", data=form, auth=("a", "b")).json()["error"] == "invalid_client"
    body = form | {"client_id": "sandbox-google-client", "client_secret": "sandbox-google-secret"}
    assert http.post("/google/token", data=body).json()["error"] == "invalid_grant"
    assert http.post("/google/token", data={}, auth=BASIC).json()["error"] == "unsupported_grant_type"


def test_a_grant_can_be_given_back(http: httpx2.Client, tokens: Any) -> None:
    form = {"token": tokens["refresh_token"]}

    assert http.post("/google/revoke", data=form).status_code == 200
    assert http.post("/google/revoke", data=form).json()["error"] == "invalid_token"
    renewal = {"grant_type": "refresh_token", **form, "refresh_token": tokens["refresh_token"]}
    assert http.post("/google/token", data=renewal, auth=BASIC).json()["error"] == "invalid_grant"


def test_use_after_a_disconnection_is_seen(api: httpx2.Client, google: GoogleControl, rules: Rules) -> None:
    google.note_disconnect()
    api.get("/google/oauth2/v3/userinfo")

    assert rules() == ["google-use-after-disconnect"]


def test_tokens_in_addresses_are_seen(http: httpx2.Client, tokens: Any, rules: Rules) -> None:
    http.get("/google/oauth2/v3/userinfo", params={"access_token": tokens["access_token"]})
    http.post(f"/google/token?grant_type=refresh_token&refresh_token={tokens['refresh_token']}", auth=BASIC)

    assert rules() == ["google-token-in-url", "google-parameters-in-query", "google-token-in-url"]
