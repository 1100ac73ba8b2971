"""A host's own questions: asked, answered, required, kept as they were, and shown to whom they are for."""

import re
from html import unescape

import pytest

from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.guests import Guest
from timetuna.bookings.integrations.event import entry_of
from timetuna.bookings.models import Answer, Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.asked import ANSWERS, ask
from timetuna.bookings.tests.conftest import make_page, tomorrow, work_off
from timetuna.bookings.tests.diary import now, rows_of, shown
from timetuna.bookings.tests.life import made
from timetuna.bookings.tests.reading import GUEST, HOST, event
from timetuna.bookings.tests.test_public import details
from timetuna.pages.models import Question

pytestmark = [pytest.mark.django_db, pytest.mark.either]


def answers():
    return {one.key: one for one in Answer.objects.all()}


def send(client, page, **sent):
    return client.post("/alice/intro/book", details(client, page, **sent))


def test_what_is_asked_only_then_says_so_where_no_script_hides_it(client, page):
    ask(page, "one", label="How many?")
    ask(page, "line", key="why", label="Why?", help="In <b>words</b>.", when_key="one", when_option="many")
    ask(page, "yes", key="sure", label="Are you sure?")
    ask(page, "text", key="then", label="And then?", when_key="sure", when_option="yes")
    data = details(client, page) | {"email": "nobody"}

    form = client.get(form_address()).content.decode()
    sent = client.post("/alice/intro/book", data).content.decode()

    for text in (form, sent):
        assert (
            'In &lt;b&gt;words&lt;/b&gt;. <span class="no-js">Only if you answered “More than 10” to' in text
        )
        assert '<span class="no-js">Only if you ticked “Are you sure?”.</span>' in text
        assert text.count("Only if you") == 2


def test_addresses_below_a_question_and_in_terms_are_links(client, page):
    ask(page, "line", help="See https://acme.example/a")
    ask(page, "consent", terms="I agree to https://acme.example/privacy.")

    text = client.get(form_address()).content.decode()

    assert '<a href="https://acme.example/a" target="_blank" rel="nofollow noopener noreferrer"' in text
    assert '<a href="https://acme.example/privacy" target="_blank"' in text


def test_no_browser_cuts_off_what_is_pasted_and_what_is_too_long_is_said(client, page):
    ask(page, "line")
    ask(page, "text")
    data = details(client, page) | {
        "name": "N" * 101,
        "notes": "x" * 2_001,
        "q.line": "x" * 501,
        "q.text": "x",
    }

    form = client.get(form_address()).content.decode()
    sent = client.post("/alice/intro/book", data)

    assert "maxlength" not in form
    text = sent.content.decode()
    assert sent.status_code == 422
    assert "N" * 101 in text
    assert "x" * 2_001 in text
    for most in ("100", "2,000", "500"):
        assert f"This can have {most} characters at most." in text


def test_each_kind_is_asked_and_kept(client, alice, page, zoom):
    for kind in ANSWERS:
        ask(page, kind, required=True)
    form = client.get(form_address()).content.decode()
    assert [kind for kind in ANSWERS if f"Your {kind}" not in form] == []
    assert "We call you once." in form

    answer = send(client, page, **{f"q.{kind}": sent for kind, (sent, _) in ANSWERS.items()})

    assert answer.status_code == 302
    kept = answers()
    assert {key: one.value for key, one in kept.items()} == {
        kind: value for kind, (_, value) in ANSWERS.items()
    }
    assert (kept["one"].text, kept["many"].text) == ("Up to 10", "Up to 10, More than 10")
    assert (kept["yes"].text, kept["consent"].text) == ("Yes", "Agreed")
    assert list(kept) == list(ANSWERS)


def test_required_is_required_by_the_server_for_each_kind(client, alice, page):
    blank = {kind: ["", " \u200b "] for kind in ANSWERS} | {
        "many": [[""], ["", "none of these"]],
        "yes": [[""], ["", "false"]],
        "consent": [[""], ["", "0"]],
        "one": ["", "none of these"],
    }
    for kind in ANSWERS:
        Question.objects.all().delete()
        ask(page, kind, required=True)
        form = details(client, page)
        missing = {name: value for name, value in form.items() if name != f"q.{kind}"}
        for sent in (missing, *(form | {f"q.{kind}": value} for value in blank[kind])):
            answer = client.post("/alice/intro/book", sent)
            assert (kind, answer.status_code) == (kind, 422)
            assert answer.context["form"].errors[f"q.{kind}"], kind
    assert not Booking.objects.exists()


def test_an_optional_one_may_be_left_out(client, page):
    for kind in ANSWERS:
        ask(page, kind)

    assert send(client, page, **{"q.many": [""], "q.yes": [""], "q.consent": [""]}).status_code == 302

    assert answers() == {}


def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(client, page):
    wrong = {
        "email": "boss at acme",
        "phone": "call me",
        "number": "1.000,5",
        "url": "javascript:alert(1)",
        "date": "24.12.1990",
        "one": "none of these",
        "line": "x" * 501,
    }
    for kind in wrong:
        ask(page, kind)

    answer = send(client, page, **{f"q.{kind}": text for kind, text in wrong.items()})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {f"q.{kind}" for kind in wrong}
    text = unescape(answer.content.decode())
    assert [value for kind, value in wrong.items() if kind != "one" and value not in text] == []


@pytest.mark.parametrize(
    ("chosen", "sent", "status", "kept"),
    [
        ("few", "Because", 302, {"one"}),
        ("many", "Because", 302, {"one", "why"}),
        ("many", "", 422, set()),
        ("few", "", 302, {"one"}),
        ("", "Because", 302, set()),
    ],
)
def test_a_question_depends_on_an_earlier_answer_and_the_server_judges(
    client, page, chosen, sent, status, kept
):
    ask(page, "one")
    ask(page, key="why", required=True, when_key="one", when_option="many")
    form = client.get(form_address()).content.decode()
    [field] = re.findall(r"<input[^>]*name=\"q.why\"[^>]*>", form)
    assert 'data-when="q.one"' in field
    assert "data-unasked" in field
    assert " required" not in field

    assert send(client, page, **{"q.one": chosen, "q.why": sent}).status_code == status

    assert set(answers()) == kept


def test_an_option_whose_id_is_a_part_of_anothers_is_not_that_one(client, page):
    ask(page, "one", options=[{"id": f"o{at}", "label": f"Number {at}"} for at in range(1, 13)])
    ask(page, key="why", required=True, when_key="one", when_option="o1")

    assert send(client, page, **{"q.one": "o1", "q.why": ""}).status_code == 422
    assert send(client, page, **{"q.one": "o12", "q.why": ""}).status_code == 302
    assert set(answers()) == {"one"}


def test_a_question_whose_condition_is_gone_is_always_asked(client, page):
    ask(page, "yes", key="else", hidden=True)
    ask(page, key="why", required=True, when_key="else", when_option="yes")
    ask(page, "yes")
    ask(page, key="then", required=True, when_key="yes", when_option="yes")

    assert send(client, page, **{"q.why": "", "q.yes": [""], "q.then": ""}).status_code == 422
    assert send(client, page, **{"q.why": "So", "q.yes": [""], "q.then": ""}).status_code == 302
    assert set(answers()) == {"why"}


@pytest.fixture
def booked(client, page):
    """Return the address of a booking with answers of several kinds, one of which the page's address brought."""
    ask(page, label="Company")
    ask(page, "text", label="Why us?")
    ask(page, "consent")
    ask(page, key="plan", label="Plan", hidden=True)
    said = {"q.line": "Acme=1", "q.text": "One\nhttps://evil.example", "q.consent": ["", "on"]}
    answer = client.post("/alice/intro/book", details(client, page) | {"from": "q.plan=pro"} | said)
    return answer["Location"]


def test_guests_read_theirs_on_their_page_and_without_addresses_in_their_mail(client, zoom, booked):
    work_off()

    own = shown(client.get(booked))
    assert "Company" in own
    assert "Acme=1" in own
    assert "Agreed" in own
    assert "Plan" not in own
    [mail] = zoom.mails(GUEST)
    assert "Company: Acme=1" in mail["text"]
    assert "Why us?\nOne\n(address left out)" in mail["text"]
    assert "evil" not in mail["raw"]
    assert "Plan" not in mail["text"]
    assert "Acme" not in str(event(mail)["description"])
    german = client.get(booked, headers={"Accept-Language": "de"}).content.decode()
    assert "Einverstanden" in german


def test_a_mail_says_what_was_answered_and_leads_nowhere(client, alice, page, zoom):
    """The words of whoever filled in the form reach whomever they have named: no address, no second line."""
    ask(page, label="Company")
    ask(page, "text", label="Why")
    ask(page, "consent")
    ask(page, "yes")
    page.mail_subject = "For {answer.line}"
    page.mail_message = (
        "You wrote {ANSWER.line}: {answer.text}. {answer.yes}{answer.consent}{answer.gone}{answer.}End"
    )
    page.save()
    said = {
        "q.line": "Acme {guest name}",
        "q.text": "Pay\nat evil.example/x now",
        "q.consent": ["", "on"],
    }
    client.post("/alice/intro/book", details(client, page) | said)
    work_off()

    [mail] = zoom.mails(GUEST)
    assert mail["subject"] == "For Acme {guest name}"
    assert "You wrote Acme {guest name}: Pay at (address left out) now. End" in mail["text"]
    client.force_login(alice)
    offered = client.get(f"/booking-pages/{page.pk}/notifications").context["form"].placeholders()
    assert "{answer.line}" in offered
    assert "{answer.consent}" not in offered


def test_hosts_read_them_in_mails_invitations_and_events(alice, zoom, booked):
    work_off()

    [mail] = zoom.mails(HOST)
    assert "Company: Acme=1" in mail["text"]
    assert "Plan (sent by the site): pro" in mail["text"]
    assert "Acme=1" in str(event(mail)["description"])
    description = entry_of(Booking.objects.get(), alice.pk).description
    assert "Company: Acme=1" in description
    assert "evil" not in description


def test_hosts_read_them_on_pages_and_in_files(client, alice, booked):
    booking = Booking.objects.get()
    client.force_login(alice)

    page_of_host = shown(client.get(f"/bookings/{booking.pk}"))

    assert "We call you once." in page_of_host
    assert booking.public_id in page_of_host
    [row] = rows_of(client.get("/bookings/export.csv"))
    assert (row["Company"], row["Plan"], row["Booking id"]) == ("Acme=1", "pro", booking.public_id)
    facts = client.get(f"/bookings/{booking.pk}/history.json").json()
    assert facts["id"] == booking.public_id
    assert [(one["key"], one["hidden"]) for one in facts["answers"]] == [
        ("line", False), ("text", False), ("consent", False), ("plan", True),
    ]  # fmt: skip


def test_whom_the_guest_brings_reads_no_answer(client, alice, page):
    ask(page, label="Company")
    booking = made(page, others=[Guest("Kim", "kim@others.example")])
    Answer.objects.create(
        attendee=booking.booker, key="line", label="Company", kind="line", value="Acme", text="Acme"
    )

    assert "Acme" not in entry_of(booking, alice.pk).description
    [kim] = booking.attendees.filter(is_booker=False)
    assert "Acme" not in client.get(link_path(kim)).content.decode()


def test_labels_stay_as_they_were_and_moving_keeps_the_answers(client, page):
    asked = ask(page, "one", label="Team size")
    send(client, page, **{"q.one": "many"})
    asked.label, asked.options = "Headcount", [{"id": "many", "label": "Lots"}]
    asked.save()
    booking = Booking.objects.get()

    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())
    Question.objects.all().delete()

    [kept] = booking.booker.answers.all()
    assert (kept.label, kept.text, kept.question_id) == ("Team size", "More than 10", None)
    assert "More than 10" in client.get(link_path(booking.booker)).content.decode()


def test_a_taken_time_and_a_code_lose_no_answer(client, page):
    """The form comes back with several ticked, also where the fields are carried unseen."""
    ask(page, "many")
    form = details(client, page) | {"q.many": ["", "few", "many"]}
    client.post("/alice/intro/book", details(client, page) | {"q.many": [""]})

    again = client.post("/alice/intro/book", form)

    assert again.status_code == 409
    bound = again.context["form"]
    assert bound["q.many"].value() == ["few", "many"]
    assert bound["q.many"].as_hidden().count("<input") == 3


def test_public_ids_cannot_be_guessed(page):
    ids = [made(page, tomorrow(hour), worked=False).public_id for hour in (10, 12)]

    assert all(re.fullmatch(r"bk_[1-9A-HJ-NP-Za-km-z]{18}", one) for one in ids)
    assert len(set(ids)) == 2


def form_address():
    return f"/alice/intro/book?start={tomorrow():%Y-%m-%dT%H:%MZ}&duration=30&zone=UTC&visit=a-first-look"


@pytest.fixture
def page(alice):
    return make_page(alice)
