"""Mails that come back are told at their booking."""

from io import BytesIO, TextIOWrapper

import pytest

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.guests import Guest
from timetuna.bookings.tests.conftest import order, work_off
from timetuna.bookings.tests.life import made, rule
from timetuna.bookings.tests.reading import GUEST, message
from timetuna.commands import bounce

pytestmark = pytest.mark.django_db

REPORT = """\
From: MAILER-DAEMON@mx.example
To: tuna@host.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="xx"

--xx
Content-Type: text/plain

I'm sorry.
--xx
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; sam@guest.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--xx
Content-Type: {kind}

From: Alice
Message-ID: {message_id}
Subject: Intro call

--xx--
"""


@pytest.fixture
def booking(page, zoom):
    made = book(order(page), now=present())
    work_off()
    return made


@pytest.fixture
def message_id(booking, zoom):
    return next(message(mail)["Message-ID"] for mail in zoom.mails(to=GUEST))


@pytest.fixture
def take(monkeypatch, capsys):
    def run(text):
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode())))
        assert bounce.run(None) == 0
        return capsys.readouterr().out.strip()

    return run


def noted(booking):
    return [entry.text for entry in booking.history.filter(event="mail_bounced")]


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_mail_that_came_back_is_told_once(booking, message_id, take, kind):
    report = REPORT.format(action="failed", status="5.1.1", message_id=message_id, kind=kind)

    assert take(report) == "Noted at its booking."
    take(report)

    assert noted(booking) == ["The mail to the guest (confirmation) came back: the mailbox does not exist."]


def test_a_late_one_is_said_to_be_late(booking, message_id, take):
    take(REPORT.format(action="delayed", status="4.4.1", message_id=message_id, kind="message/rfc822"))

    assert noted(booking) == [
        "The mail to the guest (confirmation) is late; its mail server keeps trying (code 4.4.1)."
    ]


def test_the_host_sees_it_on_the_bookings_page(booking, message_id, take, client, alice):
    take(REPORT.format(action="failed", status="5.2.2", message_id=message_id, kind="message/rfc822"))
    client.force_login(alice)

    assert "came back: the mailbox is full." in client.get(f"/bookings/{booking.pk}").content.decode()


@pytest.mark.parametrize(
    "forged",
    ["<x@y>", "<00000000-0000-0000-0000-000000000000.booked.guest@{host}>", "<" + "9" * 36 + ".a.guest@b>"],
)
def test_a_strangers_report_changes_nothing(booking, take, forged, settings):
    report = REPORT.format(
        action="failed", status="5.1.1", message_id=forged.format(host=settings.HOST), kind="message/rfc822"
    )

    assert take(report) == "It belongs to no booking of this server."
    assert noted(booking) == []


@pytest.mark.parametrize(
    "text", ["", "Hello", "\0" * 500, "Content-Type: multipart/report; boundary=x\n\n--x\n"]
)
def test_what_is_no_report_is_dropped(booking, take, text):
    assert take(text) == "This mail is no report of a failed delivery."


def test_whom_the_guest_brings_is_not_taken_for_the_guest(page, zoom, take):
    booking = made(rule(page, most_guests=1), others=[Guest("Kim", "kim@others.example")])
    message_id = next(message(mail)["Message-ID"] for mail in zoom.mails(to="kim@others.example"))

    take(REPORT.format(action="failed", status="5.1.1", message_id=message_id, kind="message/rfc822"))

    assert noted(booking) == [
        "The mail to somebody the guest brings (confirmation) came back: the mailbox does not exist."
    ]
