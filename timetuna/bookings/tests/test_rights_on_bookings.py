"""What each of seven people may do with one booking, written out as in the docs; and what each of them reads."""

import pytest
from django.test import Client

from timetuna.accounts.models import Membership, Team
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.write_notes import write_notes
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.permissions import (
    BookingAction,
    all_bookings_for,
    bookings_for,
    bookings_with,
    rights_on_booking,
)
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_host, make_page, tomorrow
from timetuna.bookings.tests.diary import put, shown
from timetuna.pages.models import PageHost

pytestmark = [pytest.mark.django_db, pytest.mark.either, pytest.mark.whole]
TABLE = """
              owner  admin  member  lead  beside  removed  stranger
    see       yes    yes    yes     yes   yes     yes      -
    read      yes    yes    -       yes   yes     yes      -
    keep      yes    yes    -       yes   yes     yes      -
    change    yes    yes    -       yes   turns   turns    -
    give      yes    yes    -       yes   yes     -        -
    link      -      -      -       yes   -       -        -
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], person, cell) for row in ROWS for person, cell in zip(HEAD, row[1:], strict=True)]
"""turns: where the hosts of the page take turns, and not where all of them come to each meeting."""


@pytest.fixture
def people(alice):
    """Return the page's owner, who runs its team, a member, and its hosts: who leads, who does not, who was removed."""
    return {"owner": alice} | {name: make_host(name, f"{name.title()} Person") for name in HEAD[1:]}


@pytest.fixture
def booking(people):
    page = make_page(people["owner"])
    page.team, page.staffing = Team.objects.create(name="Support", handle="support"), "any"
    page.save()
    for name in ("admin", "member"):
        Membership.objects.create(team=page.team, user=people[name], role=name)
    for name in ("lead", "beside", "removed"):
        PageHost.objects.create(page=page, host=people[name], active=name != "removed")
    row = put(
        people["lead"], tomorrow(), page=page, name="Sam Guest", email="sam@guest.example", phone="+49 30 1"
    )
    for name in ("beside", "removed"):
        start = minute_of(tomorrow())
        row.booking_hosts.create(host=people[name], start_minute=start, end_minute=start + 30)
    return row


def browser(person):
    client = Client()
    client.force_login(person)
    return client


def test_every_action_is_in_the_table():
    assert [row[0] for row in ROWS] == [action.name.lower() for action in BookingAction]


@pytest.mark.parametrize("staffing", ["any", "all"])
@pytest.mark.parametrize(("action", "person", "cell"), CELLS)
def test_the_table(people, booking, action, person, cell, staffing):
    booking.page.staffing = staffing
    booking.page.save()
    wanted = BookingAction[action.upper()]

    may = cell == "yes" or (cell == "turns" and staffing == "any")

    assert (booking in bookings_with(people[person], to=wanted)) is may
    assert (wanted in rights_on_booking(booking, people[person])) is may


def test_what_one_may_do_is_one_query(people, booking, django_assert_num_queries):
    with django_assert_num_queries(1):
        rights_on_booking(booking, people["admin"])


def test_when_its_page_is_gone_its_hosts_are_left(people, booking):
    booking.page.delete()

    rights = {name: rights_on_booking(booking, person) for name, person in people.items()}

    assert not rights["owner"]
    assert not rights["admin"]
    assert BookingAction.CHANGE in rights["lead"]
    assert BookingAction.CHANGE not in rights["beside"]
    assert BookingAction.READ in rights["beside"]


def test_lists_are_ones_own_and_on_request_everybodys(people, booking):
    own = {name: booking in bookings_for(person) for name, person in people.items()}
    every = {name: booking in all_bookings_for(person) for name, person in people.items()}

    assert [name for name, listed in own.items() if listed] == ["lead", "beside", "removed"]
    assert [name for name, listed in every.items() if not listed] == ["stranger"]
    readable = {
        name: all_bookings_for(person).filter(readable=True).count() for name, person in people.items()
    }
    assert [name for name, count in readable.items() if not count] == ["member", "stranger"]


def pages_of(client, booking):
    """Return what a person reads of it: lists, agenda, table, the booking's page and its history."""
    asked = {"of": "all", "date": tomorrow().date().isoformat()}
    paths = ("/bookings", "/bookings/agenda", "/bookings/export.csv", f"/bookings/{booking.pk}")
    answers = [client.get(path, asked) for path in (*paths, f"/bookings/{booking.pk}/history.json")]
    return [(b"".join(one) if one.streaming else one.content).decode() for one in answers]


def test_a_member_reads_names_and_times_alone(people, booking):
    for name in ("lead", "beside", "owner"):
        write_notes(booking.pk, host_id=people[name].pk, text=f"Notes of {name}")
    booking.booker.notes = "Answers to questions"
    booking.booker.save()

    table, agenda, export, page, _history = pages_of(browser(people["member"]), booking)

    for text in (table, agenda, export, page):
        assert "Sam Guest" in text
        assert "Lead Person" in text
    for text in (table, agenda, export, page, _history):
        for hidden in ("sam@guest.example", "+49 30 1", "Answers to questions", "Notes of", "Room 1", "/b/"):
            assert hidden not in text


def test_everybody_elses_notes_and_the_guests_link_stay_where_they_are(people, booking):
    for name in ("lead", "beside", "owner", "admin"):
        write_notes(booking.pk, host_id=people[name].pk, text=f"Notes of {name}.")

    for name in ("lead", "beside", "owner", "admin"):
        text = "".join(pages_of(browser(people[name]), booking))
        read = [other for other in ("lead", "beside", "owner", "admin") if f"Notes of {other}." in text]
        assert read == [name]
        assert (link_path(booking.booker) in text) is (name == "lead")


def test_a_search_by_address_finds_only_what_may_be_read(people, booking):
    for name, finds in (("member", False), ("admin", True), ("lead", True)):
        client = browser(people[name])
        by_name, by_address = (
            client.get("/bookings", {"of": "all", "q": words}).context["count"]
            for words in ("sam", "guest.example")
        )
        assert (by_name, by_address) == (1, int(finds))


def test_whose_bookings_is_asked_of_those_who_see_others(people, booking):
    for name, offered in (("owner", True), ("member", True), ("lead", False), ("stranger", False)):
        text = shown(browser(people[name]).get("/bookings"))
        assert ("Everybody\N{RIGHT SINGLE QUOTATION MARK}s" in text) is offered


def test_buttons_are_for_those_who_may_press_them(people, booking):
    def buttons(name):
        text = shown(browser(people[name]).get(f"/bookings/{booking.pk}"))
        words = ("Cancel the booking", "Reschedule", "Hand over to", "own page", "Send again")
        return [word for word in words if word in text]

    every = ["Cancel the booking", "Reschedule", "Hand over to", "own page", "Send again"]
    assert buttons("lead") == every
    assert buttons("beside") == buttons("owner") == [word for word in every if word != "own page"]
    booking.page.staffing = "all"
    booking.page.save()
    assert buttons("beside") == ["Hand over to", "Send again"]
    again = browser(people["beside"]).post(
        f"/bookings/{booking.pk}/resend", {"to": audience_of(booking.booker)}, follow=True
    )
    assert "The mail is on its way again." in shown(again)
    assert buttons("member") == []


def test_who_called_it_off_is_said_by_name(people, booking):
    browser(people["owner"]).post(f"/bookings/{booking.pk}/cancel", {"note": ""})

    assert Booking.objects.get().status == "cancelled_by_host"
    assert "You cancelled this booking" in shown(browser(people["owner"]).get(f"/bookings/{booking.pk}"))
    assert "Alice Host</bdi> cancelled this booking" in shown(
        browser(people["lead"]).get(f"/bookings/{booking.pk}")
    )
