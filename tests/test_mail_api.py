"""Mails by an HTTP API in place of SMTP: django-anymail's own backends, and a server on this machine that speaks it."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import getaddresses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.clock import present
from timetuna import mail
from timetuna.jobs.queue import GiveUp, Retry, first_tried
from timetuna.lib.mail import Mailbox
from timetuna.lib.tests.test_mail import ICS, letter

pytestmark = pytest.mark.enable_socket
TAKEN = {"ErrorCode": 0, "Message": "OK", "MessageID": "0a129aee", "To": "sam@guest.example"}


class Api(ThreadingHTTPServer):
    """Keeps what is posted, and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Posted)
        self.status, self.answer = 200, json.dumps(TAKEN)
        self.asked: list[tuple[str, dict[str, str], bytes]] = []

    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def says(self, status: int, answer: str | dict[str, object]) -> None:
        self.status, self.answer = status, answer if isinstance(answer, str) else json.dumps(answer)


class Posted(BaseHTTPRequestHandler):
    server: Api

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.answer.encode())

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def api(settings, monkeypatch) -> Iterator[Api]:
    """Have mails leave by Postmark's API."""
    monkeypatch.setattr(mail, "_rest", mail._Rest())
    with Api() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings.MAIL_SERVER, settings.EMAIL_BACKEND = None, "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token", "POSTMARK_API_URL": server.url()}
        yield server
        server.shutdown()
        thread.join()


def refused(order: type[Exception] = Retry) -> Exception:
    with pytest.raises(order) as raised:
        mail.deliver(letter())
    assert "guest.example" not in str(raised.value)
    return raised.value


def test_a_mail_arrives_with_all_that_makes_it_ours(api):
    mail.deliver(letter(in_reply_to="<first@timetuna.test>", unsubscribe="https://timetuna.test/stop"))

    [(path, headers, body)] = api.asked
    sent = json.loads(body)
    assert (path, headers["X-Postmark-Server-Token"]) == ("/email", "token")
    assert {name: sent[name] for name in ("From", "To", "ReplyTo", "Subject", "TextBody", "HtmlBody")} == {
        "From": "TimeTuna <book@timetuna.test>",
        "To": "Sam Guest <sam@guest.example>",
        "ReplyTo": "Robin Host <robin@host.example>",
        "Subject": "Booked: Intro call",
        "TextBody": "See you. Zoë",
        "HtmlBody": "<p>See you. Zoë</p>",
    }
    assert {one["Name"]: one["Value"] for one in sent["Headers"]} == {
        "Message-ID": "<booking-1-confirmation@timetuna.test>",
        "In-Reply-To": "<first@timetuna.test>",
        "References": "<first@timetuna.test>",
        "List-Unsubscribe": "<https://timetuna.test/stop>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "X-PM-KeepID": "true",
    }


def test_the_invitation_arrives_with_its_method(api):
    mail.deliver(letter(method="CANCEL"))

    [invitation] = json.loads(api.asked[0][2])["Attachments"]
    assert (invitation["Name"], b64decode(invitation["Content"])) == ("invite.ics", ICS)
    assert invitation["ContentType"] == 'text/calendar; charset="utf-8"; method=CANCEL'


def test_an_api_that_takes_files_gets_the_same(api, settings):
    settings.EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
    settings.ANYMAIL = {"MAILGUN_API_KEY": "key", "MAILGUN_API_URL": api.url()}
    api.says(200, {"id": "<1@mailgun>", "message": "Queued. Thank you."})

    mail.deliver(letter())

    [(path, headers, body)] = api.asked
    form = message_from_bytes(
        f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + body, policy=policy.HTTP
    )
    fields = {part.get_param("name", header="Content-Disposition"): part for part in form.iter_parts()}
    assert path == "/timetuna.test/messages"
    assert fields["h:Message-Id"].get_content().strip() == "<booking-1-confirmation@timetuna.test>"
    assert fields["h:Reply-To"].get_content().strip() == "Robin Host <robin@host.example>"
    assert fields["attachment"].get_filename() == "invite.ics"
    assert fields["attachment"].get_param("method") == "REQUEST"
    assert fields["attachment"].get_payload(decode=True) == ICS
    assert "h:X-Pm-Keepid" not in fields


def test_what_sends_the_whole_mail_gets_it_as_our_smtp_would(settings, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    mail.deliver(letter())

    [sent] = mailoutbox
    kinds = [part.get_content_type() for part in sent.message().walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar", "application/ics"]


NAMES = st.text("ab ,.:;<>()[]@\\\"'ü\u202e\r\n", max_size=110)


@examples(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
def test_whatever_the_name_the_mail_is_for_one_address(api, name):
    mail.deliver(letter(to=Mailbox(name, "sam@guest.example"), reply_to=Mailbox(name, "robin@host.example")))

    sent = json.loads(api.asked[-1][2])
    assert [address for _name, address in getaddresses([sent["To"]])] == ["sam@guest.example"]
    assert [address for _name, address in getaddresses([sent["ReplyTo"]])] == ["robin@host.example"]


INACTIVE = (
    "You tried to send to a recipient that has been marked as inactive.\n"
    "Found inactive addresses: sam@guest.example.\n"
    "Inactive recipients are ones that have generated a hard bounce or a spam complaint. "
)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (422, {"ErrorCode": 300, "Message": "Invalid 'To' address: 'sam@guest.example'."}),
        (422, {"ErrorCode": 406, "Message": INACTIVE}),
    ],
)
def test_an_address_that_takes_no_mail_is_given_up(api, status, answer):
    api.says(status, answer)

    order = refused(GiveUp)

    assert str(order).startswith("Mail refused: The mail service takes nothing for this address; it said ")


def test_what_is_said_about_one_mail_is_given_up_after_five_days(api):
    api.says(422, {"ErrorCode": 300, "Message": "Invalid 'From' address: 'x@host.example'."})
    with first_tried(present() - timedelta(days=4, hours=23)):
        waits = refused()
    with first_tried(present() - timedelta(days=5, hours=1)):
        over = refused(GiveUp)

    assert str(waits) == "Mail waiting: The mail service said 422; it said Invalid 'From' address: …."
    assert waits.at is None, "its own pause, which grows"
    assert str(over).startswith("Mail refused for 5 days: ")


@pytest.mark.parametrize(
    ("status", "answer", "sentence"),
    [
        (401, {"ErrorCode": 10, "Message": "Bad or missing token."}, "401; it said Bad or missing token"),
        (429, "slow down", "429; it said slow down"),
        (503, "", "503"),
        (200, "what is this", "200; it said what is this"),
    ],
)
def test_what_meets_every_mail_waits_for_all_together(api, status, answer, sentence):
    api.says(status, answer)
    orders = [refused() for _ in range(7)]

    assert str(orders[0]) == f"Mail waiting: The mail service said {sentence}."
    assert all(order.at for order in orders)
    assert len(api.asked) == 5, "then it is left in peace"
    assert str(orders[-1]).endswith(" It is asked again soon.")


def test_an_api_that_cannot_be_reached(api, settings):
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_API_URL": "http://127.0.0.1:1/"}

    assert str(refused()) == "Mail waiting: The mail service cannot be reached, or did not answer in time."


def test_a_key_that_is_not_set(api, settings):
    settings.ANYMAIL = {}

    assert str(refused()) == (
        "Mail waiting: EMAIL_BACKEND cannot be used: ANYMAIL_POSTMARK_SERVER_TOKEN is not set."
    )


def test_a_letter_that_cannot_be_right_is_given_up(api):
    with pytest.raises(GiveUp, match="Mail not sent: "):
        mail.deliver(letter(to=Mailbox("", "a@b,c@d.test")))

    assert api.asked == []
