"""Consent, tokens and their end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.google.control import GoogleControl
from tests.clock import present
from timetuna.providers.base import Tokens
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError
from timetuna.providers.google.provider import CALENDAR_LIST, EVENTS, FREE_BUSY, GoogleProvider

Fault = Callable[..., Any]


def test_the_least_is_asked_for_and_a_refresh_token_always_comes(
    provider: GoogleProvider, connect: Callable[[], Tokens]
) -> None:
    query = parse_qs(urlsplit(provider.authorize_url(state="s", code_challenge="c")).query)

    assert query["scope"] == [f"openid email {CALENDAR_LIST} {EVENTS} {FREE_BUSY}"]
    assert (query["access_type"], query["prompt"]) == (["offline"], ["consent"])
    assert "include_granted_scopes" not in query
    assert connect().refresh_token != connect().refresh_token


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (CALENDAR_LIST, "to see the list of your calendars"),
        (EVENTS, "to view and edit events"),
        (FREE_BUSY, "to see your availability"),
    ],
)
def test_a_permission_left_out_is_named(
    google: GoogleControl, connect: Callable[[], Tokens], scope: str, words: str
) -> None:
    google.decide("allow", without=(scope,))

    with pytest.raises(NeedsReconnect, match=words) as raised:
        connect()

    assert raised.value.code == "scope"


def test_two_permissions_left_out_are_both_named(
    google: GoogleControl, connect: Callable[[], Tokens]
) -> None:
    google.decide("allow", without=(EVENTS, FREE_BUSY))

    with pytest.raises(NeedsReconnect, match="to view and edit events and to see your availability"):
        connect()


def test_the_refresh_token_stays(provider: GoogleProvider, tokens: Tokens) -> None:
    renewed = provider.refresh(tokens.refresh_token)

    assert renewed.refresh_token == tokens.refresh_token
    assert renewed.access_token != tokens.access_token
    assert tokens.grant_expires_at is None


def test_a_grant_in_testing_mode_says_its_end_and_dies_with_an_explanation(
    provider: GoogleProvider, fault: Fault, connect: Callable[[], Tokens], google: GoogleControl
) -> None:
    fault("google_testing")
    tokens = connect()

    assert tokens.grant_expires_at is not None
    assert abs(tokens.grant_expires_at - present() - timedelta(days=7)) < timedelta(minutes=1)
    google.sandbox.clock(7 * 86_400 - 60)
    assert provider.refresh(tokens.refresh_token).grant_expires_at is not None
    google.sandbox.clock(7 * 86_400)
    with pytest.raises(NeedsReconnect, match=r"seven days while this server’s Google app is in testing"):
        provider.refresh(tokens.refresh_token)


def test_a_revoked_grant_is_dead_at_once(provider: GoogleProvider, fault: Fault, tokens: Tokens) -> None:
    fault("google_revoke")

    with pytest.raises(AccessTokenRefused):
        provider.calendars(credential=tokens.access_token)
    with pytest.raises(NeedsReconnect, match="withdrawn") as raised:
        provider.refresh(tokens.refresh_token)
    assert raised.value.code == "invalid_grant"


def test_an_expired_access_token_is_told_apart_and_renewed(
    provider: GoogleProvider, fault: Fault, tokens: Tokens
) -> None:
    fault("google_expire_access")

    with pytest.raises(AccessTokenRefused):
        provider.calendars(credential=tokens.access_token)
    assert provider.calendars(credential=provider.refresh(tokens.refresh_token).access_token)


@pytest.mark.parametrize("name", ["google_token_503", "google_truncated"])
def test_a_token_endpoint_with_a_problem_costs_no_connection(
    provider: GoogleProvider, fault: Fault, tokens: Tokens, name: str
) -> None:
    fault(name)

    with pytest.raises(ProviderError) as raised:
        provider.refresh(tokens.refresh_token)

    assert not raised.value.permanent
    assert provider.refresh(tokens.refresh_token)


def test_wrong_keys_are_the_operators(provider: GoogleProvider, fault: Fault, tokens: Tokens) -> None:
    fault("google_invalid_client")

    with pytest.raises(ProviderError) as raised:
        provider.refresh(tokens.refresh_token)

    assert raised.value.operator


def test_tokens_without_a_refresh_token_are_refused(fault: Fault, connect: Callable[[], Tokens]) -> None:
    fault("google_without_refresh")

    with pytest.raises(ProviderError) as raised:
        connect()

    assert raised.value.code == "protocol"


def test_the_account_is_known_by_its_number_and_its_address(provider: GoogleProvider, token: str) -> None:
    profile = provider.profile(token)

    assert (profile.user_id, profile.account_id) == ("110169484474386276334", "")
    assert (profile.email, profile.display_name) == ("robin@host.example", "robin@host.example")
