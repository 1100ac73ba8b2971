import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from timetuna.sandbox import Sandbox, SandboxConfig, SandboxControl, config
from timetuna.sandbox.signing import encrypted_token, pkce_challenge

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
BASIC = httpx.BasicAuth(config.CLIENT_ID, config.CLIENT_SECRET)


class Receiver(HTTPServer):
    """The app's webhook address: keeps what comes, answers with `status`."""

    def __init__(self):
        self.received = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), _ReceiverHandler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"


class _ReceiverHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((dict(self.headers), body))
        event = json.loads(body)
        answer = {}
        if event["event"] == "endpoint.url_validation":
            plain = event["payload"]["plainToken"]
            answer = {"plainToken": plain, "encryptedToken": encrypted_token(config.WEBHOOK_TOKEN, plain)}
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def running():
    with Sandbox(SandboxConfig()) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running):
    running.world.store.reset()
    running.world.letterbox.clear()
    return running


@pytest.fixture
def control(sandbox):
    with SandboxControl(sandbox.http_url) as client:
        yield client


@pytest.fixture
def http(sandbox):
    headers = {"Accept": "application/json"}
    with httpx.Client(base_url=sandbox.http_url, headers=headers, trust_env=False, timeout=10) as client:
        yield client


class App:
    """A well-behaved app, as far as a test needs one."""

    def __init__(self, http):
        self.http = http
        self.states = 0

    def authorize_parameters(self, **changes):
        self.states += 1
        return {
            "response_type": "code",
            "client_id": config.CLIENT_ID,
            "redirect_uri": "http://localhost:8000" + config.CALLBACK_PATH,
            "state": f"state-{self.states}",
            "code_challenge": pkce_challenge(VERIFIER),
            "code_challenge_method": "S256",
        } | changes

    def authorize(self, **changes):
        return self.http.get("/oauth/authorize", params=self.authorize_parameters(**changes))

    def code(self):
        return answered(self.authorize())["code"]

    def token(self, **form):
        return self.http.post("/oauth/token", data=form, auth=BASIC)

    def exchange(self, code, **changes):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": "http://localhost:8000" + config.CALLBACK_PATH,
            "code_verifier": VERIFIER,
        }
        return self.token(**form | changes)

    def refresh(self, token):
        return self.token(grant_type="refresh_token", refresh_token=token)

    def connect(self):
        return self.exchange(self.code()).json()

    def me(self, access):
        return self.http.get("/v2/users/me", headers={"Authorization": f"Bearer {access}"})

    def create(self, access, **changes):
        return self.http.post("/v2/users/me/meetings", json=meeting(**changes), headers=bearer(access))


def bearer(access):
    return {"Authorization": f"Bearer {access}"}


def meeting(**changes):
    wanted = {
        "topic": "Intro call",
        "type": 2,
        "start_time": "2027-03-05T15:00:00Z",
        "duration": 30,
        "timezone": "UTC",
    }
    return {name: value for name, value in (wanted | changes).items() if value is not ...}


def answered(response):
    """Return what came back to the callback."""
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


@pytest.fixture
def app(http, control):
    control.decide("allow")
    return App(http)


@pytest.fixture
def access(app):
    return app.connect()["access_token"]


@pytest.fixture
def rules(control):
    """Return the names of the rules broken so far."""
    return lambda: [row["rule"] for row in control.violations()]
