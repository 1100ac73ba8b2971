"""Opens connections for http.py: every phase inside one budget, every address judged before it is dialled."""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import getaddrinfo
from typing import Any, Literal

import httpcore2

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

# Which IP addresses a stranger may make us talk to.
# `ipaddress.is_global` of Python 3.11 lets all of these through (measured): they lead to private addresses,
# to many machines at once, or to nobody in particular.
_CLOSED_V4 = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4")))
_GLOBAL_UNICAST = IPv6Network(
    "2000::/3"
)  # all that is assigned; leaves out mapped, NAT64, site-local, multicast
_CLOSED_V6 = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
)  # Teredo, 6to4, examples
# Where machines of a cloud ask who they are and get their passwords; 169.254.169.254 is link-local by itself.
_METADATA = frozenset(map(ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")))
_EMBEDDING = tuple(
    (IPv6Network(network), shift)
    for network, shift in (
        ("::/96", 0),
        ("::ffff:0:0/96", 0),
        ("64:ff9b::/96", 0),
        ("64:ff9b:1::/48", 0),
        ("2002::/16", 80),
    )
)  # IPv4 inside IPv6: compatible, mapped, NAT64 (RFC 6052, 8215), 6to4; and by how many bits it stands from the end
_ISATAP = 0x00005EFE  # RFC 5214: ::0:5efe:a.b.c.d and ::200:5efe:a.b.c.d carry an IPv4 address
_ISATAP_MASK = 0xFCFFFFFF


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


class Dialer(httpcore2.NetworkBackend):
    """Connects once, within the budget. sent: a byte of the request may have left.  heard: one of an answer came.

    most_bytes: how much an answer may have as it comes, with all that frames it: interim answers and the words beside
    chunks can be endless.
    """

    def __init__(self, budget: Budget, *, allow_private: bool, most_bytes: int) -> None:
        self._allow_private = allow_private
        self.begin(budget, most_bytes=most_bytes)

    def begin(self, budget: Budget, *, most_bytes: int) -> None:
        """Another call over what is connected, with a budget of its own."""
        self.sent = self.heard = False
        self._bytes_left = most_bytes
        self.budget = budget
        self._end = time.monotonic() + budget.total_seconds

    def left(self, most: float) -> float:
        """Seconds. Raises HttpError when there are none."""
        seconds = min(most, self._end - time.monotonic())
        if seconds <= 0:
            raise HttpError("timeout", sent=self.sent)
        return seconds

    def count(self, received: bytes) -> bytes:
        """Raises HttpError when it is more than an answer may have."""
        self._bytes_left -= len(received)
        self.heard = self.heard or bool(received)
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
    ) -> httpcore2.NetworkStream:
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


class _Stream(httpcore2.NetworkStream):
    """A connected socket; every step is cut to what is left of the budget, not to httpcore2's time-outs."""

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
    ) -> httpcore2.NetworkStream:
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


def is_public(address: str) -> bool:
    """Whether this literal address is one machine on the public internet, and no disguise of another."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return _public_v4(parsed) if isinstance(parsed, IPv4Address) else _public_v6(parsed)


def is_off_limits(address: str) -> bool:
    """Tell whether nobody may have us talk to this address, not even where private ones are allowed.

    Link-local ones (169.254.0.0/16, fe80::/10) and those of cloud metadata services give away the machine itself;
    multicast is many machines. Disguises as IPv6 count as what they lead to, and what is no address is one of these.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return True
    return any(map(_off_limits, [parsed, *_embedded(parsed)]))


def _off_limits(address: IPv4Address | IPv6Address) -> bool:
    plain = address if isinstance(address, IPv4Address) else IPv6Address(int(address))  # without a scope
    return plain.is_link_local or plain.is_multicast or plain in _METADATA


def _embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address may stand for."""
    if isinstance(address, IPv4Address):
        return []
    number = int(address)
    shifts = [shift for network, shift in _EMBEDDING if IPv6Address(number) in network]
    if ((number >> 32) & _ISATAP_MASK) == _ISATAP:
        shifts.append(0)
    return [IPv4Address((number >> shift) & 0xFFFFFFFF) for shift in shifts]


def _public_v4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in _CLOSED_V4)


def _public_v6(address: IPv6Address) -> bool:
    return (
        address.is_global
        and address.scope_id is None
        and address in _GLOBAL_UNICAST
        and not any(address in network for network in _CLOSED_V6)
        and ((int(address) >> 32) & _ISATAP_MASK) != _ISATAP
    )
