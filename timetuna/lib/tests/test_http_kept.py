"""Several calls over one connection."""

import socket
import time

import pytest

from timetuna.lib.http import Budget, HttpError, KeptConnection
from timetuna.lib.tests.test_http import OK, Listen, client
from timetuna.lib.tests.test_http import listen as listen  # noqa: PLC0414 - a fixture
from timetuna.lib.tests.wires import Talk, read_request


def many(*answers: str) -> Talk:
    """Answer so many requests over one connection, then hang up."""

    def talk(connection: socket.socket) -> None:
        for head in answers:
            if not read_request(connection):
                return
            connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\nok")

    return talk


def test_calls_in_a_row_go_over_one_connection(listen: Listen) -> None:
    wire, other = listen(many(OK, OK, OK)), listen(many(OK))

    with KeptConnection() as line:
        for _ in range(3):
            assert client().request("POST", wire.url, line=line).body == b"ok"
        assert wire.connections == 1
        assert client().request("POST", other.url, line=line).status == 200

    assert (wire.connections, other.connections) == (1, 1)


def test_a_connection_that_was_closed_meanwhile_is_made_anew(listen: Listen) -> None:
    wire = listen(many(OK))

    with KeptConnection() as line:
        statuses = [client().request("POST", wire.url, line=line).status for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert wire.connections == 3


def test_each_call_over_one_connection_has_a_budget_of_its_own(listen: Listen) -> None:
    def talk(connection: socket.socket) -> None:
        for _ in range(4):
            read_request(connection)
            time.sleep(0.2)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b"x" * 900_000)
        read_request(connection)
        time.sleep(2)

    wire = listen(talk)
    asking = client(budget=Budget(read_seconds=0.6, total_seconds=0.6))

    with KeptConnection() as line:
        for _ in range(4):
            assert len(asking.request("POST", wire.url, line=line).body) == 900_000
        with pytest.raises(HttpError) as raised:
            asking.request("POST", wire.url, line=line)

    assert raised.value.kind == "timeout"
    assert wire.connections == 1


def test_half_an_answer_over_a_kept_connection_is_not_asked_for_again(listen: Listen) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")

    wire = listen(talk)

    with KeptConnection() as line:
        client().request("POST", wire.url, line=line)
        with pytest.raises(HttpError):
            client().request("POST", wire.url, line=line)

    assert wire.connections == 1


def test_where_private_addresses_are_closed_a_line_opens_none(listen: Listen) -> None:
    wire = listen(many(OK))

    with KeptConnection() as line, pytest.raises(HttpError) as raised:
        client(allow_private=False, ports=frozenset({wire.port})).request("POST", wire.url, line=line)

    assert raised.value.kind == "refused_address"
    assert wire.connections == 0
