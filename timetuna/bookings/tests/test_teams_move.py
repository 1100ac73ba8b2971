"""A moved meeting of several hosts: it stays with those who have it, or goes to whose turn it then is."""

import pytest
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of
from timetuna.availability.shares import WHOLE
from timetuna.bookings.actions.reschedule import Wish, reschedule
from timetuna.bookings.errors import SlotTaken
from timetuna.bookings.slots.availability import ANYBODY, bookable
from timetuna.bookings.tests.conftest import make_host, make_page, staff, tomorrow, work_off
from timetuna.bookings.tests.test_teams_book import balances, booked, hosts, taken_at, visit
from timetuna.l10n.datetimes import short_when, zone_or_utc
from timetuna.pages.models import MeetingType

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def cleo(db):
    return make_host("cleo", "Cleo Third")


@pytest.fixture
def page(alice, bob, cleo):
    return staff(make_page(alice), "any", bob, cleo)


def move(booking, hour, *, actor="guest", **wish):
    return reschedule(
        booking.pk, start_minute=minute_of(tomorrow(hour)), actor=actor, now=present(), wish=Wish(**wish)
    )


def test_a_move_stays_with_its_host_where_the_page_says_so(page, alice):
    booking = booked(page)
    before = balances(page)
    taken_at(alice, 15)

    with pytest.raises(SlotTaken):
        move(booking, 15)
    assert hosts(move(booking, 16)) == ["alice"]
    assert balances(page) == before


def test_a_move_to_a_time_of_others_goes_to_whose_turn_it_is(page, alice, bob):
    booking = booked(page)
    taken_at(alice, 15)
    staff(page, "any", on_move="any")

    assert hosts(move(booking, 16)) == ["alice"]
    moved = move(booking, 15)

    moved.refresh_from_db()
    assert (hosts(moved), moved.host) == (["bob"], bob)
    assert balances(page) == {"alice": 0, "bob": -WHOLE // 2, "cleo": WHOLE // 2}
    assert set(moved.turns.filter(debit__gt=0).values_list("page_host__host__handle", "undone")) == {
        ("alice", True),
        ("bob", False),
    }
    assert [row.event for row in moved.history.order_by("at", "id")] == [
        "booked",
        "moved",
        "moved",
        "handed_over",
    ]
    assert bookable(visit(1, make_page(alice, slug="free")), start_minute=minute_of(tomorrow(16)))


def test_a_hosts_move_stays_theirs(page, alice):
    booking = booked(page)
    taken_at(alice, 15)
    staff(page, "any", on_move="any")

    with pytest.raises(SlotTaken):
        move(booking, 15, actor="host")
    assert hosts(move(booking, 16, actor="host")) == ["alice"]


def test_a_guest_who_is_asked_says_who_takes_the_moved_meeting(page, alice, cleo):
    booking = booked(page)
    taken_at(alice, 15)
    staff(page, "any", on_move="guest")

    with pytest.raises(SlotTaken):
        move(booking, 15)
    assert hosts(move(booking, 15, person=ANYBODY)) == ["bob"]
    assert hosts(move(booking, 17, person=cleo.pk)) == ["cleo"]
    assert set(balances(page).values()) == {0}


def test_who_has_left_keeps_the_meeting_when_it_is_moved(page, alice):
    booking = booked(page)
    page.page_hosts.filter(host=alice).update(active=False)
    taken_at(alice, 15)

    with pytest.raises(SlotTaken):
        move(booking, 15)
    assert hosts(move(booking, 16)) == ["alice"]


def test_who_cannot_be_booked_any_more_is_followed_by_another(page, alice, bob):
    booking = booked(page)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert hosts(move(booking, 16)) == ["bob"]
    assert sum(balances(page).values()) == 0


def test_who_joined_since_they_could_leaves_if_they_cannot(page, alice, cleo):
    page.page_hosts.filter(host=cleo).update(part="optional")
    booking = booked(staff(page, "all"))
    taken_at(cleo, 15)

    moved = move(booking, 15)

    assert hosts(moved) == ["alice (required)", "bob (required)"]
    assert moved.history.get(event="handed_over").text == "Handed over from Cleo Third to Alice Host."


def test_a_move_at_which_a_host_goes_is_carried_to_the_meeting_all_the_same(page, alice, cleo, zoom):
    zoom.control.app(extra_scopes=["meeting:update:meeting"])
    zoom.connect(Client(), alice)
    MeetingType.objects.create(page=page, kind="zoom", enabled=True)
    page.page_hosts.filter(host=cleo).update(part="optional")
    booking = booked(staff(page, "all"), kind="zoom")
    work_off()
    taken_at(cleo, 15)

    move(booking, 15)
    work_off()

    [meeting] = zoom.control.meetings()
    assert meeting["start_time"] == f"{tomorrow(15):%Y-%m-%dT%H:%M:%SZ}"


def test_in_a_group_of_whom_one_is_busy_nobody_moves(page, cleo):
    booking = booked(staff(page, "all"))
    taken_at(cleo, 15)

    with pytest.raises(SlotTaken):
        move(booking, 15)
    assert len(hosts(move(booking, 16))) == 3


def test_guests_and_hosts_read_who_takes_the_moved_meeting(page, alice, bob, google):
    for host, account in ((alice, "robin"), (bob, "casey")):
        host.calendar_accounts.all().delete()
        google.connect(Client(), host, account=account)
    booking = booked(staff(page, "any", on_move="any"))
    work_off()
    taken_at(alice, 15)
    work_off()

    move(booking, 15)
    work_off()

    guests = [mail["subject"] for mail in google.control.mail("guest0@guest.example")]
    mails = {host: google.control.mail(f"{host}@host.example") for host in ("alice", "bob")}
    assert [one.partition(":")[0] for one in guests] == [
        "Intro call with Alice Host",
        "Now with Bob Teammate",
    ]
    text = google.control.mail("guest0@guest.example")[-1]["text"]
    was = short_when(tomorrow(), zone=zone_or_utc("America/New_York"))
    assert "You meet Bob Teammate instead of Alice Host." in text
    assert "The time stays" not in text
    assert all(
        "Before, it was on" in one for one in (text, mails["bob"][-1]["text"], mails["alice"][-1]["text"])
    )
    assert was.rpartition(", ")[2] in text
    assert mails["bob"][-1]["subject"].startswith("Yours now")
    assert mails["alice"][-1]["subject"].startswith("Handed over")
    assert google.control.violations() == []
