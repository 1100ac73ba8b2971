"""The invitations in the mails, read by two parsers and octet by octet."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.queries import link
from timetuna.bookings.tests.conftest import make_page, order, tomorrow, work_off
from timetuna.bookings.tests.reading import GUEST, HOST, calendar_parts, event, message, method_parameter

pytestmark = [pytest.mark.django_db, pytest.mark.matrix(of="file")]


@pytest.fixture
def page(alice, client, zoom):
    zoom.connect(client, alice)
    return make_page(alice, kinds=(("zoom", ""),))


@pytest.fixture
def life(zoom, page):
    """Return the mails of a booking that was made, moved twice and cancelled: for each side, oldest first."""
    now = present()
    booking = book(order(page, tomorrow(), kind="zoom", notes="Zwölf Boxkämpfer"), now=now)
    work_off()
    for start in (tomorrow(12), tomorrow(15, 30)):
        reschedule(booking.pk, start_minute=minute_of(start), actor="guest", now=now)
        work_off()
    cancel(booking.pk, actor="guest", note_text="", now=now)
    work_off()
    return {to: zoom.mails(to) for to in (GUEST, HOST)}


def test_one_uid_for_life_and_for_both_sides(life):
    uids = {str(event(mail)["uid"]) for mails in life.values() for mail in mails}

    assert uids == {f"{Booking.objects.get().uid}@localhost"}


@pytest.mark.parametrize("to", [GUEST, HOST])
def test_the_sequence_rises_and_cancelling_is_said_in_every_place(life, to):
    events = [event(mail) for mail in life[to]]

    assert [found["sequence"] for found in events] == [0, 1, 2, 3]
    assert [method_parameter(mail) for mail in life[to]] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert [b"METHOD:" + method_parameter(mail).encode() in calendar_parts(mail)[0] for mail in life[to]] == [
        True
    ] * 4
    assert [str(found["status"]) for found in events] == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    stamps = [found.decoded("dtstamp") for found in events]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize("to", [GUEST, HOST])
def test_times_are_utc_and_need_no_zone_table(life, to):
    first, last = calendar_parts(life[to][0])[0].decode(), calendar_parts(life[to][-1])[0].decode()

    assert f"DTSTART:{tomorrow():%Y%m%dT%H%M%SZ}\r\n" in first
    assert f"DTEND:{tomorrow() + timedelta(minutes=30):%Y%m%dT%H%M%SZ}\r\n" in first
    assert f"DTSTART:{tomorrow(15, 30):%Y%m%dT%H%M%SZ}\r\n" in last
    assert "TZID" not in first
    assert "VTIMEZONE" not in first


@pytest.mark.parametrize("to", [GUEST, HOST])
def test_the_place_is_the_join_link(life, to):
    url = Conference.objects.get().join_url

    for mail in life[to]:
        found = event(mail)
        assert str(found["location"]) == str(found["url"]) == url
        assert f"Zoom: {url}\n" in str(found["description"])


def test_a_link_that_is_still_to_come_is_said_where_it_will_stand(zoom, page):
    zoom.control.fault("cannot_host", times=None)
    book(order(page, kind="zoom"), now=present())
    work_off()

    for mail in zoom.mails():
        assert str(event(mail)["location"]) == "Zoom (the link follows)"
        assert str(event(mail)["description"]).startswith("Zoom (the link follows)\nSee ")


def test_who_takes_part(life):
    for mail in (mail for mails in life.values() for mail in mails):
        found = event(mail)
        assert str(found["organizer"]) == f"mailto:{HOST}"
        people = [(str(who), who.params["CN"], who.params["PARTSTAT"]) for who in found["attendee"]]
        assert people == [
            (f"mailto:{HOST}", "Alice Host", "ACCEPTED"),
            (f"mailto:{GUEST}", "Sam Guest", "ACCEPTED"),
        ]
        assert str(found["summary"]) == "Intro call: Sam Guest and Alice Host"


@pytest.mark.whole
def test_the_hosts_copy_gives_nothing_of_the_guest_away(life):
    booking = Booking.objects.get()

    for mail in life[HOST]:
        assert f"See this booking: http://localhost:8000/bookings/{booking.pk}\n" in str(
            event(mail)["description"]
        )
        assert link(booking.booker).encode() not in calendar_parts(mail)[0]
        assert "Notes from Sam Guest:\nZwölf Boxkämpfer" in str(event(mail)["description"])
    for mail in life[GUEST]:
        assert str(event(mail)["description"]).endswith(f"See or change this booking: {link(booking.booker)}")


def test_the_mail_is_built_so_that_calendars_find_it(life):
    for mail in (mail for mails in life.values() for mail in mails):
        shape = [(part.get_content_type(), part.get_filename()) for part in message(mail).walk()]
        assert shape == [
            ("multipart/mixed", None),
            ("multipart/alternative", None),
            ("text/plain", None),
            ("text/html", None),
            ("text/calendar", None),
            ("application/ics", "invite.ics"),
        ]


def test_lines_are_short_and_end_as_the_standard_asks(zoom, alice, page):
    page.title = "次の四半期のマーケティング計画についての打ち合わせ 🐟" * 4
    page.save()
    book(order(page, kind="zoom", name="Æ🐟ظ" * 24, notes="Żółć " * 300), now=present())
    work_off()

    for mail in zoom.mails():
        content = calendar_parts(mail)[0]
        lines = content.split(b"\r\n")
        assert lines[-1] == b""
        assert max(map(len, lines)) <= 75
        assert not any(b"\r" in line or b"\n" in line for line in lines)
        for line in lines:
            line.decode()  # folded between characters
        assert "Æ🐟ظ" * 24 in str(event(mail)["attendee"][1].params["CN"])


@pytest.mark.parametrize(
    ("kind", "detail", "phone", "location"),
    [
        ("phone", "", "+1 212 555 0100", "Alice Host calls +1 212-555-0100"),
        (
            "in_person",
            "Room 1; Main Street 5, Berlin \\ 2nd floor",
            "",
            "Room 1; Main Street 5, Berlin \\ 2nd floor",
        ),
        ("link", "https://meet.example.org/a,b;c", "", "https://meet.example.org/a,b;c"),
    ],
)
def test_other_places(zoom, alice, kind, detail, phone, location):
    book(order(make_page(alice, kinds=((kind, detail),)), kind=kind, phone=phone), now=present())
    work_off()

    for mail in zoom.mails():
        assert str(event(mail)["location"]) == location


def test_a_host_who_tries_their_own_page_takes_part_once(zoom, page):
    book(order(page, tomorrow(), kind="zoom", email=HOST), now=present())
    work_off()

    for mail in zoom.mails(HOST):
        assert calendar_parts(mail)[0].count(b"\nATTENDEE") == 1


@pytest.mark.whole
@pytest.mark.parametrize(("detail", "number"), [("", "+49 30 111"), ("+49 89 222", "+49 89 222")])
def test_whom_the_guest_brings_does_not_learn_the_guests_number(zoom, alice, detail, number):
    page = make_page(alice, slug="call", kinds=(("phone", detail),))
    page.most_guests = 1
    page.save()
    asked = order(page, tomorrow(), kind="phone", phone="+49 30 111")
    book(replace(asked, others=(Guest("Kim", "kim@others.example"),)), now=present())
    work_off()

    [mail] = zoom.mails("kim@others.example")
    assert ("+49 30 111" in mail["text"], "+49 30 111" in str(event(mail))) == (False, False)
    assert "Alice Host calls Sam Guest" in mail["text"] or number in mail["text"]
    assert number in zoom.mails(GUEST)[0]["text"]
