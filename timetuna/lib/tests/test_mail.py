import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from hypothesis import given, settings
from hypothesis import strategies as st

from timetuna.lib import mail
from timetuna.lib.mail import (
    Letter,
    Mailbox,
    MailError,
    MailServer,
    build,
    clean_address,
    parse_email_url,
    send,
)
from timetuna.lib.tests.certificates import Authority

ICS = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Zoë 🐟\r\nEND:VCALENDAR\r\n".encode()


def letter(**changes: object) -> Letter:
    plain = Letter(
        sender=Mailbox("TimeTuna", "book@timetuna.test"),
        reply_to=Mailbox("Robin Host", "robin@host.example"),
        to=Mailbox("Sam Guest", "sam@guest.example"),
        subject="Booked: Intro call",
        text="See you. Zoë",
        html="<p>See you. Zoë</p>",
        message_id="<booking-1-confirmation@timetuna.test>",
        sent_at=datetime(2026, 3, 1, 10, tzinfo=UTC),
        ics=ICS,
        method="REQUEST",
    )
    return replace(plain, **changes)


def read(message: EmailMessage) -> EmailMessage:
    return message_from_bytes(message.as_bytes(), policy=policy.default)


# Addresses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada@example.org", "ada@example.org"),
        ("  Ada.L+x@Example.ORG ", "Ada.L+x@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("a@\u0430pple.com", "a@xn--pple-43d.com"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ],
)
def test_plain_addresses_are_taken(text: str, expected: str) -> None:
    assert clean_address(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "a@b,c@d.org",
        "a@b.org, c@d.org",
        '"<script>"@x.test',
        '"a b"@x.test',
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@[IPv6:::1]",
        "x" * 65 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "a@" + "b." * 126 + "org",
        "Ada <a@b.org>",
        "a@b.org\nBcc: c@d.org",
        "a\r@b.org",
        "a..b@c.org",
        ".a@c.org",
        "a.@c.org",
        "ädå@c.org",
        "a@localhost",
        "a@b_c.org",
        "a@-b.org",
        "a@b..org",
        "a@b.org.",
        "a@b@c.org",
        "a (x)@b.org",
        "a@b.org\0",
        "a@b\udc80.org",
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        clean_address(text)


@settings(deadline=None)
@given(st.text())
def test_whatever_is_taken_is_one_plain_address(text: str) -> None:
    try:
        address = clean_address(text)
    except ValueError:
        return
    assert address.isascii()
    assert address.count("@") == 1
    assert not set(address) & set('\r\n"<>,;:() ')


def test_a_sender_as_operators_write_it() -> None:
    assert mail.parse_mailbox("TimeTuna <noreply@localhost>") == Mailbox("TimeTuna", "noreply@localhost")


# The message


def test_the_message_is_built_as_calendars_expect_it() -> None:
    message = read(build(letter()))

    assert message.get_content_type() == "multipart/mixed"
    alternative, attachment = message.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    calendar = list(alternative.iter_parts())[2]
    assert (calendar.get_param("method"), calendar.get_content_charset()) == ("REQUEST", "utf-8")
    assert calendar.get_payload(decode=True) == ICS
    assert (attachment.get_content_type(), attachment.get_filename()) == ("application/ics", "invite.ics")
    assert attachment.get_payload(decode=True) == ICS


def test_the_headers_say_who_and_that_a_machine_wrote() -> None:
    message = read(build(letter()))

    assert message["From"] == "TimeTuna <book@timetuna.test>"
    assert message["To"] == "Sam Guest <sam@guest.example>"
    assert message["Reply-To"] == "Robin Host <robin@host.example>"
    assert message["Message-ID"] == "<booking-1-confirmation@timetuna.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Sun, 01 Mar 2026 10:00:00 +0000"


def test_without_an_invitation_there_are_two_alternatives() -> None:
    message = read(build(letter(ics=b"", method="", reply_to=None)))

    assert message.get_content_type() == "multipart/alternative"
    assert "Reply-To" not in message
    assert [part.get_content().strip() for part in message.iter_parts()] == [
        "See you. Zoë",
        "<p>See you. Zoë</p>",
    ]


def test_everything_is_seven_bit() -> None:
    assert build(letter(subject="Zoë 🐟", text="Zoë\n" + "x" * 2000)).as_bytes().isascii()


@pytest.mark.parametrize(
    "changes",
    [
        {"method": ""},
        {"ics": b""},
        {"message_id": "<a@b>\r\nBcc: x@y.test"},
        {"to": Mailbox("", "a@b,c@d.test")},
        {"sent_at": datetime(2026, 3, 1, 10)},  # noqa: DTZ001 - the case under test
    ],
)
def test_a_letter_that_cannot_be_right_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        build(letter(**changes))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=150))
def test_names_and_subjects_add_no_header_and_no_recipient(subject: str, name: str) -> None:
    message = read(
        build(
            letter(
                subject=f"{subject}\r\nBcc: x@y.test",
                to=Mailbox(f"{name}\nCc: x@y.test", "sam@guest.example"),
            )
        )
    )

    assert "Bcc" not in message
    assert "Cc" not in message
    assert [address.addr_spec for address in message["To"].addresses] == ["sam@guest.example"]
    assert len(message.keys()) == 10


# The server's address


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.test", MailServer("mail.test", 25)),
        ("smtp://u:p@localhost:1025", MailServer("localhost", 1025, "", "u", "p")),
        ("smtp://u:p@mailpit:1025", MailServer("mailpit", 1025, "", "u", "p")),
        ("smtps://u%40x.test:p%2Fq@mail.test", MailServer("mail.test", 465, "tls", "u@x.test", "p/q")),
        ("smtp+starttls://u:p@mail.test", MailServer("mail.test", 587, "starttls", "u", "p")),
    ],
)
def test_email_urls(url: str, server: MailServer) -> None:
    assert parse_email_url(url) == server
    assert "p/q" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.test",
        "https://mail.test",
        "smtp://",
        "smtp://mail.test:99999",
        "smtp://mail.test:x",
        "smtp://mail.test/inbox",
        "smtp://mail.test?tls=1",
        "smtps://user@mail.test",
        "smtp://user:hunter2@mail.test",
    ],
)
def test_other_email_urls_are_refused_without_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as raised:
        parse_email_url(url)

    assert "hunter2" not in str(raised.value)


# The conversation


class Inbox:
    """A handler that keeps what it gets, or answers as told."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.rcpt, self.data = "250 OK", "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802, ANN201, ANN001
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802, ANN201, ANN001
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

    def start(security: str = "", user: str = "", password: str = "", **options: object):  # noqa: ANN202
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
    def check(_server, _session, _envelope, _mechanism, login):  # noqa: ANN001, ANN202
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


def test_a_silent_server_is_given_up(raw_server, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN001
    monkeypatch.setattr(mail, "DIAL_SECONDS", 0.3)

    assert failure(raw_server(lambda connection: connection.recv(1))).code == "timeout"


def test_a_tarpit_does_not_outlive_the_total(raw_server, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN001
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


def test_a_connection_that_dies_is_retried_later(raw_server) -> None:  # noqa: ANN001
    def hang_up(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        connection.recv(100)

    error = failure(raw_server(hang_up))

    assert (error.code, error.permanent) == ("reset", False)


def test_a_taken_mail_stays_taken_when_the_good_bye_fails(raw_server) -> None:  # noqa: ANN001
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
