import pytest

from sandbox import SandboxControl
from sandbox.microsoft.control import MicrosoftControl
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
    "GRAPH",
    "TIMES",
    "TOKEN",
    "answered",
    "api",
    "app",
    "asked",
    "calling",
    "controlling",
    "exchange",
    "fresh",
    "http",
    "microsoft",
    "rules",
    "running",
    "tokens",
]
AUTHORIZE = "/microsoft/common/oauth2/v2.0/authorize"
TOKEN = "/microsoft/common/oauth2/v2.0/token"
APP = CalendarApp(
    "microsoft",
    AUTHORIZE,
    TOKEN,
    "offline_access Calendars.ReadWrite User.Read",
    {"prompt": "select_account"},
    {"Prefer": 'IdType="ImmutableId"'},
)
BASIC, asked = APP.basic, APP.asked
GRAPH = "/microsoft/v1.0"
TIMES = {
    "start": {"dateTime": "2031-03-05T12:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2031-03-05T13:00:00", "timeZone": "UTC"},
}


@pytest.fixture(scope="session")
def app() -> CalendarApp:
    return APP


@pytest.fixture
def microsoft(fresh: SandboxControl) -> MicrosoftControl:
    return MicrosoftControl(fresh)
