import logging
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.zoom.control import ZoomControl
from tests.clock import present
from timetuna.lib.crypto import pkce_pair
from timetuna.lib.tests.wires import Wire, answer
from timetuna.providers.base import Tokens
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.zoom.provider import Zoom
from timetuna.providers.zoom.tests.conftest import CALLBACK, build

JSON = "HTTP/1.1 {}\nContent-Type: application/json\nConnection: close"


def exchange_failure(provider: Zoom, code: str = "canary-code") -> ProviderError:
    with pytest.raises(ProviderError, match=r"\.$") as raised:
        provider.exchange(code=code, code_verifier=pkce_pair().verifier)
    assert "canary" not in str(raised.value)
    return raised.value


def refresh_failure(provider: Zoom, token: str = "canary-token") -> ProviderError:
    with pytest.raises(ProviderError, match=r"\.$") as raised:
        provider.refresh(token)
    assert "canary" not in str(raised.value)
    return raised.value


def refresh_against(status: str, body: str) -> Exception:
    with (
        Wire(answer(JSON.format(status), body.encode())) as wire,
        pytest.raises(Exception, match=r"\.$") as raised,
    ):
        build(wire.url).refresh("canary-token")
    return raised.value


def test_the_authorize_address_is_the_one_of_the_contract() -> None:
    address = build("https://zoom.us").authorize_url(
        state="URLSAFE_RANDOM", code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )

    assert address.startswith(
        "https://zoom.us/oauth/authorize?response_type=code&client_id=sandbox-zoom-client&"
    )
    assert "scope" not in parse_qs(urlsplit(address).query)
    assert f"redirect_uri={CALLBACK.replace(':', '%3A').replace('/', '%2F')}&" in address


def test_tokens_are_read_as_zoom_gives_them(tokens: Tokens) -> None:
    hour = present() + timedelta(seconds=3599)

    assert tokens.scopes == {"user:read:user", "meeting:write:meeting"}
    assert hour - timedelta(seconds=30) < tokens.expires_at <= hour


def test_connect_exchange_failed_400(provider: Zoom) -> None:
    error = exchange_failure(provider)

    assert (error.code, error.permanent, error.operator) == ("oauth:invalid_grant", True, False)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [("meeting:write:meeting", "to create meetings"), ("user:read:user", "to read your Zoom profile")],
)
def test_connect_scope_missing(
    control: ZoomControl, provider: Zoom, consent: Callable[[str], str], changed: str, sentence: str
) -> None:
    pair = pkce_pair()
    code = consent(provider.authorize_url(state=pair.verifier, code_challenge=pair.challenge))
    control.fault("token_missing_scope", scope=changed)

    with pytest.raises(NeedsReconnect) as raised:
        provider.exchange(code=code, code_verifier=pair.verifier)

    assert raised.value.code == "scope"
    assert str(raised.value) == (
        f"Zoom did not give the permission {sentence} ({changed}). Connect Zoom again and allow both."
    )


def test_extra_scopes_and_fields_are_tolerated(
    control: ZoomControl, provider: Zoom, request: pytest.FixtureRequest
) -> None:
    control.app(extra_scopes=["meeting:update:meeting"])
    control.fault("extra_fields", times=None)

    tokens = request.getfixturevalue("tokens")

    assert "meeting:update:meeting" in tokens.scopes
    assert provider.abilities(tokens.scopes) == {"create", "move"}


def test_connect_invalid_client(control: ZoomControl, provider: Zoom) -> None:
    control.fault("invalid_client")

    error = exchange_failure(provider)

    assert (error.code, error.operator, error.permanent) == ("oauth:invalid_client", True, False)


@pytest.mark.parametrize("status", [400, 401])
def test_booking_invalid_client(control: ZoomControl, provider: Zoom, tokens: Tokens, status: int) -> None:
    control.fault("invalid_client", status=status)

    error = refresh_failure(provider, tokens.refresh_token)

    assert (error.code, error.operator) == ("oauth:invalid_client", True)


@pytest.mark.parametrize("fault", ["", "bare_error", "old_error_texts"])
def test_booking_refresh_invalid_grant(control: ZoomControl, provider: Zoom, fault: str) -> None:
    if fault:
        control.fault(fault)

    with pytest.raises(NeedsReconnect, match="Connect Zoom again") as raised:
        provider.refresh("canary-token")

    assert raised.value.code == "invalid_grant"


def test_a_rotated_token_is_dead_and_the_new_one_lives(provider: Zoom, tokens: Tokens) -> None:
    newer = provider.refresh(tokens.refresh_token)

    assert newer.refresh_token != tokens.refresh_token
    assert provider.profile(newer.access_token).email == "robin@host.example"


def test_a_lost_answer_to_a_refresh_may_have_rotated(
    control: ZoomControl, provider: Zoom, tokens: Tokens
) -> None:
    control.fault("rotate_drop")

    error = refresh_failure(provider, tokens.refresh_token)

    assert (error.code, error.outcome_unknown) == ("network:protocol", False)
    with pytest.raises(NeedsReconnect):
        provider.refresh(tokens.refresh_token)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("token_500_html", "oauth:500"),
        ("token_502_html", "oauth:502"),
        ("token_429", "oauth:rate_limited"),
        ("token_without_refresh", "protocol"),
    ],
)
def test_zooms_own_trouble_disconnects_nobody(
    control: ZoomControl, provider: Zoom, tokens: Tokens, fault: str, *, code: str
) -> None:
    control.fault(fault)

    error = refresh_failure(provider, tokens.refresh_token)

    assert (error.code, error.outcome_unknown) == (code, False)
    assert (error.permanent, error.operator) == (False, False)


def test_a_port_nobody_listens_on_was_not_asked() -> None:
    error = refresh_failure(build("http://127.0.0.1:9"))

    assert (error.code, error.outcome_unknown) == ("network:connect", False)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (
            "400 Bad Request",
            '{"reason":"Invalid Token!","error":"invalid_grant"}',
            NeedsReconnect,
            "invalid_grant",
        ),
        ("401 Unauthorized", '{"reason":"Invalid Token!"}', NeedsReconnect, "invalid_grant"),
        ("400 Bad Request", '{"errorCode":4735}', NeedsReconnect, "oauth:4735"),
        ("400 Bad Request", '{"errorCode":4738,"error":"x y"}', NeedsReconnect, "oauth:4738"),
        ("400 Bad Request", '{"code":4717}', ProviderError, "oauth:4717"),
        (
            "400 Bad Request",
            '{"error":"unsupported_grant_type"}',
            ProviderError,
            "oauth:unsupported_grant_type",
        ),
        (
            "400 Bad Request",
            '{"reason":"Bad request","error":"invalid_request"}',
            ProviderError,
            "oauth:invalid_request",
        ),
        ("400 Bad Request", "<html>", ProviderError, "oauth:400"),
        ("400 Bad Request", "[" * 100_000, ProviderError, "oauth:400"),
        ("400 Bad Request", '["Invalid Token!"]', ProviderError, "oauth:400"),
        ("403 Forbidden", '{"error":"invalid_grant"}', ProviderError, "oauth:invalid_grant"),
        ("302 Found\nLocation: http://localhost:9/", "", ProviderError, "oauth:302"),
        ("200 OK", "<html>", ProviderError, "protocol"),
        ("200 OK", '{"access_token":"a"}', ProviderError, "protocol"),
        ("200 OK", '{"access_token":"a\\nX: 1","refresh_token":"b"}', ProviderError, "protocol"),
        ("200 OK", '{"access_token":1,"refresh_token":"b"}', ProviderError, "protocol"),
    ],
)
def test_refresh_classification(status: str, body: str, kind: type[Exception], code: str) -> None:
    error = refresh_against(status, body)

    assert type(error) is kind
    assert error.code == code  # type: ignore[attr-defined]


def test_a_429_says_when() -> None:
    error = refresh_against("429 Too Many Requests\nRetry-After: 120", '{"error":"x"}')

    assert isinstance(error, ProviderError)
    assert error.retry_after is not None
    assert timedelta(seconds=100) < error.retry_after - present() <= timedelta(seconds=120)


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        ("3600", 3600),
        ('"3599"', 3599),
        ("-5", 0),
        ("1e999", 3600),
        ("null", 3600),
        ("99999999999", 30 * 86_400),
    ],
)
def test_expires_in_is_read_whatever_it_is(expires_in: str, seconds: int) -> None:
    body = f'{{"access_token":"a","refresh_token":"b","expires_in":{expires_in}}}'
    before = present()
    with Wire(answer(JSON.format("200 OK"), body.encode())) as wire:
        tokens = build(wire.url).refresh("t")

    assert abs(tokens.expires_at - before - timedelta(seconds=seconds)) < timedelta(seconds=5)
    assert tokens.scopes == frozenset()


def test_nothing_secret_is_logged(
    control: ZoomControl, provider: Zoom, tokens: Tokens, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="timetuna"):
        exchange_failure(provider)
        refreshed = provider.refresh(tokens.refresh_token)

    assert not [secret for secret in control.secrets() if secret in caplog.text]
    assert refreshed.access_token not in caplog.text
    assert "canary" not in caplog.text
