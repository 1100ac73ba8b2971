"""All headers of all our mails, as the mail server gets them, where hosts, ids and names are as long as can be."""

import re
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings

from tests.clock import present
from timetuna.accounts.emails import send as write_down
from timetuna.accounts.notices import NOTICES
from timetuna.bookings.actions.book import book
from timetuna.bookings.guests import Guest
from timetuna.bookings.notifications.channels.mail import letter
from timetuna.bookings.notifications.kinds import AGAIN, FIRST_KINDS, KINDS
from timetuna.bookings.notifications.kinds.money import KINDS as OF_MONEY
from timetuna.bookings.notifications.message import message_id
from timetuna.bookings.notifications.sample import send_sample
from timetuna.bookings.notifications.telling import ORGANIZER as HOST_SIDE
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.tests.conftest import order
from timetuna.bookings.tests.diary import put_payment
from timetuna.calendars.emails import mended_mail, reconnect_mail, trouble_mail
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.commands.checks.mail import letter_to
from timetuna.jobs.models import Job
from timetuna.jobs.queue import run
from timetuna.lib.mail import build, parse_mailbox
from timetuna.lib.smtp import MailServer, send

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
HOST = f"{'a' * 60}.{'b' * 60}.{'c' * 60}.example.org"
LONG_NAME = "Prof. Dr. Zoë-Élodie, 'the Fish' (née O'Neil); " * 2
GUEST_ADDRESS, BROUGHT_ADDRESS = f"{'s' * 64}@{'g' * 60}.example", f"{'k' * 64}@{'o' * 60}.example"
ID = r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>"
ADDRESS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+"
ENCODED = r"=\?utf-8\?[bq]\?[^?\s]*\?="
NAME = rf'(?:{ENCODED}(?: {ENCODED})*|"(?:[^"\\]|\\.)*"|[\w .\'/!#$%&*+=?^`{{|}}~-]+)'
MAILBOX = rf"(?:{NAME} <{ADDRESS}>|{ADDRESS})"
GRAMMAR = {
    "From": MAILBOX,
    "To": MAILBOX,
    "Reply-To": MAILBOX,
    "Message-ID": ID,
    "In-Reply-To": ID,
    "References": ID,
    "Date": r"\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000",
    "MIME-Version": r"1\.0",
    "Content-Type": r'[a-z]+/[a-z]+(?:; ?[a-z]+="?[\w.=-]+"?)*',
    "Content-Transfer-Encoding": "quoted-printable|base64|7bit",
    "Content-Disposition": r'attachment; filename="invite\.ics"',
    "List-Unsubscribe": rf"<http://{re.escape(HOST)}/[\w/-]+>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
    "Subject": r"[ -~]+",
}


class Inbox(list):
    """Keeps what arrives, byte by byte."""

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name aiosmtpd calls
        self.append(envelope.original_content)
        return "250 OK"


class FreePort(Controller):
    """aiosmtpd's controller, on a free port."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def inbox(settings):
    inbox = Inbox()
    controller = FreePort(inbox, hostname="127.0.0.1", port=0)
    controller.start()
    settings.MAIL_SERVER = MailServer("127.0.0.1", controller.port)
    settings.HOST = settings.MAIL_DOMAIN = HOST
    settings.BASE_URL = f"http://{HOST}"
    settings.DEFAULT_FROM_EMAIL = f"The bookings of a company with a long name <noreply@{HOST}>"
    yield inbox
    controller.stop()


def headers(raw):
    """Return the headers of each part of a mail, unfolded and otherwise as they came."""
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    text = raw.decode()
    blocks = [text.partition("\r\n\r\n")[0]]
    for boundary in re.findall(r'boundary="([^"]+)"', text):
        parts = text.split(f"--{boundary}\r\n")[1:]
        blocks += [part.partition("\r\n\r\n")[0] for part in parts]
    unfolded = [re.sub(r"\r\n[ \t]", " ", block) for block in blocks]
    return [[tuple(line.split(": ", 1)) for line in block.split("\r\n") if line] for block in unfolded]


def check(raw):
    whole, *parts = headers(raw)
    for name, value in (*whole, *(pair for part in parts for pair in part)):
        assert re.fullmatch(GRAMMAR[name], value), (name, value)
    return dict(whole)


@pytest.fixture
def booking(page, alice):
    alice.name = LONG_NAME[:80]
    alice.save()
    page.title = LONG_NAME[:70]
    page.save()
    wish = order(page, name=LONG_NAME[:90], email=GUEST_ADDRESS)
    return book(replace(wish, others=(Guest(LONG_NAME[:90], BROUGHT_ADDRESS),)), now=present())


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", [*KINDS, AGAIN])
def test_every_mail_of_a_booking(inbox, booking, kind, language):
    booking.attendees.update(language=language)
    booking.refresh_from_db()
    if kind in {one.name for one in OF_MONEY}:
        put_payment(booking, refunded=1500, state="partly_refunded")
    readers = (
        audience_of(booking.booker), HOST_SIDE, audience_of(booking.attendees.get(is_booker=False))
    )  # fmt: skip
    for audience in readers:
        send(build(letter(booking, kind=kind, audience=audience, tag="1440.29999999")), settings.MAIL_SERVER)

    sent = [check(raw) for raw in inbox]
    first = [message_id(booking, kind="confirmed", audience=audience) for audience in readers]
    if kind in FIRST_KINDS:
        assert [mail["Message-ID"] for mail in sent] == first
    else:
        assert [(mail["In-Reply-To"], mail["References"]) for mail in sent] == [(one, one) for one in first]
    assert [mail["To"].rpartition("<")[2].rstrip(">") for mail in sent] == [
        GUEST_ADDRESS,
        booking.host.email,
        BROUGHT_ADDRESS,
    ]
    assert ["List-Unsubscribe" in mail for mail in sent] == (
        [True, False, True] if kind in ("reminder", "follow_up") else [False] * 3
    )


@pytest.mark.parametrize("name", NOTICES)
def test_every_mail_of_an_account(inbox, alice, name):
    urls = dict.fromkeys(
        ("activate_url", "password_reset_url", "undo_url", "signup_url"), f"http://{HOST}/{'x' * 90}"
    )
    words = {"to_email": GUEST_ADDRESS, "from_email": GUEST_ADDRESS, "onward": f"/invite/{'x' * 90}"}
    write_down(NOTICES[name](urls | words), to=GUEST_ADDRESS)

    run(*Job.objects.values_list("name", "arguments").get())

    [raw] = inbox
    assert check(raw)["To"] == GUEST_ADDRESS


def test_every_mail_of_a_connection(inbox, alice):
    account = CalendarAccount.objects.create(
        host=alice, provider="google", email=GUEST_ADDRESS, expires_at=present()
    )
    now = present()
    Calendar.objects.create(account=account, name=LONG_NAME, problem="It does not answer.", failing_since=now)

    for mail in (
        reconnect_mail(account),
        trouble_mail(account, episode=now),
        mended_mail(account, [LONG_NAME], episode=now),
    ):
        send(build(mail), settings.MAIL_SERVER)

    assert len([check(raw) for raw in inbox]) == 3


def test_the_sample_and_the_mail_of_check(inbox, page):
    send_sample(page.pk, to=page.host_id, kind="reminder", subject=LONG_NAME, message="", language="de")
    send(
        build(letter_to(GUEST_ADDRESS, sender=parse_mailbox(settings.DEFAULT_FROM_EMAIL))),
        settings.MAIL_SERVER,
    )

    for raw in inbox:
        assert not check(raw).keys() & {"In-Reply-To", "List-Unsubscribe"}
    assert len(inbox) == 2
