import html
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox import Sandbox, SandboxConfig, SandboxControl
from sandbox.microsoft.control import MicrosoftControl
from sandbox.microsoft.state import PRIMARY
from sandbox.microsoft.times import edge
from tests.browsing import WEB
from timetuna.lib.crypto import pkce_pair
from timetuna.lib.http import HttpClient
from timetuna.providers.base import Entry, Reading, Tokens, Written
from timetuna.providers.microsoft import PROVIDER, writing
from timetuna.providers.microsoft.provider import MicrosoftProvider
from timetuna.providers.tests.contracts.calendar import SeenEvent, hours

CALLBACK = "http://localhost:8000/api/calendar-accounts/microsoft/callback"
ZONE = "Europe/Berlin"
_GUEST = re.compile("Guest: .* <(.*)>")


def build(base_url: str, **settings: str) -> MicrosoftProvider:
    environment = {
        "MICROSOFT_CLIENT_ID": "sandbox-microsoft-client",
        "MICROSOFT_CLIENT_SECRET": "sandbox-microsoft-secret",
        "MICROSOFT_OAUTH_URL": f"{base_url}/microsoft",
        "MICROSOFT_API_URL": f"{base_url}/microsoft",
    }
    http = HttpClient(user_agent="TimeTuna/1.0 (test)", allow_private=True)
    provider = PROVIDER.build(PROVIDER.config(environment | settings, redirect_uri=CALLBACK), http)
    assert isinstance(provider, MicrosoftProvider)
    return provider


@pytest.fixture(scope="session")
def running() -> Iterator[tuple[Sandbox, SandboxControl]]:
    with (
        Sandbox(SandboxConfig(parts=frozenset({"microsoft"}))) as sandbox,
        SandboxControl(sandbox.http_url) as control,
    ):
        yield sandbox, control


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_PAUSE_SECONDS", 0.01)


def fresh(control: SandboxControl) -> MicrosoftControl:
    control.reset()
    microsoft = MicrosoftControl(control)
    microsoft.decide("allow")
    microsoft.page_size(25)
    return microsoft


@pytest.fixture
def microsoft(running: tuple[Sandbox, SandboxControl]) -> Iterator[MicrosoftControl]:
    """Steer a fresh Microsoft, which must have nothing to complain about afterwards."""
    control = fresh(running[1])
    yield control
    assert control.sandbox.violations() == []


@pytest.fixture
def fault(microsoft: MicrosoftControl) -> Callable[..., Any]:
    return microsoft.sandbox.fault


@pytest.fixture
def provider(running: tuple[Sandbox, SandboxControl], microsoft: MicrosoftControl) -> MicrosoftProvider:
    return build(running[0].http_url)


@pytest.fixture
def consent() -> Callable[[str], str]:
    def allow(address: str) -> str:
        response = WEB.get(address)
        return parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]

    return allow


@pytest.fixture
def connect(provider: MicrosoftProvider, consent: Callable[[str], str]) -> Callable[[], Tokens]:
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
    return "EwB4.bad-token"


@pytest.fixture
def calendar() -> str:
    return PRIMARY


@pytest.fixture
def gone() -> str:
    return PRIMARY.replace("AAMkAGI2", "AAMkAGI3")


KINDS: dict[str, dict[str, Any]] = {
    "transparent": {"showAs": "free"},
    "elsewhere": {"showAs": "workingElsewhere"},
    "cancelled": {"isCancelled": True},
    "declined": {"responseStatus": {"response": "declined", "time": "2031-01-01T00:00:00Z"}},
    "tentative": {"showAs": "tentative"},
}


@pytest.fixture
def add_event(microsoft: MicrosoftControl) -> Callable[..., str]:
    def adding(start: date, end: date, *, weekly: int = 0, uid: str = "", **kinds: Any) -> str:
        fields: dict[str, Any] = {"weekly": weekly} | ({"iCalUId": uid} if uid else {})
        for kind in kinds:
            fields |= KINDS[kind]
        return str(microsoft.add_event(start, end, **fields)["id"])

    return adding


@pytest.fixture
def remove_event(microsoft: MicrosoftControl) -> Callable[[str], None]:
    return microsoft.remove_event


@pytest.fixture
def put(provider: MicrosoftProvider, token: str) -> Callable[..., Written]:
    def putting(entry: Entry, reference: str = "", *, calendar: str = PRIMARY) -> Written:
        return provider.put(entry, calendar=calendar, reference=reference, credential=token)

    return putting


@pytest.fixture
def read(provider: MicrosoftProvider, token: str) -> Callable[..., Reading]:
    def reading(calendar: str = PRIMARY, *, cursor: str = "", span: tuple[int, int] | None = None) -> Reading:
        window = span or hours(0, 8)
        return provider.busy(calendar, window, time_zone=ZONE, credential=token, cursor=cursor)

    return reading


@pytest.fixture
def seen(microsoft: MicrosoftControl) -> Callable[[], list[SeenEvent]]:
    def looking() -> list[SeenEvent]:
        return sorted((_seen(event) for event in microsoft.events()), key=lambda one: one.start)

    return looking


def words_of(event: dict[str, Any]) -> str:
    content = event["body"]["content"].partition("<body>")[2]
    lines = re.sub("<br>|</p>", "\n", content)
    return html.unescape(re.sub("<[^>]+>", "", lines)).strip()


def _seen(event: dict[str, Any]) -> SeenEvent:
    start, end = (edge(event, name, ZONE) for name in ("start", "end"))
    lines = words_of(event).split("\n")
    guests = [found[1] for line in lines if (found := _GUEST.fullmatch(line))]
    return SeenEvent(
        reference=event["id"],
        title=event["subject"],
        start=start,
        minutes=int((end - start).total_seconds() // 60),
        guests=frozenset(guests),
        location=event["location"]["displayName"],
        description="\n".join(line for line in lines if not _GUEST.fullmatch(line)),
        tentative=event["showAs"] == "tentative",
    )
