"""The link is made by the first host's account; where that fails nobody else's is tried but by somebody's hand."""

import pytest
from django.test import Client

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.errors import SlotTaken
from timetuna.bookings.models import Conference
from timetuna.bookings.tests.conftest import (
    give_calendar,
    make_page,
    order,
    staff,
    tomorrow,
    work_off,
)
from timetuna.bookings.tests.life import made, subjects
from timetuna.bookings.tests.test_hand_over_page import signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]
SAM, ADA, BOB = "sam@guest.example", "alice@host.example", "bob@host.example"


@pytest.fixture
def booking(alice, bob, zoom):
    """Return a meeting of both, whose first host's Zoom makes no meetings."""
    for host, account in ((alice, "robin"), (bob, "casey")):
        zoom.connect(Client(), host, as_user=account)
        give_calendar(host)
    page = staff(make_page(alice, kinds=(("zoom", ""),)), "all", bob)
    zoom.control.fault("cannot_host", times=1)
    return made(page, tomorrow())


def buttons(host, booking):
    """Return the words of the buttons that choose an account, by the id of its host."""
    text = signed_in(host).get(f"/bookings/{booking.pk}").content.decode()
    parts = text.split('name="account"')[1:]
    return {
        int(part.split('value="')[1].split('"')[0]): part.split(">")[1].split("<")[0].strip()
        for part in parts
    }


def test_no_other_account_is_tried_by_itself(alice, bob, booking, zoom):
    conference = Conference.objects.get()

    assert (conference.state, conference.host) == ("refused", alice)
    assert len(zoom.control.meetings()) == 0
    assert buttons(alice, booking) == {bob.pk: "Use Bob Teammate\N{RIGHT SINGLE QUOTATION MARK}s Zoom"}
    assert buttons(bob, booking) == {bob.pk: "Use your Zoom"}
    assert "Connect Zoom" not in signed_in(bob).get(f"/bookings/{booking.pk}").content.decode()


def test_the_one_that_was_chosen_makes_it_and_everybody_gets_the_link(alice, bob, booking, zoom):
    answer = signed_in(alice).post(f"/bookings/{booking.pk}/use-account", {"account": bob.pk}, follow=True)
    work_off()

    conference = Conference.objects.get()
    assert "The link is being made." in answer.content.decode()
    assert (conference.state, conference.host, len(zoom.control.meetings())) == ("ready", bob, 1)
    booking.refresh_from_db()
    assert booking.host == alice, "who leads it stays"
    for who in (SAM, ADA, BOB):
        assert conference.join_url in zoom.mails(who)[-1]["text"]
        assert subjects(zoom, who)[-1].strip().startswith("Zoom link")
    assert (
        booking.history.filter(event="account_chosen").get().text
        == "Chose Zoom of Bob Teammate for the link."
    )
    assert buttons(alice, booking) == {}


def test_an_account_that_does_not_work_is_not_offered(alice, bob, charlie, booking):
    bob.calendar_accounts.filter(provider="zoom").update(needs_reconnect=True)

    assert buttons(alice, booking) == {}
    for account in (bob.pk, charlie.pk, 0, "x"):
        signed_in(alice).post(f"/bookings/{booking.pk}/use-account", {"account": account})
    assert Conference.objects.get().host == alice
    assert (
        signed_in(charlie).post(f"/bookings/{booking.pk}/use-account", {"account": bob.pk}).status_code == 404
    )


def test_one_host_alone_has_no_choice(alice, zoom):
    zoom.connect(Client(), alice)
    zoom.control.fault("cannot_host", times=None)
    alone = made(make_page(alice, slug="alone", kinds=(("zoom", ""),)), tomorrow())

    assert buttons(alice, alone) == {}


def test_where_only_the_way_is_gone_its_guest_is_told_so(alice, bob, zoom):
    zoom.connect(Client(), alice)
    page = staff(make_page(alice, kinds=(("zoom", ""), ("in_person", "Main Street 1"))), "any", bob)

    def take(kind, email):
        return book(order(page, tomorrow(), kind=kind, email=email), now=present())

    take("zoom", "ann@guest.example")
    with pytest.raises(SlotTaken, match="Zoom is not possible at this time any more"):
        take("zoom", "ben@guest.example")
    assert take("in_person", "ben@guest.example").host == bob
    with pytest.raises(SlotTaken, match="This time is not free any more"):
        take("zoom", "cat@guest.example")
