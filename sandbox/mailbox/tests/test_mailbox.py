import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import httpx2
import pytest

from sandbox import Sandbox, SandboxControl

Post = Callable[..., None]

ICS = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@example\r\nSUMMARY:Intro\r\n"
    "LOCATION:https://us05web.zoom.example/j/92674392836?pwd=abcDEF123EXAM\r\n PLE.1\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def letter(to: str = "guest@example.org", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "TimeTuna <no-reply@timetuna.example>"
    message["To"] = to
    message["Subject"] = "Bestätigt: Intro 🐟"
    message["Message-ID"] = "<1@timetuna.example>"
    for name, value in headers.items():
        message[name] = value
    message.set_content("Verify: https://timetuna.example/verify?a=1&b=2.\n<script>alert(1)</script>\n")
    message.add_alternative(
        "<html><head></head><body><a href='https://timetuna.example/v'>Go</a></body></html>", subtype="html"
    )
    message.add_attachment(ICS.encode(), maintype="text", subtype="calendar", filename="invite.ics")
    return message


@pytest.fixture
def post(sandbox: Sandbox) -> Post:
    def send(message: EmailMessage, **options: Any) -> None:
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=5) as smtp:
            smtp.send_message(message, **options)

    return send


def test_a_mail_is_kept_and_read(post: Post, control: SandboxControl) -> None:
    post(letter())

    mails = control.wait_for_mail("GUEST@example.org")

    assert len(mails) == 1
    mail = mails[0]
    assert mail["from"] == "TimeTuna <no-reply@timetuna.example>"
    assert mail["to"] == "guest@example.org"
    assert mail["subject"] == "Bestätigt: Intro 🐟"
    assert mail["message_id"] == "<1@timetuna.example>"
    assert "https://timetuna.example/verify?a=1&b=2" in mail["text"]
    assert "<a href=" in mail["html"]
    assert "LOCATION:https://us05web.zoom.example/j/92674392836?pwd=abcDEF123EXAMPLE.1\n" in mail["ics"][0]
    assert mail["ics_raw"][0] == ICS
    assert mail["attachments"][0]["filename"] == "invite.ics"
    assert mail["envelope"]["rcpt_to"] == ["guest@example.org"]
    assert ["MIME-Version", "1.0"] in mail["headers"]


def test_mails_are_found_by_their_recipients(post: Post, control: SandboxControl) -> None:
    post(letter())
    post(letter("host@example.org"), to_addrs=["hidden@example.org", "host@example.org"])

    assert len(control.mail()) == 2
    assert len(control.mail("hidden@example.org")) == 1
    assert control.mail("nobody@example.org") == []
    control.clear_mail()
    assert control.mail() == []


def test_the_pages_of_a_mail(post: Post, http: httpx2.Client) -> None:
    post(letter())

    listing = http.get("/mail", params={"to": "guest@example.org"}).text
    assert "Bestätigt: Intro 🐟" in listing
    number = listing.split('href="/mail/')[1].split('"')[0]
    page = http.get(f"/mail/{number}").text
    assert '<a href="https://timetuna.example/verify?a=1&amp;b=2" target="_top">' in page
    assert "<script>" not in page
    assert "SUMMARY" in page
    body = http.get(f"/mail/{number}/html")
    assert '<head><base target="_top">' in body.text
    assert "sandbox" in body.headers["Content-Security-Policy"]
    assert "allow-scripts" not in body.headers["Content-Security-Policy"]
    part = http.get(f"/mail/{number}/part/0")
    assert part.content == ICS.encode()
    assert part.headers["Content-Disposition"].startswith("attachment")
    assert http.get(f"/mail/{number}/raw").text.startswith("From: TimeTuna")
    assert http.get(f"/mail/{number}/part/9").status_code == 404
    assert http.get("/mail/999").status_code == 404


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no headers at all",
        b"Subject: =?utf-8?b?####?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/mixed\r\n\r\nnothing inside",
        b"To: <<<>>>,,;@\r\nFrom: \r\nContent-Type: text/html\r\n\r\n<p>x",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbody",
    ],
)
def test_broken_mails_can_still_be_looked_at(
    sandbox: Sandbox, control: SandboxControl, http: httpx2.Client, raw: bytes
) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=5) as smtp:
        smtp.sendmail("a@example.org", ["b@example.org"], raw)

    number = control.mail("b@example.org")[0]["id"]
    assert [http.get(f"/mail{rest}").status_code for rest in ("", f"/{number}", f"/{number}/html")] == [
        200
    ] * 3


def test_the_mail_server_misbehaves(post: Post, control: SandboxControl) -> None:
    control.fault("smtp_421")
    with pytest.raises(smtplib.SMTPConnectError, match="421"):
        post(letter())
    control.fault("smtp_451")
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="451"):
        post(letter())
    control.fault("smtp_550", to="other@example.org")
    post(letter())
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="550"):
        post(letter("other@example.org"))
    control.fault("smtp_slow", seconds=0.2)
    post(letter())
    assert len(control.mail()) == 2


def test_a_mail_may_be_kept_though_the_sender_never_hears_of_it(post: Post, control: SandboxControl) -> None:
    control.fault("smtp_drop")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        post(letter())
    assert len(control.mail()) == 1
