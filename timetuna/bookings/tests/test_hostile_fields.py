"""500 hostile texts through every field a guest has, into everything that comes out: page, mail, invitation, CSV, log.

Every twentieth of them by default, in ./test every sixtieth, others with each commit; all with HOSTILE=all in the
environment.
"""

import csv
import logging
import os
import re
from datetime import timedelta
from io import StringIO
from itertools import product

import pytest

from tests.sampling import share
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.queries import link
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, tomorrow, work_off
from timetuna.bookings.tests.reading import GUEST, HOST, Page, event, message
from timetuna.bookings.tests.test_hostile_guests import ALL, TAGS, log_lines
from timetuna.bookings.tests.test_public import details

pytestmark = pytest.mark.django_db
DISGUISES = (
    "{}",
    "\u202e{}\u2066\x1b[31m",
    "{}\r\nBEGIN:VEVENT\r\n{}",
    '"><script>alert(1)</script>{}=cmd|" /C calc"!A0',
    "{}" + "A" * 10_000,
    "=1+1\t{}",
    "\u2067{}\u2029 https://evil.example/?{}",
)
TEXTS = [
    disguise.replace("{}", text) for disguise, text in product(DISGUISES, [*ALL, "\x00", "\ud7ff\ufffe"])
][:500]
PART, OF = share()
CHOSEN = TEXTS if os.environ.get("HOSTILE") == "all" else TEXTS[5 * PART % 60 :: 20 if OF == 1 else 60]
ALIVE = re.compile(
    r"<script>alert|<img src=x|<a href='https://evil|</td></table><h1>|<style>\*", re.IGNORECASE
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
FIELDS = ("name", "notes", "phone", "email", "guests")


def test_there_are_500():
    assert len(set(TEXTS)) == 500


@pytest.fixture
def page(alice, zoom):
    page = make_page(alice, kinds=(("phone", ""),))
    page.mail_subject, page.mail_message = "{guest name}: {page}", "Hello {guest name}, {location}"
    page.save()
    return page


@pytest.mark.parametrize("text", CHOSEN, ids=range(len(CHOSEN)))
def test_it_is_only_text_wherever_it_comes_out(client, page, zoom, caplog, text):
    caplog.set_level(logging.DEBUG, "timetuna")
    for number, field in enumerate(FIELDS):
        send(client, page, tomorrow(10) + timedelta(hours=number), **{field: text})
    work_off()
    bookings = list(Booking.objects.all())
    for booking in bookings:
        client.post(path_of(booking) + "/cancel", {"note": text})
    work_off()

    for mail in zoom.mails():
        assert_harmless_mail(mail)
    shown = [client.get(path_of(booking)).content.decode() for booking in bookings]
    client.force_login(page.host)
    shown += [client.get(f"/bookings/{booking.pk}").content.decode() for booking in bookings]
    shown.append(client.get("/bookings?show=cancelled").content.decode())
    assert not [page for page in shown if ALIVE.search(page)]
    assert_harmless_table(client.get("/bookings/export.csv?show=cancelled"))
    assert text not in log_lines(caplog)


def send(client, page, start, **hostile):
    """Send the form; a refusal is a sentence at the field and no booking."""
    before = Booking.objects.count()
    form = details(client, page, start=write_start(start)) | {"phone": "+49 30 123456"} | hostile
    answer = client.post(f"/alice/{page.slug}/book", form)
    assert answer.status_code in {302, 409, 422}
    assert Booking.objects.count() == before + (answer.status_code == 302)
    if answer.status_code != 302:
        assert not ALIVE.search(answer.content.decode())


def path_of(booking):
    return link(booking.booker).removeprefix("http://localhost:8000")


def assert_harmless_mail(mail):
    parsed = message(mail)
    assert len(mail["envelope"]["rcpt_to"]) == 1
    assert [address.addr_spec for address in parsed["To"].addresses] == mail["envelope"]["rcpt_to"]
    assert not {"Bcc", "Cc", "X"} & set(parsed.keys())
    assert not CONTROL.search(str(parsed["Subject"]) + mail["text"])
    assert {tag for tag, _ in Page(mail["html"]).tags} <= TAGS
    found = event(mail)
    invited = {
        f"mailto:{email}"
        for email in Attendee.objects.filter(is_booker=False).values_list("email", flat=True)
    }
    assert {str(who) for who in found["attendee"]} <= {f"mailto:{GUEST}", f"mailto:{HOST}", *invited}


def assert_harmless_table(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert len(rows) > Booking.objects.count() - 1
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]
