import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from timetuna.lib import mail
from timetuna.lib.mail import (
    MailError,
    MailServer,
    build,
    send,
)
from timetuna.lib.tests.certificates import Authority
from timetuna.lib.tests.test_mail import letter


class Inbox:
    """A handler that keeps what it gets, or answers as told."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.rcpt, self.data = "250 OK", "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.bodies.append(envelope.content)
        return self.data


class LocalController(Controller):
    """aiosmtpd's controller, on a free port."""

    def __init__(self, inbox: Inbox, **options: object) -> None:
        super().__init__(inbox, hostname="127.0.0.1", port=0, **options)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


Serve = Callable[..., tuple[Inbox, MailServer]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    running = []

    def start(security: str = "", user: str = "", password: str = "", **options: object):
        inbox = Inbox()
        controller = LocalController(inbox, **options)
        controller.start()
        running.append(controller)
        return inbox, MailServer("localhost", controller.port, security, user, password)

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def failure(server: MailServer, **options: object) -> MailError:
    with pytest.raises(MailError) as raised:
        send(build(letter()), server, **options)
    assert "guest.example" not in str(raised.value)
    return raised.value


def test_a_mail_arrives_as_it_was_built(serve: Serve) -> None:
    inbox, server = serve()

    send(build(letter()), server)

    assert message_from_bytes(inbox.bodies[0])["Message-ID"] == "<booking-1-confirmation@timetuna.test>"


def test_login_over_starttls(serve: Serve, authority: Authority) -> None:
    def check(_server, _session, _envelope, _mechanism, login):
        return AuthResult(success=login.password == b"right", handled=False)

    options = {"tls_context": authority.server(), "require_starttls": True, "authenticator": check}
    inbox, server = serve("starttls", "user", "right", **options)

    send(build(letter()), server, tls=authority.client())
    error = failure(replace(server, password="wrong"), tls=authority.client())

    assert len(inbox.bodies) == 1
    assert (error.code, error.permanent) == ("535", False)
    assert "wrong" not in str(error)


def test_tls_from_the_first_byte(serve: Serve, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, server = serve("tls", ssl_context=authority.server())
    monkeypatch.setattr(LocalController, "_trigger_server", lambda _self: None)

    send(build(letter()), server, tls=authority.client())

    assert len(inbox.bodies) == 1


def test_an_unknown_certificate_ends_the_conversation(serve: Serve, authority: Authority) -> None:
    inbox, server = serve("starttls", tls_context=authority.server())

    error = failure(server)

    assert (error.code, error.permanent) == ("tls", False)
    assert inbox.bodies == []


def test_a_server_without_starttls_gets_no_mail(serve: Serve) -> None:
    inbox, server = serve("starttls")

    assert failure(server).code == "tls"
    assert inbox.bodies == []


@pytest.mark.parametrize(
    ("rcpt", "data", "permanent", "code"),
    [
        ("550 5.1.1 <sam@guest.example> unknown", "250 OK", True, "550"),
        ("451 4.3.0 try sam@guest.example later", "250 OK", False, "451"),
        ("250 OK", "554 5.7.1 spam", True, "554"),
        ("250 OK", "452 4.3.1 full", False, "452"),
    ],
)
def test_refusals_are_told_in_a_sentence(
    serve: Serve, rcpt: str, data: str, *, permanent: bool, code: str
) -> None:
    inbox, server = serve()
    inbox.rcpt, inbox.data = rcpt, data

    error = failure(server)

    assert (error.permanent, error.code) == (permanent, code)
    assert str(error).startswith(f"The mail server said {code} ")


def test_a_port_nobody_listens_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    error = failure(MailServer("127.0.0.1", port))

    assert (error.code, error.permanent) == ("connect", False)


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[socket.socket], None]], MailServer]]:
    listener = socket.create_server(("127.0.0.1", 0))
    threads = []

    def start(talk: Callable[[socket.socket], None]) -> MailServer:
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


def test_a_silent_server_is_given_up(raw_server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "DIAL_SECONDS", 0.3)

    assert failure(raw_server(lambda connection: connection.recv(1))).code == "timeout"


def test_a_tarpit_does_not_outlive_the_total(raw_server, monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(connection: socket.socket) -> None:
        try:
            while True:
                connection.sendall(b"2")
                time.sleep(0.1)
        except OSError:
            return

    monkeypatch.setattr(mail, "TOTAL_SECONDS", 0.6)
    started = time.monotonic()

    error = failure(raw_server(drip))

    assert (error.code, error.permanent) == ("timeout", False)
    assert time.monotonic() - started < 2


def test_a_connection_that_dies_is_retried_later(raw_server) -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        connection.recv(100)

    error = failure(raw_server(hang_up))

    assert (error.code, error.permanent) == ("reset", False)


def test_a_taken_mail_stays_taken_when_the_good_bye_fails(raw_server) -> None:
    def take_and_go(connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        connection.sendall(b"220 hello\r\n")
        for answer in (b"250 hello\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go\r\n"):
            lines.readline()
            connection.sendall(answer)
        while lines.readline() != b".\r\n":
            pass
        connection.sendall(b"250 taken\r\n")

    send(build(letter()), raw_server(take_and_go))
