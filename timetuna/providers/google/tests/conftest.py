from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox import Sandbox, SandboxConfig, SandboxControl
from sandbox.google.control import GoogleControl
from sandbox.google.times import moment
from tests.browsing import WEB
from timetuna.lib.crypto import pkce_pair
from timetuna.lib.http import HttpClient
from timetuna.providers.base import Tokens
from timetuna.providers.google import PROVIDER
from timetuna.providers.google.provider import GoogleProvider
from timetuna.providers.tests.contracts.calendar import SeenEvent

CALLBACK = "http://localhost:8000/api/calendar-accounts/google/callback"
PRIMARY = "robin@host.example"


def build(base_url: str) -> GoogleProvider:
    environment = {
        "GOOGLE_CLIENT_ID": "sandbox-google-client",
        "GOOGLE_CLIENT_SECRET": "sandbox-google-secret",
    }
    environment |= {f"GOOGLE_{name}_URL": f"{base_url}/google" for name in ("OAUTH", "TOKEN", "API")}
    http = HttpClient(user_agent="TimeTuna/1.0 (test)", allow_private=True)
    provider = PROVIDER.build(PROVIDER.config(environment, redirect_uri=CALLBACK), http)
    assert isinstance(provider, GoogleProvider)
    return provider


@pytest.fixture(scope="session")
def running() -> Iterator[tuple[Sandbox, SandboxControl]]:
    with (
        Sandbox(SandboxConfig(parts=frozenset({"google"}))) as sandbox,
        SandboxControl(sandbox.http_url) as control,
    ):
        yield sandbox, control


def fresh(control: SandboxControl) -> GoogleControl:
    control.reset()
    google = GoogleControl(control)
    google.decide("allow")
    google.page_size(25)
    return google


@pytest.fixture
def google(running: tuple[Sandbox, SandboxControl]) -> Iterator[GoogleControl]:
    """Steer a fresh Google, which must have nothing to complain about afterwards."""
    control = fresh(running[1])
    yield control
    assert control.sandbox.violations() == []


@pytest.fixture
def fault(google: GoogleControl) -> Callable[..., Any]:
    return google.sandbox.fault


@pytest.fixture
def provider(running: tuple[Sandbox, SandboxControl], google: GoogleControl) -> GoogleProvider:
    return build(running[0].http_url)


@pytest.fixture
def consent() -> Callable[[str], str]:
    def allow(address: str) -> str:
        response = WEB.get(address)
        return parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]

    return allow


@pytest.fixture
def connect(provider: GoogleProvider, consent: Callable[[str], str]) -> Callable[[], Tokens]:
    def connecting() -> Tokens:
        pair = pkce_pair()
        code = consent(provider.authorize_url(state=pair.verifier, code_challenge=pair.challenge))
        return provider.exchange(code=code, code_verifier=pair.verifier)

    return connecting


@pytest.fixture
def tokens(connect: Callable[[], Tokens]) -> Tokens:
    return connect()


@pytest.fixture
def token(tokens: Tokens) -> str:
    return tokens.access_token


@pytest.fixture
def credential(token: str) -> str:
    return token


@pytest.fixture
def bad_credential() -> str:
    return "ya29.bad-token"


@pytest.fixture
def calendar() -> str:
    return PRIMARY


@pytest.fixture
def gone() -> str:
    return "nowhere@group.calendar.google.example"


KINDS: dict[str, dict[str, Any]] = {
    "transparent": {"transparency": "transparent"},
    "cancelled": {"status": "cancelled"},
    "declined": {"attendees": [{"email": PRIMARY, "self": True, "responseStatus": "declined"}]},
    "tentative": {"status": "tentative"},
    "maybe": {"attendees": [{"email": PRIMARY, "self": True, "responseStatus": "tentative"}]},
    "unanswered": {"attendees": [{"email": PRIMARY, "self": True, "responseStatus": "needsAction"}]},
    "workplace": {"eventType": "workingLocation", "transparency": "opaque"},
    "birthday": {"eventType": "birthday"},
    "away_but_free": {"eventType": "outOfOffice", "transparency": "transparent"},
}


@pytest.fixture
def add_event(google: GoogleControl) -> Callable[..., str]:
    def adding(start: date, end: date, *, weekly: int = 0, uid: str = "", **kinds: Any) -> str:
        fields: dict[str, Any] = {"recurrence": [f"RRULE:FREQ=WEEKLY;COUNT={weekly}"]} if weekly else {}
        fields |= {"iCalUID": uid} if uid else {}
        for kind in kinds:
            fields |= KINDS[kind]
        return str(google.add_event(start, end, **fields)["id"])

    return adding


@pytest.fixture
def remove_event(google: GoogleControl) -> Callable[[str], None]:
    return google.remove_event


@pytest.fixture
def seen(google: GoogleControl) -> Callable[[], list[SeenEvent]]:
    def looking() -> list[SeenEvent]:
        return sorted((_seen(event) for event in google.events()), key=lambda one: one.start)

    return looking


def _seen(event: dict[str, Any]) -> SeenEvent:
    start, end = (moment(event[name]["dateTime"]) for name in ("start", "end"))
    return SeenEvent(
        reference=event["id"],
        title=event["summary"],
        start=start,
        minutes=int((end - start).total_seconds() // 60),
        guests=frozenset(guest["email"] for guest in event.get("attendees", [])),
        location=event.get("location", ""),
        description=event.get("description", ""),
        tentative=event["status"] == "tentative",
    )
