"""While unusually many bookings are made guests show that they are people; a quiet page asks nobody anything."""

import base64
import json
import re
from datetime import timedelta

import pytest
import time_machine

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.change_guests import add_guests
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import TooManyBookings
from timetuna.bookings.forms.book import new_key
from timetuna.bookings.guests import MOST_BROUGHT, Guest
from timetuna.bookings.models import Attendee, Booking, MailCode, UnusualBookings, UsedProof
from timetuna.bookings.proofs import needed
from timetuna.bookings.proofs.needed import Proof
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, tomorrow, work_off
from timetuna.bookings.tests.diary import put
from timetuna.bookings.tests.life import rule
from timetuna.bookings.tests.proving import (
    THERE,
    code_mailed,
    filled,
    guest,
    made,
    open_form,
    opened_before,
    post,
    solved,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_proofs", "letters")]


def test_a_quiet_page_asks_nobody_anything(page):
    made(page, 2)
    answer = open_form(guest())

    assert not answer.context["challenge"]
    assert "proof.js" not in answer.content.decode()
    assert post(guest(), filled(answer, extra="filled in by a program", opened="")).status_code == 302


@pytest.mark.parametrize(
    ("of_network", "of_page", "asked"),
    [
        (3, 0, Proof.WORK), (6, 0, Proof.HARD_WORK), (10, 0, Proof.CODE),
        (0, 7, Proof.NONE), (0, 8, Proof.WORK), (0, 20, Proof.HARD_WORK), (0, 50, Proof.CODE),
    ],
)  # fmt: skip
def test_what_is_asked_grows_with_what_was_booked(page, alice, of_network, of_page, asked):
    with time_machine.travel(present() - timedelta(minutes=1), tick=False):
        data = filled(open_form(guest()))
    made(make_page(alice, slug="other"), of_network)
    made(page, of_page, address=None)

    answer = post(guest(), data)

    steps = needed.STEPS.get(asked)
    found = json.loads(answer.context["challenge"])["parameters"]["data"]["steps"] if steps else None
    assert answer.status_code == (302 if asked is Proof.NONE else 428)
    assert found == steps
    assert MailCode.objects.exists() == (asked is Proof.CODE)


def test_a_form_is_calculated_for_while_it_is_filled_in(page):
    made(page, 3)
    answer = open_form(guest())

    text = answer.content.decode()
    assert re.search(r'<script src="[^"]*proof[^"]*\.js" type="module">', text)
    assert post(guest(), filled(answer, proof=solved(answer), opened=opened_before())).status_code == 302
    assert UsedProof.objects.count() == 1
    assert not Booking.objects.get(attendees__name="Sam Guest").booker.confirmed


def test_a_form_without_its_proof_comes_back_whole_and_is_sent_by_itself(page):
    answer = open_form(guest())
    data = filled(answer, opened=opened_before())
    made(page, 3)

    again = post(guest(), data)

    text = again.content.decode()
    assert again.status_code == 428
    assert "data-send" in text
    assert "Hello" in text
    assert post(guest(), filled(again, proof=solved(again), opened=data["opened"])).status_code == 302


def test_what_looks_like_a_program_is_asked_for_more_once_something_is_asked(page):
    made(page, 3)
    answer = open_form(guest())
    light = solved(answer)

    for changes in ({"opened": ""}, {"opened": opened_before(), "extra": "https://buy.example"}):
        again = post(guest(), filled(answer, proof=light, **changes))

        assert again.status_code == 428
        assert json.loads(again.context["challenge"])["parameters"]["data"]["steps"] == 16


@pytest.mark.parametrize(
    "wrong", ["page", "day", "visit", "cost", "expired", "forged", "unsolved", "noise", "reused"]
)
def test_a_proof_is_for_one_form_page_and_day_and_costs_what_is_asked(page, alice, wrong):
    made(page, 10, ago=timedelta(hours=1))
    make_page(alice, slug="other")
    answer = open_form(guest())
    opened = opened_before()
    proof = solved(answer)
    data = filled(answer, opened=opened)
    if wrong == "page":
        proof = solved(open_form(guest(), slug="other"))
    elif wrong == "day":
        data["start"] = write_start(tomorrow() + timedelta(days=1))
    elif wrong == "visit":
        data["visit"] = "w" * 12
    elif wrong == "cost":
        made(page, 6)
    elif wrong == "forged":
        parameters = json.loads(answer.context["challenge"])["parameters"]
        proof = solved(answer, parameters=parameters | {"cost": 1, "keyPrefix": "00"})
    elif wrong == "unsolved":
        sent = json.loads(base64.b64decode(proof))
        sent["solution"]["derivedKey"] = "00" * 32
        proof = base64.b64encode(json.dumps(sent).encode()).decode()
    elif wrong == "noise":
        proof = base64.b64encode(b'{"challenge": [], "solution": {"counter": []}}').decode()
    elif wrong == "reused":
        assert post(guest(), data | {"proof": proof}).status_code == 302
        data |= {"key": new_key(), "start": write_start(tomorrow(12)), "hold": ""}
    before = Booking.objects.count()

    later = present() + timedelta(minutes=21 if wrong == "expired" else 0)
    with time_machine.travel(later, tick=False):
        again = post(guest(), data | {"proof": proof})

    assert again.status_code == 428
    assert Booking.objects.count() == before


def test_a_double_click_with_a_proof_is_one_booking(page):
    made(page, 3)
    answer = open_form(guest())
    data = filled(answer, proof=solved(answer), opened=opened_before())

    first, second = (post(guest(), data) for _ in range(2))

    assert first["Location"] == second["Location"]


def test_a_form_that_is_refused_keeps_its_proof(page):
    made(page, 3)
    answer = open_form(guest())
    data = filled(answer, proof=solved(answer), opened=opened_before())
    put(page.host, tomorrow(), page=page)

    assert post(guest(), data).status_code == 409
    assert not UsedProof.objects.exists()
    assert post(guest(), data | {"start": write_start(tomorrow(12))}).status_code == 302


def test_who_brings_others_shows_their_address_as_soon_as_anything_is_asked(page, letters):
    page.most_guests = 3
    page.save()
    made(page, 3)
    answer = open_form(guest())

    asked = post(
        guest(), filled(answer, proof=solved(answer), guests="ann@other.example", opened=opened_before())
    )

    assert "We have sent a code" in asked.content.decode()
    work_off()
    assert not [one for one in letters if "ann@" in one["to"]]
    assert not Attendee.objects.filter(is_booker=False).exists()


def test_others_are_not_added_to_an_unproven_booking_while_it_is_unusual(page):
    page.most_guests = 3
    page.save()
    where = post(guest(), filled(open_form(guest())))["Location"]
    booking = Booking.objects.get()
    made(page, 8, address=None)

    answer = guest().post(f"{where}/guests", {"guests": "ann@other.example"})

    assert answer.status_code == 429
    assert "Try again in 9 minutes." in answer.content.decode()
    assert 500 < int(answer["Retry-After"]) <= 540
    assert not booking.attendees.filter(is_booker=False).exists()
    Attendee.objects.filter(booking=booking, is_booker=True).update(confirmed=True)
    assert guest().post(f"{where}/guests", {"guests": "ann@other.example"}).status_code == 302


def crowd(name, count):
    return [Guest("", f"{name}{number}@stranger.example") for number in range(count)]


def exchange(booking, *crowds):
    """Bring each in place of the one before."""
    for others in crowds:
        for row in booking.attendees.filter(is_booker=False, active=True):
            row.active = False
            row.save()
        add_guests(booking.pk, guests=others, now=present())


def test_an_unproven_booking_names_only_so_many_different_people(page):
    rule(page, most_guests=3)
    made(page, 1)
    booking = Booking.objects.get()
    exchange(booking, crowd("a", 3), crowd("b", 3), crowd("a", 3))

    with pytest.raises(TooManyBookings, match="Many people were named for this booking already"):
        exchange(booking, crowd("c", 1))

    Attendee.objects.filter(booking=booking, is_booker=True).update(confirmed=True)
    exchange(booking, crowd("c", 1))


def test_a_network_names_only_so_many_different_people_a_day(page):
    rule(page, most_guests=10)
    made(page, 2)
    made(page, 1, address=THERE)
    first, second, elsewhere = Booking.objects.order_by("pk")
    exchange(first, crowd("a", 7), crowd("b", 7))
    exchange(second, crowd("a", 7), crowd("c", 6))

    with pytest.raises(TooManyBookings, match="Many people were invited from your network lately"):
        exchange(second, crowd("d", 1))

    exchange(elsewhere, crowd("d", 1))
    add_guests(second.pk, guests=crowd("d", 1), now=present() + timedelta(hours=25))


def test_who_brings_more_strangers_than_usual_shows_their_address_on_a_quiet_page(page, letters):
    rule(page, most_guests=20)
    made(page, 1)
    exchange(Booking.objects.get(), crowd("a", MOST_BROUGHT))

    alone = post(guest(), filled(open_form(guest())))
    typed = filled(open_form(guest(), tomorrow(14)), guests="ann@other.example", opened=opened_before())
    asked = post(guest(), typed | {"email": "kim@guest.example"})

    assert alone.status_code == 302
    assert "We have sent a code" in asked.content.decode()
    code = code_mailed(letters, to="kim@guest.example")
    answer = post(guest(), filled(asked, email="kim@guest.example", guests="ann@other.example", code=code))
    assert answer.status_code == 302
    assert Attendee.objects.get(is_booker=False, mailbox="ann@other.example").booking.booker.confirmed


def test_a_network_is_refused_at_last_but_not_one_that_everybody_may_be_behind(page):
    made(page, 60)
    assert post(guest(), filled(open_form(guest()))).status_code == 429
    assert post(guest(THERE), filled(open_form(guest(THERE), tomorrow(12)))).status_code == 428
    made(page, 60, address="127.0.0.1")
    answer = open_form(guest("127.0.0.1"), tomorrow(14))
    assert post(guest("127.0.0.1"), filled(answer, email="kim@guest.example")).status_code == 428


def test_the_host_hears_once_and_the_list_says_it(client, page, alice, charlie, letters):
    made(page, 10)
    for number in range(3):
        with time_machine.travel(present() + timedelta(seconds=6 * number), tick=False):
            post(guest(), filled(open_form(guest()), email=f"s{number}@stranger.example"))
    work_off()

    (letter,) = [one for one in letters if alice.email in one["to"]]
    row = UnusualBookings.objects.get()
    assert letter["subject"] == "Unusually many bookings on “Intro call”"
    assert "overflow-wrap: anywhere" in letter["html"], "a long word would run off a phone"
    assert f"http://localhost:8000/bookings/unusual/{row.pk}" in letter["text"]
    assert row.asked == 3
    client.force_login(alice)
    assert (
        "Unusually many bookings were made on <bdi>Intro call</bdi>."
        in client.get("/bookings").content.decode()
    )
    client.post(f"/bookings/unusual/{row.pk}", {"dismiss": "1"})
    assert "Unusually many" not in client.get("/bookings").content.decode()
    client.force_login(charlie)
    assert client.get(f"/bookings/unusual/{row.pk}").status_code == 404


def test_a_host_is_not_told_of_what_a_network_did_elsewhere(page, charlie):
    made(make_page(charlie), 10)

    assert post(guest(), filled(open_form(guest()))).status_code == 428
    assert not UnusualBookings.objects.exists()


def test_nobody_is_asked_where_the_operator_wants_it_so(page, settings):
    settings.BOOKING_PROOFS = False
    made(page, 70)

    assert post(guest(), filled(open_form(guest()))).status_code == 302


def test_a_network_changes_so_many_unproven_bookings_whatever_their_addresses(page, settings):
    settings.GUEST_MAIL_LIMITS = 2, 2
    made(page, 8, email="", mailbox="")
    rows = list(Booking.objects.order_by("pk"))
    for number, row in enumerate(rows):
        row.attendees.update(email=f"s{number}@stranger.example", mailbox=f"s{number}")
    moved = []
    for row in rows:
        later = minute_of(row.start_at + timedelta(days=2))
        try:
            reschedule(row.pk, start_minute=later, actor="guest", now=present())
        except TooManyBookings as error:
            moved.append(str(error))

    assert moved == ["Many bookings from your network were changed lately. Try again in 24 hours."] * 2
    Attendee.objects.filter(booking=rows[-1], is_booker=True).update(confirmed=True)
    reschedule(rows[-1].pk, start_minute=later, actor="guest", now=present())


def test_calendars_are_not_looked_at_for_a_form_that_brings_nothing(page, monkeypatch):
    made(page, 10)
    looked = []
    monkeypatch.setattr("timetuna.bookings.actions.book.refresh_calendars", lambda *_, **__: looked.append(1))

    assert post(guest(), filled(open_form(guest()))).status_code == 428
    assert looked == []
