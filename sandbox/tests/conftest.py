import threading
from collections.abc import Iterator

import httpx2
import pytest

from sandbox import Sandbox, SandboxConfig
from sandbox.zoom.control import ZoomControl
from sandbox.zoom.tests.acting import App, Receiver, Rules


@pytest.fixture
def receiver(control: ZoomControl) -> Iterator[Receiver]:
    server = Receiver()
    control.app(webhook_url=server.url)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig()) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.fixture(scope="session")
def controlling(running: Sandbox) -> Iterator[ZoomControl]:
    with ZoomControl(running.http_url) as client:
        yield client


@pytest.fixture
def control(sandbox: Sandbox, controlling: ZoomControl) -> ZoomControl:  # it is fresh
    return controlling


@pytest.fixture(scope="session")
def calling(running: Sandbox) -> Iterator[httpx2.Client]:
    headers = {"Accept": "application/json"}
    with httpx2.Client(base_url=running.http_url, headers=headers, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
def http(sandbox: Sandbox, calling: httpx2.Client) -> httpx2.Client:  # it is fresh
    return calling


@pytest.fixture
def app(http: httpx2.Client, control: ZoomControl) -> App:
    control.decide("allow")
    return App(http)


@pytest.fixture
def access(app: App) -> str:
    return str(app.connect()["access_token"])


@pytest.fixture
def rules(control: ZoomControl) -> Rules:
    """Return the names of the rules broken so far."""
    return lambda: [row["rule"] for row in control.violations()]
