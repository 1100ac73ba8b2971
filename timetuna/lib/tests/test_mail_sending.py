import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from timetuna.lib import smtp
from timetuna.lib.mail import build
from timetuna.lib.smtp import MailError, MailServer, send
from timetuna.lib.tests.certificates import Authority
from timetuna.lib.tests.conftest import scripted
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
    assert (error.code, error.permanent) == ("login", False)
    assert "does not accept the user and password of EMAIL_URL; it said 535" in str(error)
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


LASTING = [
    "550 5.1.1 <sam@guest.example> unknown",
    "550 5.1.2 no such domain",
    "550-5.1.1 The email account that you tried to reach does not exist.\r\n550 5.1.1 https://support.example",
    "553 5.1.3 <sam@guest.example>: bad address syntax",
    "556 5.1.10 the domain takes no mail",
    "550 5.2.1 the mailbox is disabled",
    "550 No such user here",
    "550 sam@guest.example: user unknown",
    "550 Requested action not taken: mailbox unavailable",
    "550 5.5.0 Requested action not taken: mailbox unavailable",
    "551 unknown recipient",
]
PASSING = [
    "451 4.3.0 try sam@guest.example later",
    "421 4.7.0 too many connections",
    "452 4.3.1 full",
    "550 5.4.5 Daily user sending limit exceeded",
    "554 5.7.1 spam",
    "554 Transaction failed",
    "554 quota of this account exceeded",
    "550 5.2.2 mailbox full",
    "552 mailbox full",
    "530 5.7.0 Authentication required",
    "530 Must issue a STARTTLS command first",
    "550 relay not permitted",
    "550 5.7.1 Unable to relay for sam@guest.example",
    "553 5.7.1 <book@timetuna.test>: Sender address rejected: not owned by user",
    "553 sorry, that domain isn't in my list of allowed rcpthosts",
    "550 5.1.7 invalid sender address",
    "550 5.1.8 sender's domain unknown",
    "550 5.1.0 Address rejected",
    "550 unknown@unknown.example",
    "503 5.5.1 bad sequence of commands",
    "550 5.3.4 message too big",
    "550 4.1.1 later",
    "599 ?",
]


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.parametrize("reply", LASTING + PASSING)
def test_a_refusal_lasts_where_it_says_that_there_is_no_mailbox(raw_server, reply: str, stage: str) -> None:
    before = ["250 hello", "250 OK"] + (["250 OK", "354 go"] if stage == "data" else [])

    error = failure(raw_server(scripted(*before, reply, "250 OK", "221 bye")))

    assert (error.permanent, error.about_us, error.code) == (reply in LASTING, False, reply[:3])
    assert str(error).startswith(f"The mail server said {reply[:3]} ")


@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        (["554 no"], "554", "wants no conversation now: it said 554 no"),
        (["220 hi", "550 go away", "550 go away"], "550", "wants no conversation now: it said 550 go away"),
        (
            ["220 hi", "250 hello", "550 5.1.1 user unknown", "250 OK"],
            "550",
            "does not take the sender, which TIMETUNA_FROM_EMAIL says; it said 550 5.1.1 user unknown",
        ),
        (
            ["220 hi", "250 hello", "530 5.7.0 Authentication required", "250 OK"],
            "530",
            "wants a login or encryption first, which EMAIL_URL says; it said 530 5.7.0 Authentication required",
        ),
    ],
)
def test_what_comes_before_the_recipient_is_about_us(raw_server, answers, code: str, words: str) -> None:
    error = failure(raw_server(scripted(*answers[1:], greeting=answers[0])))

    assert (error.permanent, error.about_us, error.code) == (False, True, code)
    assert str(error) == f"The mail server {words}."


def test_a_port_nobody_listens_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    error = failure(MailServer("127.0.0.1", port))

    assert (error.code, error.permanent) == ("connect", False)


def test_a_silent_server_is_given_up(raw_server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "DIAL_SECONDS", 0.3)

    assert failure(raw_server(lambda connection: connection.recv(1))).code == "timeout"


def test_a_tarpit_does_not_outlive_the_total(raw_server, monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(connection: socket.socket) -> None:
        try:
            while True:
                connection.sendall(b"2")
                time.sleep(0.1)
        except OSError:
            return

    monkeypatch.setattr(smtp, "TOTAL_SECONDS", 0.6)

    error = failure(raw_server(drip))

    assert (error.code, error.permanent) == ("timeout", False)  # the drip itself never ends


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
