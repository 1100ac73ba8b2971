"""A program that listens: a real server on this machine, which answers as a test wants."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook as Verifier

from tests.clock import present
from timetuna.bookings.tests.conftest import *  # noqa: F403 - its fixtures
from timetuna.webhooks.actions.change_webhook import NewWebhook, create_webhook
from timetuna.webhooks.body import TYPES


@dataclass
class Message:
    """What has come."""

    headers: dict[str, str]
    body: bytes


Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """answers: used one after the other, the last one for ever.  kept: connections are kept for the next message."""

    url: str = ""
    kept: bool = False
    connections: int = 0
    messages: list[Message] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.messages]

    def verified(self, secret: str, index: int = -1) -> dict:
        """As an independent library reads it. Raises where the signature is wrong or the time too far off."""
        one = self.messages[index]
        found: dict = Verifier(secret).verify(one.body, one.headers)
        return found


def saying(status: int, body: bytes = b"ok", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def endless(handler: BaseHTTPRequestHandler) -> None:
    """100 MB."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(100_000_000))
    handler.end_headers()
    try:
        for _ in range(1_000):
            handler.wfile.write(b"x" * 100_000)
    except OSError:
        pass


def hanging(seconds: float) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        saying(200)(handler)

    return answer


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = settings.WEBHOOK_ALLOW_HTTP = True
    found = Receiver(answers=[saying(200)])

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            found.connections += 1
            self.protocol_version = "HTTP/1.1" if found.kept else "HTTP/1.0"
            super().setup()

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.messages.append(Message(headers, self.rfile.read(length)))
            found.next_answer()(self)

        def log_message(self, *_: object) -> None:
            """Not into the tests' output."""

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield found
    server.shutdown()
    server.server_close()


def listen(owner, receiver: Receiver, **wanted):
    """A webhook to it, and the secret."""
    return create_webhook(owner, NewWebhook(**{"url": receiver.url, "events": TYPES} | wanted), now=present())


@pytest.fixture
def hooked(alice, receiver):
    return listen(alice, receiver)
