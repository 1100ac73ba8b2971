"""Addresses to listen on, and whether they can be had."""

import contextlib
import errno
import socket
import time

from timetuna.processes.ending import Refusal

HIGHEST_PORT = 65_535


def parse_listen(value: str) -> tuple[str, int]:
    """Split `host:port` or `[v6]:port`. Raises ValueError with a sentence."""
    host, _, port = value.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) <= HIGHEST_PORT:
        raise ValueError("it must look like 127.0.0.1:8000.")
    return host, int(port)


def require_free(host: str, port: int, *, hint: str, patience: float = 0.0) -> None:
    """Refuse when somebody listens there already. An earlier run may need `patience` seconds to leave."""
    until = time.monotonic() + patience
    while (trouble := _trouble(host, port)) == errno.EADDRINUSE and time.monotonic() < until:
        time.sleep(0.1)
    if trouble == errno.EADDRINUSE:
        raise Refusal(f"Port {port} is already in use on {host}. {hint}")
    if trouble == errno.EACCES:
        raise Refusal(f"Port {port} may not be used by an ordinary account. {hint}")
    if trouble:
        raise Refusal(f"{host}:{port} cannot be listened on. {hint}")


def free_port(host: str, *, preferred: int) -> int:
    if not _trouble(host, preferred):
        return preferred
    with contextlib.closing(socket.create_server((host, 0))) as server:
        return int(server.getsockname()[1])


def _trouble(host: str, port: int) -> int:
    # Without SO_REUSEPORT, which the web server uses: with it two servers would silently share the port.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        return error.errno or errno.EADDRNOTAVAIL
    return 0
