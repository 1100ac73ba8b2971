"""Answers whose body is small and whose rest never ends."""

import socket
from contextlib import suppress

import pytest

from timetuna.lib.http import Budget, HttpClient, HttpError
from timetuna.lib.tests.wires import Wire, read_request


@pytest.mark.parametrize(
    ("head", "again"),
    [
        ("", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"e" * 4000 + b"\r\nx\r\n"),
    ],
)
def test_what_stands_beside_an_answer_has_an_end(head: str, again: bytes) -> None:
    def flood(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(head.encode())
        with suppress(OSError):
            while True:
                connection.sendall(again * 50)

    client = HttpClient(
        user_agent="TimeTuna/1.0 (test)",
        allow_private=True,
        max_bytes=10_000,
        budget=Budget(total_seconds=15),
    )
    with Wire(flood) as wire, pytest.raises(HttpError) as raised:
        client.request("GET", wire.url)

    assert (raised.value.kind, raised.value.sent) == ("too_large", True)
