from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from sandbox import Sandbox, SandboxConfig
from sandbox.zoom.control import ZoomControl
from tests.browsing import WEB
from tests.clock import present
from timetuna.accounts.models import User
from timetuna.calendars.models import CalendarAccount
from timetuna.jobs.models import Job
from timetuna.jobs.queue import run

WEBHOOK = "/api/webhooks/zoom/deauthorize"
# One for all: reading the system's certificates takes longer than a test.


@pytest.fixture(scope="session")
def running():
    with Sandbox(SandboxConfig()) as sandbox, ZoomControl(sandbox.http_url) as control:
        yield sandbox, control


@pytest.fixture
def zoom(running, settings):
    """A fresh Zoom that the product's settings lead to; it must have nothing to complain about afterwards."""
    sandbox, control = running
    control.reset()
    address = {"ZOOM_OAUTH_URL": sandbox.http_url, "ZOOM_API_URL": sandbox.http_url}
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | address
    yield control
    assert control.violations() == []


@pytest.fixture
def alice():
    return User.objects.create_user("alice@example.org", name="Alice", handle="alice")


@pytest.fixture
def charlie():
    return User.objects.create_user("charlie@example.org", name="Charlie", handle="charlie")


@pytest.fixture
def browser(alice, zoom):
    return signed_in(alice)


@pytest.fixture
def hooked(live_server, transactional_db, browser, zoom):
    """A connected account whose removal the sandbox tells this server over sockets."""
    zoom.app(webhook_url=live_server.url + WEBHOOK)
    return connect(browser, zoom)


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def leave(browser: Client) -> str:
    """Press Connect Zoom; return the address at Zoom."""
    return browser.post("/settings/providers/zoom/connect")["Location"]


def allow(zoom: ZoomControl, address: str, *, user: str = "robin") -> str:
    """Allow at Zoom; return the path with which the browser comes back."""
    zoom.decide("allow", user=user)
    return path_of(WEB.get(address).headers["location"])


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def connect(browser: Client, zoom: ZoomControl, *, user: str = "robin") -> CalendarAccount:
    """Go the whole way; return the row."""
    answer = browser.get(allow(zoom, leave(browser), user=user))
    assert answer["Location"] == "/settings/providers"
    return CalendarAccount.objects.latest("connected_at")


def sentences(browser: Client) -> list[str]:
    return [str(message) for message in browser.get("/settings/providers").context["messages"]]


def expire(account: CalendarAccount) -> None:
    CalendarAccount.objects.filter(pk=account.pk).update(expires_at=present() - timedelta(seconds=1))


def jobs(name: str) -> list[Job]:
    return list(Job.objects.filter(name=name).order_by("id"))


def do(job: Job) -> None:
    run(job.name, job.arguments)
