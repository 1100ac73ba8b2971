import pytest

from sandbox import SandboxControl
from sandbox.google import state
from sandbox.google.control import GoogleControl
from sandbox.tests.calendar_app import (
    CalendarApp,
    answered,
    api,
    calling,
    controlling,
    exchange,
    fresh,
    http,
    rules,
    running,
    tokens,
)

__all__ = [
    "AUTHORIZE",
    "BASIC",
    "EVENTS",
    "SCOPES",
    "TIMES",
    "WRITE",
    "answered",
    "api",
    "app",
    "asked",
    "calling",
    "controlling",
    "exchange",
    "fresh",
    "google",
    "http",
    "rules",
    "running",
    "tokens",
]
SCOPES = f"openid email {state.CALENDAR_LIST} {state.EVENTS} {state.FREE_BUSY}"
AUTHORIZE = "/google/o/oauth2/v2/auth"
APP = CalendarApp(
    "google", AUTHORIZE, "/google/token", SCOPES, {"access_type": "offline", "prompt": "consent"}
)
BASIC, asked = APP.basic, APP.asked
EVENTS = "/google/calendar/v3/calendars/primary/events"
TIMES = {
    "start": {"dateTime": "2031-03-05T12:00:00Z"},
    "end": {"dateTime": "2031-03-05T13:00:00Z"},
}
WRITE = {"sendUpdates": "none", "conferenceDataVersion": "1"}


@pytest.fixture(scope="session")
def app() -> CalendarApp:
    return APP


@pytest.fixture
def google(fresh: SandboxControl) -> GoogleControl:
    return GoogleControl(fresh)
