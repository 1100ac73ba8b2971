"""The list of booking pages: one's own, those of teams, and those that one hosts with others."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.clock import present
from tests.forms import main_form
from timetuna.accounts.models import Membership, Team, User
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.models import BookingPage
from timetuna.pages.tests.conftest import host, signed_in
from timetuna.pages.tests.test_own_part import calendar

LIST = "/booking-pages"


@pytest.fixture
def bob() -> User:
    return host("Bob")


@pytest.fixture
def as_bob(bob: User) -> Client:
    return signed_in(bob)


@pytest.fixture
def both(page: BookingPage, bob: User) -> BookingPage:
    """A page that alice and bob host by turns."""
    page.page_hosts.create(host=bob)
    page.staffing = "any"
    page.save()
    return page


def team(name: str, *people: User) -> Team:
    made = Team.objects.create(name=name, handle=name.lower())
    for number, user in enumerate(people):
        Membership.objects.create(team=made, user=user, role="member" if number else "owner")
    return made


def text(client: Client) -> str:
    return " ".join(client.get(LIST).content.decode().split())


def groups(client: Client) -> list[tuple[str, list[str]]]:
    return [
        (group.title, [line.page.title for line in group.lines])
        for group in client.get(LIST).context["groups"]
    ]


def test_pages_stand_with_whom_they_belong_to(alice, bob, both, as_alice, as_bob):
    BookingPage.objects.filter(pk=create_page(alice, title="Sales call").pk).update(
        team=team("Sales", alice, bob)
    )
    BookingPage.objects.filter(pk=create_page(alice, title="Support").pk).update(team=team("help", alice))
    create_page(bob, title="Bob's own")

    assert groups(as_alice) == [
        ("Your pages", ["Intro call"]),
        ("help", ["Support"]),
        ("Sales", ["Sales call"]),
    ]
    assert groups(as_bob) == [
        ("Your pages", ["Bob's own"]),
        ("Sales", ["Sales call"]),
        ("Hosted with others", ["Intro call"]),
    ]


def test_a_page_that_others_own_leads_to_ones_own_part_and_to_nothing_else(both, as_bob):
    seen = text(as_bob)

    assert '<span class="badge">Cohost</span>' in seen
    assert "with <bdi>Alice</bdi>" in seen
    assert f'href="{LIST}/{both.pk}/your-part"' in seen
    for word in (f"{both.pk}/delete", f"{both.pk}/duplicate", f"{both.pk}/booking", "(to do)", "Not listed"):
        assert word not in seen


def test_a_member_duplicates_a_teams_page_and_does_not_delete_it(alice, bob, page, as_alice, as_bob):
    BookingPage.objects.update(team=team("Sales", alice, bob))

    assert f"{page.pk}/duplicate" in text(as_bob)
    assert f"{page.pk}/delete" not in text(as_bob)
    assert as_bob.post(f"{LIST}/{page.pk}/delete").status_code == 404
    assert f"{page.pk}/delete" in text(as_alice)


def test_the_only_group_of_ones_own_needs_no_heading(page, as_alice):
    assert '<h2 class="sr" dir="auto">Your pages</h2>' in text(as_alice)


def test_what_a_host_can_do_about_their_own_part_is_said_there(bob, both, as_bob):
    assert "You are not booked here, because no calendar says when you are busy." in text(as_bob)
    assert ">Connect a calendar<" in text(as_bob)

    calendar(bob, "Club", read_at=None, failing_since=present())
    assert "You are not booked here, because “Club” cannot be read." in text(as_bob)

    until = present().date() + timedelta(days=3)
    as_bob.post(f"{LIST}/{both.pk}/your-part/pause", {"pause": "until", "until": str(until)})
    assert f"Paused until {until.day} {until:%B}" in text(as_bob)
    as_bob.post(f"{LIST}/{both.pk}/your-part/pause", {"pause": "over"})
    assert "Paused" not in text(as_bob)


def test_nobody_elses_calendars_are_named(alice, both, as_alice, as_bob):
    calendar(alice, "Therapy", read_at=None, failing_since=present())

    assert "Therapy" in text(as_alice)
    assert "Therapy" not in text(as_bob)


def test_a_former_host_has_it_no_more(bob, both, as_bob):
    both.page_hosts.filter(host=bob).update(active=False)

    assert groups(as_bob) == []


def titles(client: Client, query: str = "") -> list[str]:
    found = client.get(f"{LIST}{query}").context["groups"]
    return [line.page.title for group in found for line in group.lines]


def test_numbers_in_titles_are_numbers_and_fifty_pages_stand_on_one(
    alice, page, as_alice, django_assert_max_num_queries
):
    for number in range(60, 0, -1):
        create_page(alice, title=f"Page {number}")

    with django_assert_max_num_queries(30):
        first = titles(as_alice)

    assert first == ["Intro call", *(f"Page {number}" for number in range(1, 50))]
    assert titles(as_alice, "?page=2") == [f"Page {number}" for number in range(50, 61)]
    assert titles(as_alice, "?q=pAGE+6") == [
        "Page 6",
        "Page 16",
        "Page 26",
        "Page 36",
        "Page 46",
        "Page 56",
        "Page 60",
    ]
    assert "No page is called" in " ".join(as_alice.get(f"{LIST}?q=none").content.decode().split())


def test_a_search_is_offered_from_eight_pages_on(alice, page, as_alice):
    for number in range(6):
        create_page(alice, title=f"Page {number}")
    assert "data-asks" not in text(as_alice)

    create_page(alice, title="The eighth")
    assert "data-asks" in text(as_alice)


def test_a_page_is_switched_off_with_a_word_to_guests_and_on_again(page, as_alice, client):
    switch, public = f"{LIST}/{page.pk}/switch", f"/alice/{page.slug}"
    as_alice.post(switch, {"on": "0"})
    form = main_form(as_alice.get(f"{LIST}/{page.pk}/off").content.decode())
    as_alice.post(f"{LIST}/{page.pk}/off", dict(form.with_values(off_note="Back <b>in May</b>.")))
    off = " ".join(client.get(public).content.decode().split())

    assert "No times are offered here at the moment." in off
    assert "Back &lt;b&gt;in May&lt;/b&gt;." in off
    assert "Guests read: “<bdi>Back &lt;b&gt;in May&lt;/b&gt;.</bdi>”" in text(as_alice)
    assert client.get("/alice").status_code == 404

    as_alice.post(switch, {"on": "1"})
    assert "No times are offered" not in client.get(public).content.decode()
    assert [one.deed for one in page.activity.order_by("pk")][-3:] == ["page_off", "page_changed", "page_on"]
