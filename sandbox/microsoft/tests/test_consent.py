"""Sign-in, consent and tokens, as a browser and an app see them."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from sandbox.microsoft.control import MicrosoftControl
from sandbox.microsoft.tests.conftest import AUTHORIZE, BASIC, GRAPH, TOKEN, answered, asked

Exchange = Callable[..., httpx2.Response]
Rules = Callable[[], list[str]]


def test_the_page_asks_who_and_what(http: httpx2.Client) -> None:
    page = http.get(AUTHORIZE, params=asked())

    assert page.status_code == 200
    for words in ("Permissions requested", "Have full access to your calendars", "robin@host.example"):
        assert words in page.text
    assert "form-action 'self' http://localhost:8000" in page.headers["Content-Security-Policy"]


def test_a_person_accepts_all_or_a_part(http: httpx2.Client, exchange: Exchange) -> None:
    form = asked() | {"account": "robin", "decision": "allow", "allow": "User.Read"}

    code = answered(http.post(AUTHORIZE, data=form))["code"]
    granted = exchange(code).json()

    assert granted["scope"].split() == ["User.Read", "profile", "openid", "email"]
    assert "refresh_token" not in granted


def test_a_person_cancels(http: httpx2.Client, rules: Rules) -> None:
    back = answered(http.post(AUTHORIZE, data=asked() | {"decision": "deny"}))

    assert (back["error"], back["state"]) == ("access_denied", "a-state")
    assert back["error_description"].startswith("AADSTS65004")
    assert rules() == []


def test_an_administrator_has_to_approve(http: httpx2.Client, microsoft: MicrosoftControl) -> None:
    form = asked() | {"account": "casey", "decision": "allow", "allow": "User.Read"}
    page = http.post(AUTHORIZE, data=form)
    back = answered(http.post(AUTHORIZE, data=form | {"decision": "leave"}))

    assert "Need admin approval" in page.text
    assert back["error_description"].startswith("AADSTS90094")
    microsoft.change_account("casey", guarded=False)
    assert "code" in answered(http.post(AUTHORIZE, data=form | {"state": "second"}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_id": "unknown"}, "AADSTS700016"),
        ({"redirect_uri": "https://elsewhere.example/"}, "AADSTS50011"),
        ({"response_type": "token"}, "AADSTS900144"),
    ],
)
def test_a_wrong_app_is_told_on_microsofts_own_page(
    http: httpx2.Client, changes: dict[str, str], words: str
) -> None:
    page = http.get(AUTHORIZE, params=asked(**changes))

    assert page.status_code == 400
    assert words in page.text


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"code_challenge_method": "plain"}, "microsoft-pkce-not-s256"),
        ({"state": ""}, "microsoft-state-missing"),
        ({"scope": "User.Read Mail.Read"}, "microsoft-scope-too-many"),
        ({"prompt": "none"}, "microsoft-no-account-choice"),
    ],
)
def test_rules_of_authorize(http: httpx2.Client, rules: Rules, changes: dict[str, str], rule: str) -> None:
    http.get(AUTHORIZE, params=asked(**changes))

    assert rules() == [rule]


def test_a_state_is_used_once(http: httpx2.Client, microsoft: MicrosoftControl, rules: Rules) -> None:
    microsoft.decide("deny")
    for _ in range(2):
        http.get(AUTHORIZE, params=asked())

    assert rules() == ["microsoft-state-repeated"]


@pytest.mark.parametrize(
    "changes",
    [{"code_verifier": "x" * 43}, {"redirect_uri": "http://localhost/other"}, {"code": "nonsense"}],
)
def test_a_code_that_does_not_hold(
    http: httpx2.Client, microsoft: MicrosoftControl, exchange: Exchange, changes: dict[str, str]
) -> None:
    microsoft.decide("allow")
    code = answered(http.get(AUTHORIZE, params=asked()))["code"]

    refused = exchange(**{"code": code} | changes)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert refused.json()["error_codes"] == [70000]


def test_a_code_is_used_once(
    http: httpx2.Client, microsoft: MicrosoftControl, exchange: Exchange, rules: Rules
) -> None:
    microsoft.decide("allow")
    code = answered(http.get(AUTHORIZE, params=asked()))["code"]

    assert [exchange(code).status_code for _ in range(2)] == [200, 400]
    assert rules() == ["microsoft-code-reused"]


def test_wrong_keys(http: httpx2.Client) -> None:
    refused = http.post(TOKEN, data={"grant_type": "refresh_token"}, auth=("x", "y"))

    assert (refused.status_code, refused.json()["error_codes"]) == (401, [7000215])
    assert http.post(TOKEN, data={"grant_type": "password"}, auth=BASIC).json()["error_codes"] == [70003]


def test_use_after_a_disconnection_is_seen(
    api: httpx2.Client, microsoft: MicrosoftControl, rules: Rules
) -> None:
    microsoft.note_disconnect()
    api.get(f"{GRAPH}/me")

    assert rules() == ["microsoft-use-after-disconnect"]


def test_tokens_in_addresses_are_seen(http: httpx2.Client, tokens: Any, rules: Rules) -> None:
    http.get(f"{GRAPH}/me", params={"access_token": tokens["access_token"]})

    assert rules() == ["microsoft-token-in-url"]
