"""What a guest types comes out as text everywhere: headers, mails, invitations, pages, logs."""

import html
import logging
from urllib.parse import quote

import pytest

from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link
from timetuna.bookings.tests.conftest import make_page, work_off
from timetuna.bookings.tests.reading import GUEST, HOST, Page, event, message
from timetuna.bookings.tests.test_public import details
from timetuna.jobs.models import Job

pytestmark = pytest.mark.django_db

LINES = [
    f"Sam{end}{more}"
    for end in ("\r\n", "\n", "\r", "\x85", "\u2028", "\u2029", "\v", "\f", "\x1c")
    for more in ("Bcc: eve@evil.example", "END:VEVENT")
] + [
    "Sam\r\n\r\n<html>Another body",
    "Sam\r\n.\r\nMAIL FROM:<eve@evil.example>",
    "Sam\r\nATTENDEE:mailto:eve@evil.example",
    "Sam\r\n ATTENDEE:mailto:eve@evil.example",
    "BEGIN:VEVENT",
    "Sam\\nATTENDEE:mailto:eve@evil.example",
    "Sam^nATTENDEE:mailto:eve@evil.example",
    "Sam%0d%0aBcc: eve@evil.example",
    "=?utf-8?q?Sam=0D=0ABcc:_eve@evil.example?=",
    "=?utf-8?b?PHNjcmlwdD4=?=",
    "=?utf-8?q?=0D=0A=0D=0A<h1>Account_locked</h1>?=",
    "=\u200b?us-ascii?q?=0D=0ATo:_eve@evil.example?= Sam",
    "Sam ==?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?= ?=",
]
MARKS = [
    'Sam"Quote',
    '"Sam" <eve@evil.example>',
    "Sam, eve@evil.example",
    "Sam <eve@evil.example>, Eve",
    "Sam;CN=Eve:mailto:eve@evil.example",
    "Sam; Smith, Jr. \\ Co",
    "Sam:colon",
    "Sam (comment)",
    "[Sam]",
    "O'Hara",
    "Sam@",
]
MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<a href='https://evil.example'>Click</a>",
    "</td></table><h1>Account locked</h1>",
    "<style>*{display:none}</style>",
    "<!-- -->",
    "&lt;b&gt; &amp; &#60;",
    "[Click](https://evil.example)",
    "https://evil.example/login",
    "javascript:alert(1)",
    "]]>",
]
TEMPLATES = [
    "{guest name}",
    "{{7*7}}",
    "{% debug %}",
    "{{ settings.SECRET_KEY }}",
    "{host.__class__}",
    "%s %d %(name)s",
    "${7*7}",
    "$(id)",
    "`id`",
    "' OR 1=1 --",
    '=HYPERLINK("https://evil.example")',
    "+1+1",
    "@SUM(1)",
    "../../etc/passwd",
]
LETTERS = [
    "\u202eevil\u202c Sam",
    "Sam\u200b\u2066\u2069\ufeff Guest",
    "Сам Гуэст",
    "\u0645\u062d\u0645\u062f \u0639\u0644\u06cc\u200c\u0632\u0627\u062f\u0647",  # Persian, with a joiner
    "👩\u200d👩\u200d👧\u200d👦 👍🏽",
    "Z̷̢͎̿a̸l̶g̵o̷ Sam",
    "山田 太郎",
    "ﷺ" * 90,
    "x" * 100,
    "PayPal Security",
    "Alice Host via TimeTuna",
    "Sam\x07\x1b[31mRed",
]
ALL = [*LINES, *MARKS, *MARKUP, *TEMPLATES, *LETTERS]
HEADERS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
    "MIME-Version", "Content-Type",
}  # fmt: skip


@pytest.fixture
def page(alice, zoom):
    page = make_page(alice)
    page.mail_subject, page.mail_message = "{guest name}: {page}", "Hello {guest name}"
    page.save()
    return page


@pytest.mark.matrix
@pytest.mark.parametrize("text", ALL, ids=range(len(ALL)))
def test_a_hostile_guest_is_only_text(client, page, zoom, caplog, text):
    caplog.set_level(logging.DEBUG, "timetuna")
    answer = client.post(
        f"/alice/{page.slug}/book", details(client, page, name=text, notes=f"{text}\n{text}")
    )
    assert answer.status_code == 302

    work_off()

    booking = Booking.objects.get()
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert_plain_mails(zoom, booking)
    assert_plain_pages(client, booking)
    said = log_lines(caplog)
    assert not any(word in said for word in (text, "evil.example", GUEST, HOST, "\n\n"))


def log_lines(caplog):
    """Return what the product logged; the sandbox's mail server, in this process too, says more."""
    ours = [record for record in caplog.records if record.name.startswith(("timetuna", "django"))]
    return "\n".join(record.getMessage() for record in ours)


def assert_plain_mails(zoom, booking):
    assert len(zoom.mails()) == 2
    for mail, to, other in zip(zoom.mails(), (GUEST, HOST), (HOST, GUEST), strict=True):
        parsed = message(mail)
        assert mail["envelope"] == {"mail_from": "noreply@localhost", "rcpt_to": [to]}
        assert set(parsed.keys()) == HEADERS
        assert len(parsed.keys()) == len(HEADERS)
        for header, expected in (("From", "noreply@localhost"), ("To", to), ("Reply-To", other)):
            [address] = parsed[header].addresses
            assert address.addr_spec == expected
        assert parsed["From"].addresses[0].display_name.endswith(" via TimeTuna")
        assert len(str(parsed["Subject"]).splitlines()) == 1
        assert "<script" not in mail["html"].lower()
        assert {tag for tag, _ in Page(mail["html"]).tags} <= TAGS
        assert all(link.startswith("http://localhost:8000/") for link in Page(mail["html"]).links)
        assert_plain_invitation(event(mail), booking)
        assert not any(ord(character) < 32 and character not in "\r\n" for character in mail["text"])
    assert Page(zoom.mails(HOST)[0]["html"]).text().count(" ".join(booking.booker.name.split())) >= 1
    assert (
        booking.booker.notes not in zoom.mails(GUEST)[0]["text"]
        or booking.booker.notes == booking.booker.name
    )


TAGS = {
    "html", "head", "meta", "title", "style", "body", "div", "h1", "p", "br", "table", "tr", "td", "a", "span",
}  # fmt: skip


def assert_plain_invitation(found, booking):
    assert {str(who) for who in found["attendee"]} == {f"mailto:{GUEST}", f"mailto:{HOST}"}
    assert str(found["organizer"]) == f"mailto:{HOST}"
    assert str(found["uid"]) == f"{booking.uid}@localhost"
    assert found["sequence"] == 0
    assert set(found.keys()) == {
        "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "CREATED", "DTSTART", "DTEND", "STATUS", "TRANSP", "SUMMARY",
        "DESCRIPTION", "LOCATION", "URL", "ORGANIZER", "ATTENDEE",
    }  # fmt: skip


def assert_plain_pages(client, booking):
    own = client.get(link(booking.booker).removeprefix("http://localhost:8000")).content.decode()
    client.force_login(booking.host)
    for path in ("/bookings", f"/bookings/{booking.pk}"):
        shown = client.get(path).content.decode()
        assert html.escape(booking.booker.name) in shown
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "evil.example'>" not in shown
    assert "<script>alert" not in own


@pytest.mark.parametrize("name", ["Sam\x00Guest", "\u200b\u202e", "\r\n", "x" * 2_000, "🐟" * 500])
def test_a_name_that_cannot_be_used_is_refused_with_a_sentence(client, page, name):
    answer = client.post(f"/alice/{page.slug}/book", details(client, page, name=name))

    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]
    assert not Booking.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("notes", ["a\x00b", "x" * 2_001])
def test_so_are_notes(client, page, notes):
    answer = client.post(f"/alice/{page.slug}/book", details(client, page, notes=notes))

    assert answer.status_code == 422
    assert answer.context["form"].errors["notes"]
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "email",
    [
        "sam@guest.example\r\nBcc: eve@evil.example",
        "sam@guest.example,eve@evil.example",
        "sam@guest.example eve@evil.example",
        '"<script>"@guest.example',
        "sam@[127.0.0.1]",
        "sam@localhost",
        "sam@guest.example\x00",
        "sam?cc=eve@evil.example@guest.example",
        f"{'x' * 65}@guest.example",
    ],
)
def test_an_address_is_one_plain_address(client, page, email):
    answer = client.post(f"/alice/{page.slug}/book", details(client, page, email=email))

    assert answer.status_code == 422
    assert not Booking.objects.exists()


@pytest.mark.matrix
@pytest.mark.parametrize("text", MARKUP + LINES[:6], ids=range(len(MARKUP) + 6))
def test_a_word_on_leaving_is_only_text(client, page, zoom, text):
    client.post(f"/alice/{page.slug}/book", details(client, page))
    work_off()
    booking = Booking.objects.get()

    client.post(link(booking.booker).removeprefix("http://localhost:8000") + "/cancel", {"note": text})
    work_off()

    mail = zoom.mails(HOST)[-1]
    assert mail["subject"].startswith("Cancelled: ")
    assert {tag for tag, _ in Page(mail["html"]).tags} <= TAGS
    assert set(message(mail).keys()) == HEADERS | {"In-Reply-To", "References"}
    assert "Sam Guest wrote: " in mail["text"]
    assert str(event(mail)["status"]) == "CANCELLED"
    assert quote(text) not in zoom.mails(GUEST)[-1]["raw"]
