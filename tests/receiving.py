"""Somebody's own server at the other end of a webhook: it takes everything and remembers."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ARRIVES_WITHIN = 20.0


@dataclass(frozen=True)
class Received:
    """headers: by their names in lower case."""

    headers: dict[str, str]
    body: str


@dataclass
class TakingServer:
    url: str
    messages: list[Received] = field(default_factory=list)

    def wait_for(self, kind: str) -> Received:
        """Return the first message of a type; AssertionError where none comes."""
        until = time.monotonic() + ARRIVES_WITHIN
        while time.monotonic() < until:
            for message in list(self.messages):
                if json.loads(message.body)["type"] == kind:
                    return message
            time.sleep(0.02)
        raise AssertionError(f"no {kind} came: {self.messages}")


@contextmanager
def receiving() -> Iterator[TakingServer]:
    """Listen on a free port of this machine."""
    messages: list[Received] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            messages.append(Received({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not into the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield TakingServer(f"http://127.0.0.1:{server.server_port}/hook", messages)
    finally:
        server.shutdown()
        server.server_close()
