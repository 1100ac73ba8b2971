"""Every kind of mail for both sides, out of real bookings, sent over SMTP and read where it arrived."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.fulfilment.reconcile import retry_booking
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.notifications.channels.mail import letter
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.queries import link
from timetuna.bookings.tests.conftest import make_page, order, tomorrow, work_off
from timetuna.bookings.tests.reading import GUEST, HOST, Page, message
from timetuna.l10n.datetimes import zone_name
from timetuna.lib.mail import build

pytestmark = [pytest.mark.django_db, pytest.mark.matrix(of="file")]
KINDS = ("confirmed", "promised", "link", "moved", "cancelled")
ZONES = ("America/New_York", "Asia/Kathmandu")
HEADLINES = {
    "confirmed": ("You are booked", "You have a new booking"),
    "promised": ("You are booked", "You have a new booking"),
    "link": ("Here is your Zoom link", "The Zoom link is there"),
    "moved": ("This meeting has a new time", "A meeting has a new time"),
    "cancelled": ("This meeting is cancelled", "A meeting is cancelled"),
}
SUBJECTS = {
    "confirmed": ("Intro call with Alice Host: {}", "Sam Guest booked Intro call: {}"),
    "promised": ("Intro call with Alice Host: {}", "Sam Guest booked Intro call: {}"),
    "link": ("Zoom link: Intro call with Alice Host, {}", "Zoom link: Intro call with Sam Guest, {}"),
    "moved": ("Moved: Intro call with Alice Host, now {}", "Moved: Intro call with Sam Guest, now {}"),
    "cancelled": ("Cancelled: Intro call with Alice Host, {}", "Cancelled: Intro call with Sam Guest, {}"),
}
ENDS = {
    "confirmed": "The attached invitation adds this meeting to your calendar.",
    "promised": "The attached invitation adds this meeting to your calendar.",
    "link": "The attached invitation puts the link into your calendar.",
    "moved": "The attached invitation moves this meeting in your calendar.",
    "cancelled": "The attached file takes this meeting out of your calendar.",
}


@pytest.fixture
def page(alice, client, zoom):
    zoom.connect(client, alice)
    return make_page(alice, kinds=(("zoom", ""),))


def now():
    return present()


def booked(page, **guest):
    booking = book(order(page, kind=page.meeting_types.get().kind, **guest), now=now())
    work_off()
    booking.refresh_from_db()
    return booking


def moved(booking, start=None):
    reschedule(booking.pk, start_minute=minute_of(start or tomorrow(15)), actor="guest", now=now())
    work_off()


def cancelled(booking, *, actor="guest", note=""):
    cancel(booking.pk, actor=actor, note_text=note, now=now())
    work_off()


def bring_about(zoom, page, kind, **guest):
    """Let the mails of this kind be the last ones that were sent."""
    if kind in {"promised", "link"}:
        zoom.control.fault("cannot_host", times=None)
    booking = booked(page, **guest)
    if kind == "link":
        zoom.control.clear_faults()
        retry_booking(booking)
        work_off()
    elif kind == "moved":
        moved(booking)
    elif kind == "cancelled":
        cancelled(booking)
    return Booking.objects.get(pk=booking.pk)


def latest(zoom):
    """Return the last mail of each side."""
    return zoom.mails(GUEST)[-1], zoom.mails(HOST)[-1]


def join_url():
    return Conference.objects.get().join_url


def in_words(start, zone):
    local, end = (moment.astimezone(ZoneInfo(zone)) for moment in (start, start + timedelta(minutes=30)))
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M} to {end:%H:%M} · {zone_name(ZoneInfo(zone))} (UTC"


def in_short(start, zone):
    local = start.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M}"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_reads_what_happened_in_their_own_zone(zoom, page, kind, zone):
    booking = bring_about(zoom, page, kind, time_zone=zone)

    for mail, side, reader in zip(latest(zoom), (0, 1), (zone, "Europe/Berlin"), strict=True):
        seen = Page(mail["html"])
        assert mail["subject"] == SUBJECTS[kind][side].format(in_short(booking.start_at, reader))
        assert mail["text"].startswith(HEADLINES[kind][side] + "\n")
        assert HEADLINES[kind][side] in seen.text()
        when = in_words(booking.start_at, reader)
        assert mail["text"].count(when) == 1
        assert seen.text().count(when) == 2  # once as the line that a list of mails shows
        assert ENDS[kind] in mail["text"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_from_us_and_answers_go_to_the_other_side(zoom, page, kind):
    bring_about(zoom, page, kind)

    guest, host = latest(zoom)
    people = [(guest, "Sam Guest", GUEST, "Alice Host", HOST), (host, "Alice Host", HOST, "Sam Guest", GUEST)]
    for mail, reader, to, other, reply_to in people:
        assert mail["from"] == f"{other} via TimeTuna <noreply@localhost>"
        assert mail["to"] == f"{reader} <{to}>"
        assert mail["reply_to"] == f"{other} <{reply_to}>"
        assert mail["envelope"] == {"mail_from": "noreply@localhost", "rcpt_to": [to]}
        assert message(mail)["Auto-Submitted"] == "auto-generated"
        assert message(mail)["Cc"] is None


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_say_the_same(zoom, page, kind):
    bring_about(zoom, page, kind, notes="First line\n\nThird line", phone="+1 212 555 0100")

    for mail in latest(zoom):
        text, seen = mail["text"], Page(mail["html"])
        body, signature = text.split("\n-- \n")
        everything = " ".join([seen.text(), *seen.links])
        for line in filter(None, body.splitlines()):
            assert line in everything or all(part in everything for part in line.split(": ", 1)), line
        assert signature == "Sent by TimeTuna for Alice Host\n"
        assert "\n\n\n" not in text
        assert not any(line != line.strip() for line in body.splitlines())


@pytest.mark.parametrize("kind", KINDS)
def test_each_side_gets_the_link_of_its_own_page(zoom, page, kind):
    booking = bring_about(zoom, page, kind)

    guest, host = latest(zoom)
    token = link(booking.booker).rpartition("/")[2]
    assert f": {link(booking.booker)}" in guest["text"]
    assert f": http://localhost:8000/bookings/{booking.pk}" in host["text"]
    assert link(booking.booker) in Page(guest["html"]).links
    assert f"http://localhost:8000/bookings/{booking.pk}" in Page(host["html"]).links
    assert token in guest["ics"][0]
    for part in ("text", "html", "raw"):
        assert f"/bookings/{booking.pk}" not in guest[part]
        assert token not in host[part]
    assert token not in host["ics"][0]
    assert f"/bookings/{booking.pk}" not in guest["ics"][0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_join_link_is_there_unless_there_is_none_or_no_meeting(zoom, page, kind):
    bring_about(zoom, page, kind)
    expected = kind in {"confirmed", "link", "moved"}

    for mail in latest(zoom):
        assert ("\nZoom: https://" in mail["text"]) is expected
        assert (join_url() in Page(mail["html"]).links) is expected
        assert "Passcode" not in mail["text"] + mail["html"]  # the link carries it


def test_a_passcode_stands_right_below_a_link_that_needs_it(zoom, page):
    zoom.control.fault("join_url_without_pwd")
    booking = booked(page)
    passcode = Conference.objects.get().passcode

    for mail in latest(zoom):
        lines = mail["text"].splitlines()
        assert lines[lines.index(f"Zoom: {join_url()}") + 1] == f"Passcode: {passcode}"
        assert f"Passcode: {passcode}" in Page(mail["html"]).text()

    cancelled(booking)
    assert not any(passcode in mail["text"] + mail["html"] for mail in latest(zoom))


def test_a_promise_tells_the_guest_to_wait_and_the_host_what_to_do(zoom, page):
    bring_about(zoom, page, "promised")

    guest, host = latest(zoom)
    assert "The Zoom link follows in a second mail. There is nothing you need to do." in guest["text"]
    assert "Zoom: The link follows." in guest["text"]
    assert "The Zoom link is missing. Zoom refused: " in host["text"]
    assert "Fix the link: http://localhost:8000/bookings/" in host["text"]
    assert "refused" not in guest["text"] + guest["html"]


def test_a_move_before_the_link_is_there_says_that_it_follows(zoom, page):
    booking = bring_about(zoom, page, "promised")

    moved(booking)

    guest, host = latest(zoom)
    assert guest["subject"].startswith("Moved: ")
    assert "The Zoom link follows in a second mail." in guest["text"]
    assert "The Zoom link is missing." in host["text"]


def test_a_move_leaves_the_link_and_says_what_the_account_shows(zoom, page):
    bring_about(zoom, page, "moved")

    guest, host = latest(zoom)
    assert "new one" not in guest["text"]
    assert "The link stays the same. Your Zoom account still shows the earlier time." in host["text"]


def test_a_move_too_far_for_the_link_says_that_the_link_is_new(zoom, page):
    booking = booked(page)
    before = join_url()

    moved(booking, tomorrow() + timedelta(days=40))

    assert join_url() != before
    guest, host = latest(zoom)
    assert (
        "The Zoom link is a new one, too. The earlier link does not work for the new time." in guest["text"]
    )
    assert "The earlier meeting stays in your Zoom account; you can delete it there." in host["text"]
    for mail in (guest, host):
        assert join_url() in mail["text"]
        assert before not in mail["text"] + mail["html"]

    moved(booking, tomorrow() + timedelta(days=41))
    assert "new one" not in zoom.mails(GUEST)[-1]["text"]


@pytest.mark.whole
def test_what_one_side_writes_reaches_the_other_side_only(zoom, page):
    first = booked(page, notes="Please call ahead.")
    cancelled(first, actor="guest", note="I am ill.")
    guest, host = latest(zoom)
    assert "You cancelled it." in guest["text"]
    assert "Sam Guest wrote: I am ill." in host["text"]

    cancelled(booked(page), actor="host", note="The train is late.")

    guest, host = latest(zoom)
    assert "Alice Host cancelled it." in guest["text"]
    assert "Alice Host wrote: The train is late." in guest["text"]
    assert "You cancelled it." in host["text"]
    for word in ("call ahead", "I am ill"):
        assert not any(word in mail["raw"] + mail["ics"][0] + mail["text"] for mail in zoom.mails(GUEST))
    assert "Notes from Sam Guest:\nPlease call ahead." in zoom.mails(HOST)[0]["text"]
    assert "Please call ahead." in zoom.mails(HOST)[0]["ics"][0]


@pytest.mark.parametrize("late", [False, True])
def test_the_mails_of_a_booking_are_one_thread(zoom, page, late):
    booking = bring_about(zoom, page, "link" if late else "confirmed")
    moved(booking)
    cancelled(booking)

    ids = [mail["message_id"] for mail in zoom.mails()]
    assert len(set(ids)) == len(ids) == (8 if late else 6)
    for to in (GUEST, HOST):
        first, *others = [message(mail) for mail in zoom.mails(to)]
        assert first["In-Reply-To"] is None
        for other in others:
            assert other["In-Reply-To"] == other["References"] == first["Message-ID"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_try_is_the_same_mail(zoom, page, kind):
    booking = bring_about(zoom, page, kind)

    again = build(letter(booking, kind=kind, audience=audience_of(booking.booker)))

    assert again["Message-ID"] == zoom.mails(GUEST)[-1]["message_id"]


def test_a_mail_that_waited_while_the_booking_changed_is_not_sent(zoom, page):
    booking = book(order(page, kind="zoom"), now=now())
    cancel(booking.pk, actor="guest", note_text="", now=now())

    work_off()

    assert [mail["subject"].split(":")[0] for mail in zoom.mails()] == ["Cancelled", "Cancelled"]


@pytest.mark.parametrize(
    ("kind", "detail", "phone", "line"),
    [
        ("phone", "", "+1 212-555-0100", "Phone call: Alice Host calls +1 212-555-0100"),
        ("phone", "+49 30 123456", "", "Phone call: Sam Guest calls +49 30 123456"),
        ("in_person", "Room 1, Main Street 5", "", "In person: Room 1, Main Street 5"),
        ("link", "https://meet.example.org/alice", "", "Online: https://meet.example.org/alice"),
    ],
)
def test_other_ways_of_meeting(zoom, alice, kind, detail, phone, line):
    booked(make_page(alice, kinds=((kind, detail),)), phone=phone)

    for mail in latest(zoom):
        assert line in mail["text"].splitlines()
        assert mail["text"].count(phone or line) == 1


def test_the_hosts_own_words_are_filled_in(zoom, page):
    page.mail_subject = "{guest name}, {page} with {host name}: {start}"
    page.mail_message = (
        "{duration} by {meeting type}.\n\nBring <b>papers</b>, {Guest  Name}. {unknown} {{7*7}} %s"
    )
    page.save()

    booking = booked(page)

    guest, host = latest(zoom)
    start = in_short(booking.start_at, "America/New_York")
    assert guest["subject"] == f"Sam Guest, Intro call with Alice Host: {start}"
    words = "30 minutes by Zoom.\n\nBring <b>papers</b>, Sam Guest. {unknown} {{7*7}} %s"
    assert words in guest["text"]
    assert " ".join(words.split()) in Page(guest["html"]).text()
    assert "papers" not in host["text"]
    assert host["subject"].startswith("Sam Guest booked ")

    moved(booking)
    assert "papers" not in zoom.mails(GUEST)[-1]["text"]
    assert zoom.mails(GUEST)[-1]["subject"].startswith("Moved: ")


def test_a_guests_name_is_not_filled_in_a_second_time(zoom, page):
    page.mail_subject, page.mail_message = "{guest name} on {page}", "Hello {guest name}"
    page.save()

    booked(page, name="{host name} {start} {{7*7}}")

    assert zoom.mails(GUEST)[0]["subject"] == "{host name} {start} {{7*7}} on Intro call"
    assert "Hello {host name} {start} {{7*7}}" in zoom.mails(GUEST)[0]["text"]
