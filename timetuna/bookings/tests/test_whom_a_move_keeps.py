"""Whom a guest meets who moves a booking: the same, anybody, or as they choose; and what is said of no time at all."""

import pytest
from django.test import Client

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import give_calendar, make_host, make_page, order, staff, tomorrow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def booking(alice, bob):
    """Return a booking that Alice alone hosts, on a page where Bob takes turns with her by now."""
    booking = book(order(make_page(alice)), now=present())
    staff(booking.page, "any", bob)
    return booking


def rule(booking, on_move):
    booking.page.on_move = on_move
    booking.page.save()


def look(booking, query="", route="booked_move"):
    return Client().get(link_path(booking.booker, route) + query)


def hours(response):
    return {one.label for one in response.context["slots"].times}


def never_free(host):
    first = minute_of(tomorrow(0)) - 3 * 1_440
    give_calendar(host, (first, first + 500 * 1_440))


def test_the_same_is_kept_without_a_question(booking, alice):
    rule(booking, "same")

    shown = look(booking)

    assert shown.context["slots"].people is None
    assert shown.context["met"].hosts == "Alice Host"


def test_anybody_may_come_and_the_guest_reads_so(booking):
    rule(booking, "any")

    shown = look(booking)

    assert shown.context["slots"].notice.endswith("At another time somebody else may meet you.")
    assert shown.context["met"].hosts == "one of Alice Host, Bob Teammate"


def test_the_guest_chooses_and_the_times_follow(booking, alice):
    rule(booking, "guest")
    nine = tomorrow(9)
    give_calendar(alice, (minute_of(nine), minute_of(nine) + 60))
    day = f"?zone=UTC&day={nine:%Y-%m-%d}"

    keep, anybody = look(booking, day), look(booking, f"{day}&with=any")

    first = [(one.label, one.current) for one in keep.context["slots"].people.first]
    assert first == [("Keep Alice Host", True), ("Anybody who is free", False)]
    assert hours(anybody) - hours(keep) >= {"09:00", "09:30"}
    assert keep.context["slots"].people.first[1].url.endswith("with=any")
    assert all("with=any" in one.url for one in anybody.context["slots"].times if one.url)
    assert ("with", "any") in anybody.context["slots"].state
    assert [anybody.context["met"].hosts, keep.context["met"].hosts] == [
        "one of Alice Host, Bob Teammate",
        "Alice Host",
    ]


def test_the_choice_goes_with_the_form(booking):
    rule(booking, "guest")
    start = write_start(tomorrow(15))

    form = look(booking, f"?start={start}&with=any", "booked_move_confirm")
    sent = {
        "start": start,
        "zone": "UTC",
        "hold": form.context["form"]["hold"].value(),
        "note": "",
        "with": "any",
    }
    moved = Client().post(link_path(booking.booker, "booked_move_confirm"), sent)

    assert '<input type="hidden" name="with" value="any">' in form.content.decode()
    assert moved.status_code == 302
    assert Booking.objects.get().start_at == tomorrow(15)
    assert BookingHost.objects.count() == 1


def test_anybody_takes_it_where_the_same_has_no_time(booking, alice, bob):
    rule(booking, "guest")
    start = tomorrow(15)
    give_calendar(alice, (minute_of(start), minute_of(start) + 60))
    sent = {"start": write_start(start), "zone": "UTC", "hold": "", "note": ""}
    address = link_path(booking.booker, "booked_move_confirm")

    kept = Client().post(address, sent)
    moved = Client().post(address, sent | {"with": "any"})

    assert (kept.status_code, moved.status_code) == (409, 302)
    assert [*BookingHost.objects.values_list("host", flat=True)] == [bob.pk]
    assert "<bdi>Bob Teammate</bdi> and <bdi>Sam Guest</bdi>" in " ".join(
        look(booking, "", "booked").content.decode().split()
    )


def test_where_the_same_has_no_time_left_it_is_said_and_how_to_go_on(booking, alice):
    rule(booking, "same")
    never_free(alice)

    shown = look(booking)

    slots = shown.context["slots"]
    assert slots.closed.text == "There are no free times with Alice Host at the moment."
    assert slots.closed.advice.startswith("Your booking stands as it is.")
    assert "write to Alice Host: alice@host.example" in slots.closed.advice
    assert slots.notice.startswith("Your booking now: ")
    assert "Choose" not in slots.notice
    assert [way.url for way in shown.context["slots"].ways] == [link_path(booking.booker)]

    rule(booking, "guest")
    assert "choose “Anybody who is free”" in look(booking).context["slots"].closed.advice
    assert look(booking, "?with=any").context["slots"].times


def test_where_one_host_has_no_time_left_moving_says_what_booking_does(alice):
    booking = book(order(make_page(alice)), now=present())
    never_free(alice)

    slots = look(booking).context["slots"]

    assert slots.closed.text == Client().get("/alice/intro").context["slots"].closed.text
    assert slots.closed.advice == (
        "Your booking stands as it is. For another time, write to Alice Host: alice@host.example."
    )
    assert slots.notice.startswith("Your booking now: ")
    assert "Choose" not in slots.notice
    assert [way.label for way in slots.ways] == ["Back to the booking"]


def test_where_the_same_has_left_the_page_others_are_offered_and_named(booking, alice):
    for on_move in ("same", "guest"):
        rule(booking, on_move)
        booking.page.page_hosts.filter(host=alice).update(active=False)

        shown = look(booking)

        assert (
            "Alice Host cannot be met on this page any more. These are the times with Bob Teammate."
            in shown.context["slots"].notice
        )
        assert shown.context["slots"].times
        assert shown.context["slots"].people is None


def test_a_page_of_one_host_asks_and_says_nothing(alice):
    booking = book(order(make_page(alice)), now=present())
    rule(booking, "guest")

    shown = look(booking)

    assert shown.context["slots"].people is None
    assert shown.context["slots"].notice.endswith("Choose the new time.")
