"""500 hostile texts through a host's questions, what an address brings along, and where guests come from.

They go together, twenty to a booking, so that all of them are tried in every run.
"""

import csv
import io
import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError

from tests.sampling import sampled
from timetuna.bookings.forms.questions import field_of
from timetuna.bookings.models import Answer, Booking, BookingOrigin
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.asked import ANSWERS, OPTIONS, ask
from timetuna.bookings.tests.conftest import make_page, tomorrow, work_off
from timetuna.bookings.tests.reading import GUEST, HOST, Page, event, message
from timetuna.bookings.tests.test_hostile_fields import ALIVE, CONTROL, TEXTS
from timetuna.bookings.tests.test_hostile_guests import TAGS
from timetuna.bookings.visitor import came_with
from timetuna.pages.models import Question

pytestmark = [pytest.mark.django_db, pytest.mark.either]
LINES, WORDS, IN_ONE = 9, 10, 3
AT_ONCE = LINES + WORDS * IN_ONE
"""Texts to a booking: one to each short question, three to each long one."""
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
HEADERS = {"From", "To", "Reply-To", "Subject", "Message-ID", "Date"}


def fit(text):
    """As much of it as the form takes, and without what it refuses (tested below)."""
    return text.replace("\x00", "")[:400]


def test_500_texts_are_only_text_wherever_they_come_out(client, alice, zoom, settings):
    settings.BOOKING_PROOFS, settings.GUEST_MAIL_LIMITS = False, (1_000, 1_000)
    page = make_page(alice)
    for number in range(LINES + WORDS):
        ask(page, "line" if number < LINES else "text", key=f"k{number}")
    ask(page, "text", key="hidden", hidden=True)
    parts = sampled([TEXTS[start : start + AT_ONCE] for start in range(0, len(TEXTS), AT_ONCE)], within=True)
    for turn, texts in enumerate(parts):
        book(client, page, texts, tomorrow(0) + timedelta(minutes=45 * turn))
    work_off_all()

    bookings = list(Booking.objects.all())
    assert len(bookings) == len(parts) == BookingOrigin.objects.count()
    assert not [one.pk for one in Answer.objects.all() if UNSEEN.search(one.text)]
    for mail in zoom.mails():
        assert_harmless(mail)
    pages = [client.get(link_path(one.booker)).content.decode() for one in bookings]
    client.force_login(alice)
    pages += [client.get(f"/bookings/{one.pk}").content.decode() for one in bookings[::6]]
    assert not [text for text in pages if ALIVE.search(text)]
    assert_harmless_files(client, bookings)


def book(client, page, texts, start):
    """Come by an address that holds some of them, and confirm all."""
    long = ["\n".join(map(fit, texts[at : at + IN_ONE])) for at in range(LINES, len(texts), IN_ONE)]
    named = {f"q.k{number}": text for number, text in enumerate([*map(fit, texts[:LINES]), *long])}
    query = urlencode(
        [*zip(UTM, texts, strict=False), ("q.hidden", texts[-1]), ("ref", texts[0]), ("redirect", texts[1])]
        + [(f"metadata.{text[:9]}", text) for text in texts[5:10]]
        + [(f"metadata.k{number}", text) for number, text in enumerate(texts[10:15])]
        + [("name", texts[2]), ("notes", texts[3]), *named.items()]
    )
    shown = client.get(f"/alice/intro/book?start={write_start(start)}&duration=30&visit=a-first-look&{query}")
    assert not ALIVE.search(shown.content.decode())
    form = {bound.name: bound.value() or "" for bound in shown.context["form"]} | named
    form |= {"name": "Sam Guest", "email": GUEST, "guests": "", "visit": "a-first-look"}
    answer = client.post("/alice/intro/book", form | {"from": shown.context["came"]})
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"].startswith("/b/")


def work_off_all():
    while work_off_some():
        pass


def work_off_some():
    try:
        return work_off()
    except AssertionError:
        return 1


def assert_harmless(mail):
    parsed = message(mail)
    assert mail["envelope"]["rcpt_to"] in ([GUEST], [HOST])
    assert not {"Bcc", "Cc", "X"} & set(parsed.keys())
    assert all(not re.search(r"evil|script|HYPERLINK", str(parsed[name])) for name in HEADERS)
    assert not CONTROL.search(mail["text"])
    assert {tag for tag, _ in Page(mail["html"]).tags} <= TAGS
    found = event(mail)
    assert {str(who) for who in found["attendee"]} == {f"mailto:{GUEST}", f"mailto:{HOST}"}
    if mail["envelope"]["rcpt_to"] == [GUEST]:
        assert "Your line" not in str(found["description"])
        assert not re.search(r"evil[.@]|[/@]evil", mail["text"] + mail["html"])


def assert_harmless_files(client, bookings):
    content = b"".join(client.get("/bookings/export.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert len(rows) == len(bookings) + 1
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]
    for booking in bookings[::6]:
        facts = client.get(f"/bookings/{booking.pk}/history.json")
        assert len(json.loads(facts.content)["answers"]) > 10
        assert ALIVE.search(facts.content.decode()) is None or facts["Content-Type"] == "application/json"


def test_each_kind_takes_500_texts_for_what_they_are_or_refuses_them_with_a_sentence():
    """What gets through is of its kind: nothing else can follow from it in a mail, a file or a page."""
    good = {
        "email": re.compile(r"[^\s<>,;\"]+@[^\s<>,;\"]+"),
        "phone": re.compile(r"\+[0-9]+(;ext=[0-9]+)?"),
        "number": re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?"),
        "url": re.compile(r"https?://[^\s\\]+"),
        "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        "one": re.compile("few|many"),
    }
    for kind in ANSWERS:
        options = OPTIONS if kind in {"one", "many"} else []
        field = field_of(Question(kind=kind, label="x", key=kind, options=options, required=True))
        for text in TEXTS:
            sent = field.widget.value_from_datadict({"q": text}, {}, "q")
            value = cleaned(field, sent)
            if value is None:
                continue
            assert kind not in {"many", "yes", "consent"}, (kind, text)
            assert not UNSEEN.search(str(value)), (kind, text)
            assert kind not in good or good[kind].fullmatch(str(value)), (kind, text, value)


def cleaned(field, sent):
    """Return None where it is refused, with one of our sentences."""
    try:
        return field.clean(sent)
    except ValidationError as error:
        refused = error.messages
    assert [one for one in refused if not one.endswith(".")] == []
    return None


def test_500_texts_in_an_address_are_carried_on_as_text():
    names = (
        "name",
        "first_name",
        "email",
        "phone",
        "notes",
        "guests",
        "a1",
        "q.k",
        "utm_term",
        "metadata.k",
        "ref",
    )
    for text in TEXTS:
        came = came_with(urlencode([*((name, text) for name in names), (f"q.{text}", text), (text, text)]))
        assert not [value for _, value in came.pairs if UNSEEN.search(value)], text
        assert re.fullmatch(r"[\w.~%+=&-]*", came.query, re.ASCII), text
        assert {name for name, _ in came.pairs} <= {*names, "redirect"} | {f"q.{text}"}
        again = came_with(came.query)
        assert again.query == came.query, text
