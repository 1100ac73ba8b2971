"""The parts that tests play: an app that behaves, and its webhook address."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from sandbox.base.oauth import pkce_challenge
from sandbox.zoom.control import APP
from sandbox.zoom.signing import encrypted_token

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
BASIC = httpx2.BasicAuth(APP.client_id, APP.client_secret)
CALLBACK = "http://localhost:8000/api/calendar-accounts/zoom/callback"

Rules = Callable[[], list[str]]


class Receiver(HTTPServer):
    """The app's webhook address: keeps what comes, answers with `status`."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), ReceiverHandler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class ReceiverHandler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
        event = json.loads(body)
        answer = {}
        if event["event"] == "endpoint.url_validation":
            plain = event["payload"]["plainToken"]
            answer = {"plainToken": plain, "encryptedToken": encrypted_token(APP.webhook_token, plain)}
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:
        pass


class App:
    """A well-behaved app, as far as a test needs one."""

    def __init__(self, http: httpx2.Client) -> None:
        self.http = http
        self.states = 0

    def authorize_parameters(self, **changes: str) -> dict[str, str]:
        self.states += 1
        return {
            "response_type": "code",
            "client_id": APP.client_id,
            "redirect_uri": CALLBACK,
            "state": f"state-{self.states}",
            "code_challenge": pkce_challenge(VERIFIER),
            "code_challenge_method": "S256",
        } | changes

    def authorize(self, **changes: str) -> httpx2.Response:
        return self.http.get("/oauth/authorize", params=self.authorize_parameters(**changes))

    def code(self) -> str:
        return answered(self.authorize())["code"]

    def token(self, **form: str) -> httpx2.Response:
        return self.http.post("/oauth/token", data=form, auth=BASIC)

    def exchange(self, code: str, **changes: str) -> httpx2.Response:
        form = {"code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER} | changes
        return self.token(grant_type="authorization_code", **form)

    def refresh(self, token: str) -> httpx2.Response:
        return self.token(grant_type="refresh_token", refresh_token=token)

    def connect(self) -> Any:
        return self.exchange(self.code()).json()

    def me(self, access: str) -> httpx2.Response:
        return self.http.get("/v2/users/me", headers=bearer(access))

    def create(self, access: str, **changes: Any) -> httpx2.Response:
        return self.http.post("/v2/users/me/meetings", json=meeting(**changes), headers=bearer(access))

    def acknowledge(self, payload: dict[str, Any], **changes: Any) -> httpx2.Response:
        body = {
            "client_id": APP.client_id,
            "user_id": payload["user_id"],
            "account_id": payload["account_id"],
            "deauthorization_event_received": payload,
            "compliance_completed": True,
        }
        return self.http.post("/oauth/data/compliance", json=body | changes, auth=BASIC)


def bearer(access: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access}"}


def meeting(**changes: Any) -> dict[str, Any]:
    """Return a meeting to ask for; `...` leaves a field out."""
    wanted = {
        "topic": "Intro call",
        "type": 2,
        "start_time": "2027-03-05T15:00:00Z",
        "duration": 30,
        "timezone": "UTC",
    }
    return {name: value for name, value in (wanted | changes).items() if value is not ...}


def answered(response: httpx2.Response) -> dict[str, str]:
    """Return what came back to the callback."""
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}
