"""A meeting of a page with several hosts: who gets it, who leads, and what it costs them."""

from dataclasses import replace

import pytest
from django.db import IntegrityError

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.availability.shares import WHOLE
from timetuna.bookings.actions import book as booking_room
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.host_time import hold
from timetuna.bookings.errors import SlotTaken
from timetuna.bookings.models import BookingHost, Hold
from timetuna.bookings.slots.availability import SlotQuery, bookable
from timetuna.bookings.tests.conftest import (
    give_calendar,
    make_host,
    make_page,
    order,
    staff,
    tomorrow,
)
from timetuna.calendars.models import CalendarAccount
from timetuna.pages.models import PageHost
from timetuna.pages.queries import page_settings
from timetuna.rate_limits.limits import Client as Visitor

pytestmark = pytest.mark.django_db(transaction=True)
THIRD = WHOLE // 3


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def cleo(db):
    return make_host("cleo", "Cleo Third")


@pytest.fixture
def page(alice, bob, cleo):
    return staff(make_page(alice), "any", bob, cleo)


def booked(page, start=None, *, kind="in_person", **more):
    number = BookingHost.objects.count()
    asked = order(page, start, kind=kind, email=f"guest{number}@guest.example")
    return book(replace(asked, **more), now=present())


def hosts(booking):
    """Who has it, the lead first, each with their part where it is not by turns."""
    rows = booking.booking_hosts.select_related("host").order_by("pk")
    rows = sorted(rows, key=lambda row: row.host_id != booking.host_id)
    return [row.host.handle if row.part == "rotating" else f"{row.host.handle} ({row.part})" for row in rows]


def balances(page):
    return dict(page.page_hosts.values_list("host__handle", "balance"))


def busy_at(host, hour):
    give_calendar(host, (minute_of(tomorrow(hour)), minute_of(tomorrow(hour + 1))))


def taken_at(host, hour):
    return booked(make_page(host, slug=f"own-{hour}"), tomorrow(hour))


def test_meetings_go_round_and_each_is_one_hosts_alone(page):
    found = [hosts(booked(page, tomorrow(hour))) for hour in (9, 10, 11, 12)]

    assert found == [["alice"], ["bob"], ["cleo"], ["alice"]]
    assert sum(balances(page).values()) == 0


def test_one_after_the_other_gets_the_same_time_until_nobody_is_left(page):
    assert [hosts(booked(page)) for _ in range(3)] == [["alice"], ["bob"], ["cleo"]]

    with pytest.raises(SlotTaken):
        booked(page)

    assert BookingHost.objects.count() == 3
    assert sum(balances(page).values()) == 0


def test_who_is_busy_gets_and_owes_nothing(page, alice):
    busy_at(alice, 10)

    assert hosts(booked(page)) == ["bob"]
    assert balances(page) == {"alice": 0, "bob": -WHOLE // 2, "cleo": WHOLE // 2}


def test_in_a_group_all_come_and_the_first_of_the_page_leads(page, alice, bob, cleo):
    page.page_hosts.filter(host=bob).update(position=0)
    page.page_hosts.filter(host=alice).update(position=1)
    page.page_hosts.filter(host=cleo).update(part="optional", position=2)
    staff(page, "all")

    assert hosts(booked(page)) == ["bob (required)", "alice (required)", "cleo (optional)"]
    taken_at(cleo, 14)
    assert hosts(booked(page, tomorrow(14))) == ["bob (required)", "alice (required)"]
    assert set(balances(page).values()) == {0}


def test_one_always_comes_and_two_take_turns(page, alice):
    page.page_hosts.filter(host=alice).update(part="required")

    assert [hosts(booked(page, tomorrow(hour))) for hour in (9, 10)] == [
        ["alice (required)", "bob"],
        ["alice (required)", "cleo"],
    ]


def test_two_of_three_come_and_the_first_chosen_leads(page):
    staff(page, "any", rotating_count=2)

    assert [hosts(booked(page, tomorrow(hour))) for hour in (9, 10)] == [["alice", "bob"], ["cleo", "bob"]]
    assert sum(balances(page).values()) == 0


def connect_zoom(host):
    CalendarAccount.objects.create(
        host=host,
        provider="zoom",
        provider_user_id=host.handle,
        refresh_token_fingerprint=f"{host.handle} zoom",
        expires_at=present(),
    )


@pytest.mark.usefixtures("zoom")
def test_who_makes_the_link_leads(page, bob, cleo):
    page.meeting_types.create(kind="zoom", enabled=True)
    connect_zoom(bob)

    assert hosts(booked(page, kind="zoom")) == ["bob"]
    assert balances(page) == {"alice": 0, "bob": 0, "cleo": 0}
    with pytest.raises(SlotTaken):
        booked(page, kind="zoom")
    staff(page, "any", rotating_count=2)
    assert hosts(booked(page, tomorrow(12), kind="zoom")) == ["bob", "alice"]
    staff(page, "all")
    booking = booked(page, tomorrow(14), kind="zoom")
    assert hosts(booking) == ["bob (required)", "alice (required)", "cleo (required)"]
    assert booking.conference.host == bob


@pytest.mark.usefixtures("zoom")
def test_the_form_shows_the_ways_to_meet_of_those_who_have_time(page, bob, client):
    page.meeting_types.create(kind="zoom", enabled=True)
    connect_zoom(bob)
    taken_at(bob, 14)

    for hour, kinds in ((14, ["in_person"]), (15, ["zoom", "in_person"])):
        query = {"start": f"{tomorrow(hour):%Y-%m-%dT%H:%MZ}", "duration": "30", "zone": "UTC"}
        form = client.get("/alice/intro/book", query).context["form"]
        assert [kind for kind, _ in form.fields["kind"].choices] == kinds
        assert form["hold"].value()


def test_each_has_buffers_and_a_clock_of_their_own(page, alice):
    page.page_hosts.filter(host=alice).update(buffer_after_minutes=25, buffer_before_minutes=0)
    alice.schedules.update(time_zone="Asia/Tokyo")
    staff(page, "all", buffer_before_minutes=5, buffer_after_minutes=10)

    booking = booked(page)

    rows = booking.booking_hosts.values_list(
        "host__handle", "buffer_before_minutes", "buffer_after_minutes", "time_zone"
    )
    assert sorted(rows) == [
        ("alice", 0, 25, "Asia/Tokyo"),
        ("bob", 5, 10, "Europe/Berlin"),
        ("cleo", 5, 10, "Europe/Berlin"),
    ]
    assert booking.host_time_zone == "Asia/Tokyo"


def test_the_guest_gets_whom_they_ask_for_where_the_page_lets_them(page, bob, cleo):
    assert hosts(booked(page, tomorrow(9), person=cleo.pk)) == ["alice"]
    staff(page, "any", guests_choose=True)
    before = balances(page)

    booking = booked(page, tomorrow(10), person=cleo.pk)

    assert hosts(booking) == ["cleo"]
    assert balances(page) == before
    assert booking.turns.get(page_host__host=cleo).rule == "named"
    with pytest.raises(SlotTaken):
        booked(page, tomorrow(10), person=cleo.pk)


def test_the_same_form_twice_is_one_booking_and_one_turn(page):
    asked = order(page)

    assert book(asked, now=present()) == book(asked, now=present())
    assert sorted(balances(page).values()) == [-2 * THIRD, THIRD, THIRD]


def test_the_guards_no_sends_it_to_the_next(page, alice, bob, monkeypatch):
    """Nobody else may write meanwhile, for all locks are held; the guard decides all the same."""
    guard, refused = booking_room.take_time, []

    def refuse_alice_once(booking, public_page, chosen, start):
        if not refused and chosen[0].id == alice.pk:
            refused.append(booking.host_id)
            raise IntegrityError(booking_room.GUARD)
        guard(booking, public_page, chosen, start)

    monkeypatch.setattr(booking_room, "take_time", refuse_alice_once)

    booking = booked(page)

    assert (refused, hosts(booking), booking.host) == ([alice.pk], ["bob"], bob)
    assert balances(page) == {"alice": 0, "bob": -WHOLE // 2, "cleo": WHOLE // 2}


def test_a_refusal_that_leaves_nobody_is_said(page, monkeypatch):
    def refuse(*_):
        raise IntegrityError(booking_room.GUARD)

    monkeypatch.setattr(booking_room, "take_time", refuse)

    with pytest.raises(SlotTaken):
        booked(page)
    assert set(balances(page).values()) == {0}


def visit(number, page):
    visitor = Visitor(fingerprint=f"f{number}", network=f"n{number}", visit=f"v{number}")
    return SlotQuery(page=page_settings(page.pk), minutes=30, now=present(), client=visitor)


def test_a_hold_takes_one_hosts_time_and_every_page_knows(page, alice, bob, cleo):
    start = minute_of(tomorrow())
    token = hold(visit(1, page), start_minute=start)

    assert Hold.objects.get().host == alice
    assert bookable(visit(2, page), start_minute=start)
    assert not bookable(visit(2, make_page(alice, slug="own")), start_minute=start)
    assert [hold(visit(number, page), start_minute=start) is not None for number in (2, 3)] == [True, True]
    assert not bookable(visit(4, page), start_minute=start)
    with pytest.raises(SlotTaken):
        hold(visit(4, page), start_minute=start)

    booking = booked(page, hold=token)
    assert hosts(booking) == ["alice"]
    assert Hold.objects.count() == 2


def test_a_hold_of_two_who_always_come_and_one_who_may(page, bob, cleo, alice):
    page.page_hosts.filter(host__in=(alice, bob)).update(part="required")
    page.page_hosts.filter(host=cleo).update(part="optional")
    staff(page, "all")

    hold(visit(1, page), start_minute=minute_of(tomorrow()))

    assert set(Hold.objects.values_list("host", flat=True)) == {alice.pk, bob.pk}


def test_a_request_goes_to_whose_turn_it_is_and_costs_nothing_if_it_is_taken_back(page):
    staff(page, "any", approval=True)
    booking = booked(page)
    assert (booking.status, hosts(booking)) == ("pending", ["alice"])
    assert sorted(balances(page).values()) == [-2 * THIRD, THIRD, THIRD]

    cancel(booking.pk, actor="guest", note_text="", now=present())

    assert set(balances(page).values()) == {0}
    assert set(PageHost.objects.values_list("last_turn_at", flat=True)) == {None}
