"""A mail server that is away is left in peace, and its return makes no storm."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.config import SandboxConfig
from sandbox.running import Sandbox
from tests.clock import present
from timetuna import mail
from timetuna.jobs.queue import GiveUp, Retry, first_tried
from timetuna.lib.mail import Letter, Mailbox
from timetuna.lib.smtp import MailServer
from timetuna.lib.tests.conftest import scripted


@pytest.fixture(autouse=True)
def fresh(monkeypatch, settings):
    monkeypatch.setattr(mail, "_rest", mail._Rest())
    settings.RETRY_SECONDS = 10


def letter() -> Letter:
    return Letter(
        sender=Mailbox("TimeTuna", "tuna@host.example"),
        to=Mailbox("Sam", "sam@guest.example"),
        subject="Hello",
        text="Hello\n",
        html="<p>Hello</p>",
        message_id="<a@host.example>",
        sent_at=datetime(2026, 11, 24, tzinfo=UTC),
    )


def refused(server, settings):
    settings.MAIL_SERVER = server
    with pytest.raises(Retry) as raised:
        mail.deliver(letter())
    return raised.value


@pytest.fixture
def away():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return MailServer("127.0.0.1", taken.getsockname()[1])


def test_after_some_failures_it_is_not_dialled_for_a_while(away, settings):
    sentences = [str(refused(away, settings)) for _ in range(5)]
    assert all("asked again" not in sentence for sentence in sentences)

    orders = [refused(away, settings) for _ in range(40)]

    assert {str(order) for order in orders} == {
        "Mail waiting: The mail server cannot be reached. It is asked again soon."
    }
    waits = sorted((order.at - present()).total_seconds() for order in orders)
    assert waits[0] > 8
    assert waits[-1] < 21
    assert waits[-1] - waits[0] > 3, "they come back one after the other"


def test_one_asks_after_the_rest_and_its_success_lets_all_through(away, settings, monkeypatch):
    for _ in range(5):
        refused(away, settings)
    monkeypatch.setattr(mail._rest, "_until", 0.0)
    with Sandbox(SandboxConfig(http_port=0, smtp_port=away.port)) as sandbox:
        mail.deliver(letter())
        mail.deliver(letter())

        assert len(sandbox.world.letterbox.all()) == 2


def test_another_server_is_none_of_its_business(away, settings):
    for _ in range(6):
        refused(away, settings)
    with Sandbox(SandboxConfig(http_port=0, smtp_port=0)) as sandbox:
        settings.MAIL_SERVER = MailServer("127.0.0.1", sandbox.smtp_port)

        mail.deliver(letter())


def test_however_often_a_mail_was_tried_it_waits_no_longer_than_the_server_does(away, settings):
    for _ in range(30):
        order = refused(away, settings)
        mail._rest._until = 0.0

    assert (order.at - present()).total_seconds() <= 2 * 300


@pytest.fixture
def answering(settings, raw_server):
    """Have the mail server answer one conversation in these lines."""

    def answering(*answers):
        settings.MAIL_SERVER = raw_server(scripted(*answers))

    return answering


def test_what_is_not_about_the_mailbox_is_given_up_after_five_days(answering):
    quota = ("250 hello", "250 OK", "250 OK", "354 go", "550 5.4.5 daily limit", "250 OK", "221 bye")
    answering(*quota)
    with first_tried(present() - timedelta(days=4, hours=23)), pytest.raises(Retry) as waits:
        mail.deliver(letter())
    answering(*quota)
    with first_tried(present() - timedelta(days=5, hours=1)), pytest.raises(GiveUp) as over:
        mail.deliver(letter())

    assert str(waits.value) == "Mail waiting: The mail server said 550 5.4.5 daily limit."
    assert waits.value.at is None, "its own pause, which grows"
    assert str(over.value) == "Mail refused for 5 days: The mail server said 550 5.4.5 daily limit."


def test_a_refused_login_is_not_tried_for_every_mail(settings, raw_server):
    tries = []

    def refuse(connection):
        tries.append(1)
        scripted("250-hello\r\n250 AUTH PLAIN", "535 5.7.8 no", "221 bye")(connection)

    for _ in range(5):
        settings.MAIL_SERVER = replace(raw_server(refuse), user="u", password="p")
        refused(settings.MAIL_SERVER, settings)

    order = refused(settings.MAIL_SERVER, settings)

    assert len(tries) == 5
    assert str(order) == (
        "Mail waiting: The mail server does not accept the user and password of EMAIL_URL; it said 535 5.7.8 no. "
        "It is asked again soon."
    )
