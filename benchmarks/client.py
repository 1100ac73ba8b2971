"""A client that costs next to nothing, so that a benchmark's cores go to the server: one kept connection."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles
from typing import NamedTuple
from urllib.parse import urlencode

TIMEOUT_SECONDS = 60.0
BROWSER = {"Accept-Encoding": "gzip", "Accept-Language": "de-DE,de;q=0.9,en;q=0.8", "Accept": "*/*"}


class Answer(NamedTuple):
    """What came back; the body is as it travelled."""

    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """A kept connection to 127.0.0.1. Not for several threads."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)

    def close(self) -> None:
        """Leave."""
        self.socket.close()

    def get(self, path: str, **headers: str) -> Answer:
        """Ask; a header's name is written with _ for -."""
        return self._ask("GET", path, headers, b"")

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        """Send a form as a browser does."""
        more = {"Content_Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, more | headers, urlencode(form).encode())

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Host": f"localhost:{self.port}"} | BROWSER | given
        if body:
            sent["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in sent.items()]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return self._answer()

    def _answer(self) -> Answer:
        head, _, body = self._read_head().partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        missing = int(headers.get("content-length", "0")) - len(body)
        while missing > 0:
            part = self._read()
            body, missing = body + part, missing - len(part)
        return Answer(int(status.split()[1]), headers, body)

    def _read_head(self) -> bytes:
        head = b""
        while b"\r\n\r\n" not in head:
            head += self._read()
        return head

    def _read(self) -> bytes:
        part = self.socket.recv(65_536)
        if not part:
            raise ConnectionError("The server dropped the connection.")
        return part


class Latency(NamedTuple):
    """Milliseconds of one client alone."""

    median: float
    p99: float


def alone(ask: Callable[[Client], Answer], *, port: int, rounds: int) -> Latency:
    """Return how long one client waits when there is no other; warm, as a running server is."""
    client = Client(port)
    for _ in range(rounds // 10 + 20):
        _expect_ok(ask(client))
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        answer = ask(client)
        taken.append(1000 * (time.perf_counter() - began))
        _expect_ok(answer)
    client.close()
    return Latency(median(taken), quantiles(taken, n=100)[98])


def throughput(ask: Callable[[Client], Answer], *, port: int, clients: int, seconds: float) -> float:
    """Return how many answers a second so many clients get, each asking again at once."""
    until = time.perf_counter() + seconds

    def go_on(_: int) -> int:
        client, count = Client(port), 0
        while time.perf_counter() < until:
            _expect_ok(ask(client))
            count += 1
        client.close()
        return count

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(go_on, range(clients))) / seconds


def _expect_ok(answer: Answer) -> None:
    if answer.status != 200:
        raise AssertionError(f"The server answered {answer.status}.")
