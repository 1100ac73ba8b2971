"""A mail server that says what a test wants."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from timetuna.lib.smtp import MailServer

Talk = Callable[[socket.socket], None]


def scripted(*answers: str, greeting: str = "220 hello", heard: list[str] | None = None) -> Talk:
    """A talk that answers what it hears in this order, a mail's text as one line, and then hangs up."""

    def talk(connection: socket.socket) -> None:
        lines, end = connection.makefile("rb"), b"\n"
        with suppress(OSError):
            connection.sendall(greeting.encode() + b"\r\n")
            for answer in answers:
                line = lines.readline()
                while not line.endswith(end) and line:
                    line = lines.readline()
                if heard is not None:
                    heard.append(line.decode().strip())
                connection.sendall(answer.encode() + b"\r\n")
                end = b".\r\n" if answer.startswith("354") else b"\n"
            lines.readline()

    return talk


@pytest.fixture
def raw_server() -> Iterator[Callable[[Talk], MailServer]]:
    listener = socket.create_server(("127.0.0.1", 0))
    threads = []

    def start(talk: Talk) -> MailServer:
        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                talk(connection)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return MailServer("127.0.0.1", listener.getsockname()[1])

    yield start
    for thread in threads:
        thread.join(5)
    listener.close()
