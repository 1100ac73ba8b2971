"""All who host a booking are named wherever somebody on the guest's side reads of it."""

import pytest
from django.test import Client
from django.utils import translation

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.hand_over import Handing, hand_over
from timetuna.bookings.events import HOST
from timetuna.bookings.integrations.location import attendee_invitation, place_for
from timetuna.bookings.notifications.channels.mail import letter
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_host, make_page, order, staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]
ALL = "Alice Host, Bob Teammate and Cleo Third"


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def cleo(db):
    return make_host("cleo", "Cleo Third")


@pytest.fixture
def booking(alice, bob, cleo):
    return book(order(staff(make_page(alice), "all", bob, cleo)), now=present())


def page_of(booking, route="booked"):
    return " ".join(Client().get(link_path(booking.booker, route)).content.decode().split())


def test_on_every_page_of_the_booking(booking):
    shown = page_of(booking)
    assert f"<title> Intro call with {ALL} </title>" in shown
    assert f"<bdi>Sam Guest</bdi> with <bdi>{ALL}</bdi>" in shown

    assert f"<bdi>{ALL}</bdi> are told by mail. Each of you gets a file" in page_of(booking, "booked_cancel")
    for route in ("booked_cancel", "booked_reminders", "booked_guests"):
        assert f"<bdi>Intro call</bdi> with <bdi>{ALL}</bdi>" in page_of(booking, route)


@pytest.mark.parametrize(
    "kind", ["confirmed", "moved", "reminder", "follow_up", "link", "requested", "declined"]
)
def test_in_every_mail(booking, kind):
    sent = letter(booking, kind=kind, audience=audience_of(booking.booker))

    assert f"with {ALL}" in sent.subject
    assert f"With: {ALL}" in sent.text


def test_they_expect_and_have_cancelled_as_several(booking, alice):
    reader = audience_of(booking.booker)
    assert f"{ALL} are expecting you." in letter(booking, kind="confirmed", audience=reader).text
    with translation.override("de"):
        booking.booker.language = "de"
        booking.booker.save()
        german = letter(booking, kind="confirmed", audience=reader).text
    assert "Alice Host, Bob Teammate und Cleo Third erwarten Sie." in german

    booking.booker.language = "en"
    booking.booker.save()
    cancel(booking.pk, actor=HOST, note_text="We are sorry", now=present())
    booking.refresh_from_db()

    sent = letter(booking, kind="cancelled", audience=reader).text
    assert "One of your hosts cancelled it." in sent
    assert "One of your hosts wrote: We are sorry" in sent
    assert "One of your hosts cancelled it." in page_of(booking)


def test_in_the_invitation(booking):
    invitation = attendee_invitation(booking.booker, place_for(booking.booker))

    assert invitation.summary == "Intro call: Sam Guest, Alice Host, Bob Teammate and Cleo Third"
    assert "\nWith: Alice Host, Bob Teammate, Cleo Third\n" in invitation.description
    # Nobody's mail address but that of who leads: a guest has no use for the others'.
    assert [one.name for one in invitation.attendees] == ["Alice Host", "Sam Guest"]


def test_the_page_says_who_it_is_now(alice, bob, cleo):
    booking = book(order(make_page(alice)), now=present())
    staff(booking.page, "any", bob)

    hand_over(booking.pk, Handing(former=alice.pk, to=bob.pk), now=present())

    shown = page_of(booking)
    assert "<h1>Who meets you has changed</h1>" in shown
    assert "You meet Bob Teammate instead of Alice Host. The time stays as it was." in shown
    assert "<bdi>Bob Teammate</bdi> and <bdi>Sam Guest</bdi>" in shown


def test_who_hosts_alone_reads_as_ever(alice):
    booking = book(order(make_page(alice)), now=present())

    shown, sent = page_of(booking), letter(booking, kind="confirmed", audience=audience_of(booking.booker))

    assert "<bdi>Alice Host</bdi> and <bdi>Sam Guest</bdi>" in shown
    assert "Alice Host is expecting you." in sent.text
    assert "<bdi>Alice Host</bdi> is told by mail. Both of you get a file" in page_of(
        booking, "booked_cancel"
    )


def test_no_address_but_the_leads_is_told(booking, bob, cleo):
    seen = [page_of(booking, route) for route in ("booked", "booked_cancel", "booked_move", "booked_guests")]
    seen += [letter(booking, kind="confirmed", audience=audience_of(booking.booker)).text]

    assert not [host.email for host in (bob, cleo) if any(host.email in text for text in seen)]
