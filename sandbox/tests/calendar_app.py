"""The part that tests of calendars' stand-ins play: a browser, and an app that behaves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from sandbox import Sandbox, SandboxConfig, SandboxControl
from sandbox.base.oauth import pkce_challenge
from sandbox.config import CALLBACK_PATH, example_app

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@dataclass(frozen=True)
class CalendarApp:
    """The app, as it is registered with one service; `headers` go with all its calls."""

    part: str
    authorize: str
    token: str
    scopes: str
    more: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def callback(self) -> str:
        return "http://localhost:8000" + CALLBACK_PATH.format(self.part)

    @property
    def basic(self) -> httpx2.BasicAuth:
        app = example_app(self.part)
        return httpx2.BasicAuth(app.client_id, app.client_secret)

    def asked(self, **changes: str) -> dict[str, str]:
        """Return the parameters of a good authorization."""
        return {
            "response_type": "code",
            "client_id": example_app(self.part).client_id,
            "redirect_uri": self.callback,
            "scope": self.scopes,
            "state": "a-state",
            "code_challenge": pkce_challenge(VERIFIER),
            "code_challenge_method": "S256",
            **self.more,
        } | changes


def answered(response: httpx2.Response) -> dict[str, str]:
    """Return what came back to the callback."""
    assert response.status_code in {302, 303}
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


@pytest.fixture(scope="session")
def running(app: CalendarApp) -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(parts=frozenset({app.part}))) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def controlling(running: Sandbox) -> Iterator[SandboxControl]:
    with SandboxControl(running.http_url) as control:
        yield control


@pytest.fixture(scope="session")
def calling(running: Sandbox, app: CalendarApp) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """Return two clients: a browser, and an app that gets a token for each test."""
    options: dict[str, Any] = {
        "base_url": running.http_url,
        "trust_env": False,
        "timeout": 10,
        "verify": False,
    }
    with httpx2.Client(**options) as browser, httpx2.Client(**options, headers=app.headers) as caller:
        yield browser, caller


@pytest.fixture
def fresh(running: Sandbox, controlling: SandboxControl) -> SandboxControl:
    running.reset()
    return controlling


@pytest.fixture
def rules(fresh: SandboxControl) -> Callable[[], list[str]]:
    """Return the names of the rules broken so far."""
    return lambda: [row["rule"] for row in fresh.violations()]


@pytest.fixture
def http(fresh: SandboxControl, calling: tuple[httpx2.Client, httpx2.Client]) -> httpx2.Client:  # it is fresh
    return calling[0]


@pytest.fixture
def exchange(http: httpx2.Client, app: CalendarApp) -> Callable[..., httpx2.Response]:
    def exchanging(code: str, **changes: str) -> httpx2.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.callback}
        return http.post(app.token, data=form | {"code_verifier": VERIFIER} | changes, auth=app.basic)

    return exchanging


@pytest.fixture
def tokens(
    http: httpx2.Client, fresh: SandboxControl, app: CalendarApp, exchange: Callable[..., httpx2.Response]
) -> Any:
    fresh.tell(f"{app.part}/decide", decision="allow")
    return exchange(answered(http.get(app.authorize, params=app.asked(state="first")))["code"]).json()


@pytest.fixture
def api(calling: tuple[httpx2.Client, httpx2.Client], tokens: Any) -> httpx2.Client:
    calling[1].headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return calling[1]
