"""Opens connections for http.py: every phase inside one budget, every address judged before it is dialled."""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from socket import getaddrinfo
from typing import Any, Literal

import httpcore

from timetuna.lib.addresses import is_off_limits, is_public

Kind = Literal[
    "address",
    "refused_address",
    "off_limits",
    "dns",
    "connect",
    "tls",
    "timeout",
    "reset",
    "protocol",
    "too_large",
    "encoding",
]

_SENTENCES: dict[Kind, str] = {
    "address": "This is not a web address that can be asked.",
    "refused_address": "This address is not on the public internet.",
    "off_limits": "This address belongs to the machinery of this server and is never asked.",
    "dns": "The name of this server is not known.",
    "connect": "The server cannot be reached.",
    "tls": "The server has no valid certificate.",
    "timeout": "The server did not answer in time.",
    "reset": "The server closed the connection in the middle.",
    "protocol": "The server's answer is not HTTP.",
    "too_large": "The server's answer is too large.",
    "encoding": "The server's answer is packed in a way that was not asked for.",
}


class HttpError(Exception):
    """No usable answer came. `str()` is a sentence without address, header or body.

    sent: the request may have reached the server, so that it may have been carried out.
    """

    def __init__(self, kind: Kind, *, sent: bool) -> None:
        super().__init__(_SENTENCES[kind])
        self.kind = kind
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a call may take: to connect (over all addresses), between two reads or writes, and in all."""

    connect_seconds: float = 5.0
    read_seconds: float = 10.0
    total_seconds: float = 20.0


class Dialer(httpcore.NetworkBackend):
    """Connects once, within the budget. `sent` tells whether a byte of the request may have left.

    most_bytes: how much an answer may have as it comes, with all that frames it: interim answers and the words beside
    chunks can be endless.
    """

    def __init__(self, budget: Budget, *, allow_private: bool, most_bytes: int) -> None:
        self.sent = False
        self._bytes_left = most_bytes
        self.budget = budget
        self._end = time.monotonic() + budget.total_seconds
        self._allow_private = allow_private

    def left(self, most: float) -> float:
        """Return the seconds the next step may take. Raises HttpError when there are none."""
        seconds = min(most, self._end - time.monotonic())
        if seconds <= 0:
            raise HttpError("timeout", sent=self.sent)
        return seconds

    def count(self, received: bytes) -> bytes:
        """Return what has come. Raises HttpError when it is more than an answer may have."""
        self._bytes_left -= len(received)
        if self._bytes_left < 0:
            raise HttpError("too_large", sent=True)
        return received

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the budget decides
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Resolve once, judge all addresses, dial them in turn, and look at whom we reached."""
        end = time.monotonic() + self.left(self.budget.connect_seconds)
        addresses = self._resolve(host, port)
        for _, address in addresses:
            self._judge(address)
        failure = HttpError("connect", sent=False)
        for index, (family, address) in enumerate(addresses):
            share = (end - time.monotonic()) / (len(addresses) - index)
            if share <= 0:
                raise HttpError("timeout", sent=False)
            try:
                return _Stream(self._dial(family, address, share), self)
            except TimeoutError:
                failure = HttpError("timeout", sent=False)
            except OSError:
                failure = HttpError("connect", sent=False)
        raise failure

    def _resolve(self, host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
        """Ask the system's resolver in a thread of its own: it knows no time-out."""
        answers: queue.SimpleQueue[list[Any] | None] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError, ValueError):
                answers.put(None)

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        try:
            found = answers.get(timeout=self.left(self.budget.connect_seconds))
        except queue.Empty:
            raise HttpError("timeout", sent=False) from None
        if not found:
            raise HttpError("dns", sent=False)
        return list(dict.fromkeys((family, address) for family, _, _, _, address in found))

    def _judge(self, address: tuple[Any, ...]) -> None:
        host = str(address[0])
        if self._allow_private and is_off_limits(host):
            raise HttpError("off_limits", sent=False)
        if not self._allow_private and not is_public(host):
            raise HttpError("refused_address", sent=False)

    def _dial(self, family: int, address: tuple[Any, ...], seconds: float) -> socket.socket:
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(seconds)
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._judge(connection.getpeername())
        except BaseException:
            connection.close()
            raise
        return connection


class _Stream(httpcore.NetworkStream):
    """A connected socket; every step is cut to what is left of the budget, not to httpcore's time-outs."""

    def __init__(self, connection: socket.socket, dialer: Dialer) -> None:
        self._connection = connection
        self._dialer = dialer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        try:
            self._connection.settimeout(self._dialer.left(self._dialer.budget.read_seconds))
            return self._dialer.count(self._connection.recv(max_bytes))
        except OSError as error:
            raise _lost(error) from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        view = memoryview(buffer)
        self._dialer.sent = True
        try:
            while view:
                self._connection.settimeout(self._dialer.left(self._dialer.budget.read_seconds))
                view = view[self._connection.send(view) :]
        except OSError as error:
            raise _lost(error) from None

    def close(self) -> None:
        self._connection.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        try:
            self._connection.settimeout(self._dialer.left(self._dialer.budget.connect_seconds))
            wrapped = ssl_context.wrap_socket(self._connection, server_hostname=server_hostname)
        except TimeoutError:
            self.close()
            raise HttpError("timeout", sent=False) from None
        except (OSError, ValueError):  # SSLError is an OSError, CertificateError a ValueError as well
            self.close()
            raise HttpError("tls", sent=False) from None
        return _Stream(wrapped, self._dialer)


def _lost(error: OSError) -> HttpError:
    return HttpError("timeout" if isinstance(error, TimeoutError) else "reset", sent=True)
