from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from sandbox import Sandbox, SandboxConfig, SandboxControl
from sandbox.base.oauth import pkce_challenge
from sandbox.microsoft.control import MicrosoftControl

CALLBACK = "http://localhost:8000/api/calendar-accounts/microsoft/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
BASIC = httpx2.BasicAuth("sandbox-microsoft-client", "sandbox-microsoft-secret")
SCOPES = "offline_access Calendars.ReadWrite User.Read"
AUTHORIZE = "/microsoft/common/oauth2/v2.0/authorize"
TOKEN = "/microsoft/common/oauth2/v2.0/token"
GRAPH = "/microsoft/v1.0"
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}
TIMES = {
    "start": {"dateTime": "2031-03-05T12:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2031-03-05T13:00:00", "timeZone": "UTC"},
}


def asked(**changes: str) -> dict[str, str]:
    """Return the parameters of a good authorization."""
    return {
        "response_type": "code",
        "client_id": "sandbox-microsoft-client",
        "redirect_uri": CALLBACK,
        "scope": SCOPES,
        "state": "a-state",
        "code_challenge": pkce_challenge(VERIFIER),
        "code_challenge_method": "S256",
        "prompt": "select_account",
    } | changes


def answered(response: httpx2.Response) -> dict[str, str]:
    """Return what came back to the callback."""
    assert response.status_code in {302, 303}
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(parts=frozenset({"microsoft"}))) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def controlling(running: Sandbox) -> Iterator[MicrosoftControl]:
    with SandboxControl(running.http_url) as control:
        yield MicrosoftControl(control)


@pytest.fixture(scope="session")
def calling(running: Sandbox) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """Return two clients: a browser, and an app that gets a token for each test."""
    options: dict[str, Any] = {
        "base_url": running.http_url,
        "trust_env": False,
        "timeout": 10,
        "verify": False,
    }
    with httpx2.Client(**options) as browser, httpx2.Client(**options) as app:
        app.headers.update(IMMUTABLE)
        yield browser, app


@pytest.fixture
def microsoft(running: Sandbox, controlling: MicrosoftControl) -> MicrosoftControl:
    running.reset()
    return controlling


@pytest.fixture
def rules(microsoft: MicrosoftControl) -> Callable[[], list[str]]:
    """Return the names of the rules broken so far."""
    return lambda: [row["rule"] for row in microsoft.sandbox.violations()]


@pytest.fixture
def http(microsoft: MicrosoftControl, calling: tuple[httpx2.Client, httpx2.Client]) -> httpx2.Client:
    return calling[0]


@pytest.fixture
def exchange(http: httpx2.Client) -> Callable[..., httpx2.Response]:
    def exchanging(code: str, **changes: str) -> httpx2.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return http.post(TOKEN, data=form | {"code_verifier": VERIFIER} | changes, auth=BASIC)

    return exchanging


@pytest.fixture
def tokens(http: httpx2.Client, microsoft: MicrosoftControl, exchange: Callable[..., httpx2.Response]) -> Any:
    microsoft.decide("allow")
    return exchange(answered(http.get(AUTHORIZE, params=asked(state="first")))["code"]).json()


@pytest.fixture
def api(calling: tuple[httpx2.Client, httpx2.Client], tokens: Any) -> httpx2.Client:
    calling[1].headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return calling[1]
