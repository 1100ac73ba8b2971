from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox import Sandbox, SandboxConfig
from sandbox.zoom.control import APP, ZoomControl
from tests.browsing import WEB
from timetuna.lib.crypto import hmac_hex, pkce_pair
from timetuna.lib.http import HttpClient
from timetuna.providers.base import Tokens
from timetuna.providers.zoom import PROVIDER
from timetuna.providers.zoom.provider import Zoom

CALLBACK = "http://localhost:8000/api/calendar-accounts/zoom/callback"


def build(base_url: str, **changes: str) -> Zoom:
    environment = {
        "ZOOM_CLIENT_ID": APP.client_id,
        "ZOOM_CLIENT_SECRET": APP.client_secret,
        "ZOOM_WEBHOOK_SECRET_TOKEN": APP.webhook_token,
        "ZOOM_OAUTH_URL": base_url,
        "ZOOM_API_URL": base_url,
    }
    http = HttpClient(user_agent="TimeTuna/1.0 (test)", allow_private=True)
    provider = PROVIDER.build(PROVIDER.config(environment | changes, redirect_uri=CALLBACK), http)
    assert isinstance(provider, Zoom)
    return provider


@pytest.fixture(scope="session")
def running() -> Iterator[tuple[Sandbox, ZoomControl]]:
    with (
        Sandbox(SandboxConfig(parts=frozenset({"zoom"}))) as sandbox,
        ZoomControl(sandbox.http_url) as control,
    ):
        yield sandbox, control


@pytest.fixture
def control(running: tuple[Sandbox, ZoomControl]) -> Iterator[ZoomControl]:
    """Steer a fresh Zoom, which must have nothing to complain about afterwards."""
    control = running[1]
    control.reset()
    control.decide("allow")
    yield control
    assert control.violations() == []


@pytest.fixture
def provider(running: tuple[Sandbox, ZoomControl], control: ZoomControl) -> Zoom:
    return build(running[0].http_url)


@pytest.fixture
def consent() -> Callable[[str], str]:
    def allow(address: str) -> str:
        response = WEB.get(address)
        return parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]

    return allow


@pytest.fixture
def tokens(provider: Zoom, consent: Callable[[str], str]) -> Tokens:
    pair = pkce_pair()
    code = consent(provider.authorize_url(state=pair.verifier, code_challenge=pair.challenge))
    return provider.exchange(code=code, code_verifier=pair.verifier)


@pytest.fixture
def token(tokens: Tokens) -> str:
    return tokens.access_token


@pytest.fixture
def scopes(tokens: Tokens) -> frozenset[str]:
    return tokens.scopes


def signed(body: bytes, moment: datetime, *, secret: str = APP.webhook_token) -> dict[str, str]:
    timestamp = str(int(moment.timestamp()))
    signature = hmac_hex(secret, b"v0:" + timestamp.encode() + b":" + body)
    return {"x-zm-request-timestamp": timestamp, "x-zm-signature": f"v0={signature}"}


@pytest.fixture
def sign() -> Callable[[bytes, datetime], dict[str, str]]:
    return signed


@pytest.fixture
def removal() -> bytes:
    return (
        b'{"event":"app_deauthorized","event_ts":1760000000123,"payload":{"user_id":"z8yAAAAA8bbbQ",'
        b'"account_id":"q6gBJVO5TzexKYTb_I2rpg","client_id":"' + APP.client_id.encode() + b'",'
        b'"deauthorization_time":"2025-10-09T08:53:20.123Z","signature":"s","user_data_retention":null}}'
    )
