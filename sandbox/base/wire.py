"""HTTP on bare sockets: keep-alive, and the ends that no framework offers (reset, silence, half a body)."""

import json
import os
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

BODY_LIMIT = 2 * 1024 * 1024
JSON_TYPE = "application/json;charset=UTF-8"

_METHODS = {
    f"do_{name}"
    for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "REPORT")
}

Ending = Literal["sent", "reset", "dropped", "truncated"]


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    target: str
    url: SplitResult
    headers: Message
    body: bytes
    client: str

    @property
    def path(self) -> str:
        """The path, as it was sent."""
        return self.url.path

    def header(self, name: str) -> str:
        """Return the value of a header, or an empty text."""
        return self.headers.get(name) or ""

    def query(self) -> dict[str, str]:
        """Return the query's parameters, the first of each name."""
        return _first(self.url.query)

    def form(self) -> dict[str, str]:
        """Return the form in the body, the first of each name."""
        return _first(self.body.decode("utf-8", "replace"))

    def is_form(self) -> bool:
        """Say whether the body calls itself a form."""
        return self.header("Content-Type").lower().startswith("application/x-www-form-urlencoded")

    def json(self) -> Any:
        """Return the body read as JSON; `ValueError` where it is none."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested too deep") from error

    def json_object(self) -> dict[str, Any] | None:
        """Return the body where it is a JSON object."""
        try:
            content = self.json()
        except ValueError:
            return None
        return content if isinstance(content, dict) else None


def _first(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found.setdefault(name, value)
    return found


@dataclass
class Response:
    """One answer, and how the connection ends after it."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    ending: Ending = "sent"

    @classmethod
    def json(cls, content: Any, *, status: int = 200) -> "Response":
        """Return *content* as compact JSON, as the services send it."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(status, body, {"Content-Type": JSON_TYPE})

    @classmethod
    def html(cls, text: str, *, status: int = 200) -> "Response":
        """Return a page."""
        return cls(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})

    @classmethod
    def redirect(cls, location: str, *, status: int = 303) -> "Response":
        """Send the browser elsewhere."""
        return cls(status, b"", {"Location": location, "Cache-Control": "no-store"})

    def content(self) -> Any:
        """Return the body read as JSON, or None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class RefusedError(Exception):
    """The call is refused with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def with_query(address: str, parameters: Mapping[str, str]) -> str:
    """Return the address with these parameters behind those it has."""
    return address + ("&" if "?" in address else "?") + urlencode(parameters)


Answer = Callable[[Request], Response]


class Server(ThreadingHTTPServer):
    """A server with one thread a connection, which can be stopped while clients hold connections open."""

    request_queue_size = 128
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], *, answer: Answer) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind without asking a name server who we are."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in its thread."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and close it."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End every connection that is still open."""
        with self._open_lock:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Say what broke, unless it is only a client that went away."""
        if not isinstance(sys.exc_info()[1], OSError | ValueError):
            traceback.print_exc()


class Handler(BaseHTTPRequestHandler):
    """Reads requests, hands them on and writes what comes back, down to the socket."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "TimeTunaSandbox"
    sys_version = ""
    timeout = 60
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Stay silent: the calls page has it all."""

    def _serve(self) -> None:
        try:
            request = self._request()
        except ValueError:
            self.close_connection = True
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        if request is None:
            return
        try:
            response = self.server.answer(request)
        except Exception:  # noqa: BLE001  # whatever broke, the connection gets an answer
            traceback.print_exc()
            response = Response(500, b"The sandbox itself failed; its terminal says why.\n")
        self._write(response)

    def __getattr__(self, name: str) -> Any:
        """Serve every ordinary method the same way; the base class looks them up as `do_GET` and so on."""
        if name in _METHODS:
            return self._serve
        raise AttributeError(name)

    def _request(self) -> Request | None:
        """Return the request; None where it was already refused; `ValueError` where it makes no sense."""
        url = urlsplit(self.path)
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
            return None
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= BODY_LIMIT:
            self.close_connection = True
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return None
        body = self.rfile.read(length)
        if len(body) < length:
            raise ValueError("the client stopped in the middle of the body")
        client = str(self.client_address[0])
        return Request(self.command, self.path, url, self.headers, body, client)

    def _write(self, response: Response) -> None:
        if response.ending == "reset":
            self._reset()
            return
        if response.ending == "dropped":
            self.close_connection = True
            return
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
        headers = {"Server": self.version_string(), "Date": self.date_time_string(), **response.headers}
        if response.status != HTTPStatus.NO_CONTENT:
            headers["Content-Length"] = str(len(response.body))
        if self.close_connection:
            headers["Connection"] = "close"
        lines += [f"{name}: {_one_line(value)}" for name, value in headers.items()]
        body = b"" if self.command == "HEAD" else response.body
        if response.ending == "truncated":
            body = body[: len(body) // 2]
            self.close_connection = True
        # One write, so that the answer leaves in one piece.
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body)

    def _reset(self) -> None:
        """End the connection with RST: the descriptor is closed behind socketserver's polite FIN."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _one_line(value: str) -> str:
    return value.replace("\r", "").replace("\n", "")
