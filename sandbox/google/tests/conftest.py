from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from sandbox import Sandbox, SandboxConfig, SandboxControl
from sandbox.base.oauth import pkce_challenge
from sandbox.google import state
from sandbox.google.control import GoogleControl

CALLBACK = "http://localhost:8000/api/calendar-accounts/google/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
BASIC = httpx2.BasicAuth("sandbox-google-client", "sandbox-google-secret")
SCOPES = f"openid email {state.CALENDAR_LIST} {state.EVENTS} {state.FREE_BUSY}"
AUTHORIZE = "/google/o/oauth2/v2/auth"
EVENTS = "/google/calendar/v3/calendars/primary/events"
TIMES = {
    "start": {"dateTime": "2031-03-05T12:00:00Z"},
    "end": {"dateTime": "2031-03-05T13:00:00Z"},
}
WRITE = {"sendUpdates": "none", "conferenceDataVersion": "1"}


def asked(**changes: str) -> dict[str, str]:
    """Return the parameters of a good authorization."""
    return {
        "response_type": "code",
        "client_id": "sandbox-google-client",
        "redirect_uri": CALLBACK,
        "scope": SCOPES,
        "state": "a-state",
        "code_challenge": pkce_challenge(VERIFIER),
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
    } | changes


def answered(response: httpx2.Response) -> dict[str, str]:
    """Return what came back to the callback."""
    assert response.status_code in {302, 303}
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(parts=frozenset({"google"}))) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def controlling(running: Sandbox) -> Iterator[GoogleControl]:
    with SandboxControl(running.http_url) as control:
        yield GoogleControl(control)


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
        yield browser, app


@pytest.fixture
def google(running: Sandbox, controlling: GoogleControl) -> GoogleControl:
    running.reset()
    return controlling


@pytest.fixture
def rules(google: GoogleControl) -> Callable[[], list[str]]:
    """Return the names of the rules broken so far."""
    return lambda: [row["rule"] for row in google.sandbox.violations()]


@pytest.fixture
def http(google: GoogleControl, calling: tuple[httpx2.Client, httpx2.Client]) -> httpx2.Client:  # it is fresh
    return calling[0]


@pytest.fixture
def exchange(http: httpx2.Client) -> Callable[..., httpx2.Response]:
    def exchanging(code: str, **changes: str) -> httpx2.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return http.post("/google/token", data=form | {"code_verifier": VERIFIER} | changes, auth=BASIC)

    return exchanging


@pytest.fixture
def tokens(http: httpx2.Client, google: GoogleControl, exchange: Callable[..., httpx2.Response]) -> Any:
    google.decide("allow")
    return exchange(answered(http.get(AUTHORIZE, params=asked(state="first")))["code"]).json()


@pytest.fixture
def api(calling: tuple[httpx2.Client, httpx2.Client], tokens: Any) -> httpx2.Client:
    calling[1].headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return calling[1]
