"""Signing in at a mail server, and each way in which that can fail."""

import base64
import hmac
from dataclasses import replace

import pytest

from timetuna.lib import smtp
from timetuna.lib.mail import build
from timetuna.lib.smtp import MailError, MailServer, probe, send
from timetuna.lib.tests.conftest import scripted
from timetuna.lib.tests.test_mail import letter

USER, PASSWORD = "bücher@host.example", "pässwörd-🐟"
TAKEN = ("250 OK", "250 OK", "354 go", "250 taken", "221 bye")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def hello(ways: str) -> str:
    return f"250-hello\r\n250 AUTH {ways}"


def failed(server: MailServer) -> MailError:
    with pytest.raises(MailError) as raised:
        send(build(letter()), replace(server, user=USER, password=PASSWORD))
    assert PASSWORD not in str(raised.value)
    assert "host.example" not in str(raised.value)
    assert not raised.value.permanent
    return raised.value


def test_plain_speaks_utf_8(raw_server) -> None:
    heard: list[str] = []
    server = raw_server(scripted(hello("LOGIN PLAIN"), "235 in", *TAKEN, heard=heard))

    send(build(letter()), replace(server, user=USER, password=PASSWORD))

    assert heard[1] == "AUTH PLAIN " + encoded(f"\0{USER}\0{PASSWORD}")


def test_login_speaks_utf_8(raw_server) -> None:
    heard: list[str] = []
    prompts = (f"334 {encoded('Username:')}", f"334 {encoded('Password:')}")
    server = raw_server(scripted(hello("LOGIN"), *prompts, "235 in", *TAKEN, heard=heard))

    send(build(letter()), replace(server, user=USER, password=PASSWORD))

    assert heard[1:4] == ["AUTH LOGIN", encoded(USER), encoded(PASSWORD)]


def test_cram_md5_speaks_utf_8(raw_server) -> None:
    heard: list[str] = []
    server = raw_server(
        scripted(hello("CRAM-MD5 PLAIN"), f"334 {encoded('<1@host>')}", "235 in", *TAKEN, heard=heard)
    )

    send(build(letter()), replace(server, user=USER, password=PASSWORD))

    digest = hmac.new(PASSWORD.encode(), b"<1@host>", "md5").hexdigest()
    assert heard[2] == encoded(f"{USER} {digest}")


def test_a_server_that_asks_plain_to_begin_is_answered(raw_server) -> None:
    heard: list[str] = []
    server = raw_server(scripted(hello("PLAIN"), "334 ", "235 in", *TAKEN, heard=heard))

    send(build(letter()), replace(server, user=USER, password=PASSWORD))

    assert heard[2] == encoded(f"\0{USER}\0{PASSWORD}")


def test_a_refused_password_is_tried_once(raw_server) -> None:
    heard: list[str] = []

    failed(raw_server(scripted(hello("PLAIN LOGIN"), "535 5.7.8 no", "221 bye", heard=heard)))

    assert [line for line in heard if line.startswith("AUTH")] == [
        "AUTH PLAIN " + encoded(f"\0{USER}\0{PASSWORD}")
    ]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (
            ["250 hello"],
            (
                "offers no login here; take user and password out of EMAIL_URL, or use smtp+starttls:// or smtps://, "
                "for many offer it on encrypted connections only"
            ),
        ),
        ([hello("XOAUTH2")], "knows other ways to sign in only (XOAUTH2), not CRAM-MD5, PLAIN, LOGIN"),
        (
            [hello("PLAIN"), "535 5.7.8 bad for bücher@host.example"],
            "does not accept the user and password of EMAIL_URL; it said 535 5.7.8 bad for …",
        ),
        (
            [hello("PLAIN"), "534 5.7.9 Application-specific password required"],
            (
                "wants another way of signing in, such as a password made for one app; "
                "it said 534 5.7.9 Application-specific password required"
            ),
        ),
        (
            [hello("PLAIN"), "538 5.7.11 encrypt"],
            "wants an encrypted connection before the login: smtp+starttls:// or smtps://; it said 538 5.7.11 encrypt",
        ),
        (
            [hello("PLAIN"), "432 4.7.12 transition"],
            "wants the password to be changed before it can be used here; it said 432 4.7.12 transition",
        ),
        (
            [hello("PLAIN"), "454 4.7.0 later"],
            "cannot check the password at the moment; it said 454 4.7.0 later",
        ),
        ([hello("PLAIN"), "504 what"], "did not understand the login; it said 504 what"),
        ([hello("LOGIN"), "334 a", "334 b", "334 c"], "did not understand the login; it said 334 c"),
        ([hello("CRAM-MD5"), "334 ä", "501 stopped"], "did not understand the login; it said 501 stopped"),
        ([hello("PLAIN")], "closed the connection at the login"),
    ],
)
def test_each_way_in_which_a_login_fails_has_its_sentence(raw_server, answers: list[str], words: str) -> None:
    error = failed(raw_server(scripted(*answers)))

    assert str(error) == f"The mail server {words}."
    assert (error.code, error.about_us) == ("login", True)


def test_a_login_that_is_never_answered(raw_server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "DIAL_SECONDS", 0.3)

    def silent(connection) -> None:
        connection.sendall(b"220 hello\r\n")
        connection.recv(100)
        connection.sendall(hello("PLAIN").encode() + b"\r\n")
        while connection.recv(100):
            pass

    assert str(failed(raw_server(silent))) == "The mail server did not answer the login in time."


def test_a_name_that_is_no_host_name_is_refused_when_it_is_set() -> None:
    with pytest.raises(ValueError, match="no host name"):
        smtp.parse_email_url(f"smtp://{'a' * 64}.example:25")


@pytest.mark.parametrize(
    "text", ["smtp://u%FF:p@localhost", "smtp://u:p%00@localhost", "smtp://u:p%0A@localhost"]
)
def test_what_no_login_can_carry_is_refused_when_it_is_set(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        smtp.parse_email_url(text)


def test_a_probe_goes_as_far_as_the_sender(raw_server) -> None:
    heard: list[str] = []
    server = raw_server(scripted(hello("PLAIN"), "235 in", "250 OK", "250 OK", "221 bye", heard=heard))

    probe(replace(server, user=USER, password=PASSWORD), sender="book@timetuna.test")

    assert [line.split()[0].upper() for line in heard] == ["EHLO", "AUTH", "MAIL", "RSET", "QUIT"]


def test_a_probe_says_that_the_sender_is_refused(raw_server) -> None:
    server = raw_server(scripted("250 hello", "553 5.7.1 not yours", "250 OK"))

    with pytest.raises(MailError, match="does not take the sender"):
        probe(server, sender="book@timetuna.test")
