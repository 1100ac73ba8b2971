"""Consent, tokens and their end."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.microsoft.control import MicrosoftControl
from timetuna.providers.base import Tokens
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError
from timetuna.providers.microsoft import PROVIDER
from timetuna.providers.microsoft.provider import MicrosoftProvider
from timetuna.providers.microsoft.tests.conftest import build

Fault = Callable[..., Any]


def test_the_least_is_asked_for_and_the_account_can_be_chosen(provider: MicrosoftProvider) -> None:
    address = urlsplit(provider.authorize_url(state="s", code_challenge="c"))
    query = parse_qs(address.query)

    assert address.path == "/microsoft/common/oauth2/v2.0/authorize"
    assert query["scope"] == ["offline_access Calendars.ReadWrite User.Read"]
    assert (query["prompt"], query["response_mode"]) == (["select_account"], ["query"])


def test_the_tenant_can_be_set() -> None:
    address = build("http://login.test", MICROSOFT_TENANT="contoso.example").authorize_url(
        state="s", code_challenge="c"
    )

    assert urlsplit(address).path == "/microsoft/contoso.example/oauth2/v2.0/authorize"


def test_without_settings_it_is_the_real_one() -> None:
    config = PROVIDER.config({}, redirect_uri="https://book.example.org/callback")

    assert config["oauth_url"] == "https://login.microsoftonline.com"
    assert config["api_url"] == "https://graph.microsoft.com"
    assert config["tenant"] == "common"


@pytest.mark.parametrize("account", ["robin", "zoe"])
def test_permissions_are_known_in_each_of_their_forms(
    microsoft: MicrosoftControl, connect: Callable[[], Tokens], account: str
) -> None:
    microsoft.decide("allow", account=account)

    scopes = connect().scopes

    prefix = "https://graph.microsoft.com/" if account == "zoe" else ""
    assert {f"{prefix}Calendars.ReadWrite", f"{prefix}User.Read"} <= scopes


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("Calendars.ReadWrite", "Have full access to your calendars"),
        ("User.Read", "Sign you in and read your profile"),
    ],
)
def test_a_permission_that_was_not_granted_is_named(
    microsoft: MicrosoftControl, connect: Callable[[], Tokens], scope: str, words: str
) -> None:
    microsoft.decide("allow", without=(scope,))

    with pytest.raises(NeedsReconnect, match=words) as raised:
        connect()

    assert raised.value.code == "scope"
    assert scope in str(raised.value)


def test_a_smaller_permission_of_a_like_name_is_not_enough(
    fault: Fault, connect: Callable[[], Tokens]
) -> None:
    fault("microsoft_missing_scope", scope="Calendars.ReadWrite")

    with pytest.raises(NeedsReconnect, match=r"Calendars\.ReadWrite"):
        connect()


def test_without_lasting_access_there_is_no_connection(
    microsoft: MicrosoftControl, connect: Callable[[], Tokens]
) -> None:
    microsoft.decide("allow", without=("offline_access",))

    with pytest.raises(ProviderError) as raised:
        connect()

    assert raised.value.code == "protocol"


def test_a_renewal_brings_a_new_refresh_token(provider: MicrosoftProvider, tokens: Tokens) -> None:
    renewed = provider.refresh(tokens.refresh_token)

    assert renewed.refresh_token != tokens.refresh_token
    assert provider.calendars(credential=renewed.access_token)


def test_a_renewal_without_a_refresh_token_keeps_the_old_one(
    provider: MicrosoftProvider, fault: Fault, tokens: Tokens
) -> None:
    fault("microsoft_without_refresh")

    assert provider.refresh(tokens.refresh_token).refresh_token == tokens.refresh_token


def test_a_renewal_whose_answer_was_lost_can_be_repeated(
    provider: MicrosoftProvider, fault: Fault, tokens: Tokens
) -> None:
    fault("microsoft_rotate_drop")

    with pytest.raises(ProviderError) as raised:
        provider.refresh(tokens.refresh_token)

    assert not raised.value.outcome_unknown
    assert provider.refresh(tokens.refresh_token)


def test_a_withdrawn_consent_is_dead_at_once(
    provider: MicrosoftProvider, fault: Fault, tokens: Tokens
) -> None:
    fault("microsoft_revoke")

    with pytest.raises(AccessTokenRefused):
        provider.calendars(credential=tokens.access_token)
    with pytest.raises(NeedsReconnect, match="withdrawn") as raised:
        provider.refresh(tokens.refresh_token)
    assert raised.value.code == "invalid_grant"


def test_an_expired_access_token_is_told_apart_and_renewed(
    provider: MicrosoftProvider, fault: Fault, tokens: Tokens
) -> None:
    fault("microsoft_expire_access")

    with pytest.raises(AccessTokenRefused):
        provider.calendars(credential=tokens.access_token)
    assert provider.calendars(credential=provider.refresh(tokens.refresh_token).access_token)


NEEDS_SOMEBODY = {
    "microsoft_invalid_grant": "password was changed",
    "microsoft_interaction": "another step of signing in",
    "microsoft_consent": "no consent for this app any more",
    "microsoft_admin": "an administrator’s approval",
    "microsoft_conditional": "Conditional Access",
}


@pytest.mark.parametrize(("name", "words"), NEEDS_SOMEBODY.items())
def test_what_only_people_can_mend_says_who(
    provider: MicrosoftProvider, fault: Fault, tokens: Tokens, name: str, words: str
) -> None:
    fault(name)

    with pytest.raises(NeedsReconnect, match=words) as raised:
        provider.refresh(tokens.refresh_token)

    assert "onnect Microsoft 365 / Outlook again." in str(raised.value)
    assert "AADSTS" not in str(raised.value)


@pytest.mark.parametrize("name", ["microsoft_consent", "microsoft_admin", "microsoft_conditional"])
def test_it_is_said_at_the_first_connecting_too(
    fault: Fault, connect: Callable[[], Tokens], name: str
) -> None:
    fault(name)

    with pytest.raises(NeedsReconnect, match=NEEDS_SOMEBODY[name]):
        connect()


@pytest.mark.parametrize("name", ["microsoft_token_503", "microsoft_truncated"])
def test_a_token_endpoint_with_a_problem_costs_no_connection(
    provider: MicrosoftProvider, fault: Fault, tokens: Tokens, name: str
) -> None:
    fault(name)

    with pytest.raises(ProviderError) as raised:
        provider.refresh(tokens.refresh_token)

    assert not raised.value.permanent
    assert provider.refresh(tokens.refresh_token)


def test_an_expired_secret_is_the_operators(
    provider: MicrosoftProvider, fault: Fault, tokens: Tokens
) -> None:
    fault("microsoft_invalid_client")

    with pytest.raises(ProviderError) as raised:
        provider.refresh(tokens.refresh_token)

    assert raised.value.operator


def test_the_account_is_known_by_its_id_and_its_address(provider: MicrosoftProvider, token: str) -> None:
    profile = provider.profile(token)

    assert (profile.user_id, profile.account_id) == ("8f2a1c5e-0b6d-4e0b-9a53-1d5f7e3c2b10", "")
    assert (profile.email, profile.display_name) == ("robin@host.example", "Robin Host")


def test_a_personal_account_is_known_by_the_name_it_signs_in_with(
    provider: MicrosoftProvider, microsoft: MicrosoftControl, connect: Callable[[], Tokens]
) -> None:
    microsoft.decide("allow", account="zoe")

    profile = provider.profile(connect().access_token)

    assert (profile.email, profile.display_name) == ("zoe@outlook.example", "Zoë Łukasiewicz-Österreich")


def test_an_account_without_an_address_is_refused(
    provider: MicrosoftProvider, microsoft: MicrosoftControl, token: str
) -> None:
    microsoft.change_account(mail="", email="robin")

    with pytest.raises(ProviderError, match="whose account") as raised:
        provider.profile(token)

    assert raised.value.code == "protocol"
