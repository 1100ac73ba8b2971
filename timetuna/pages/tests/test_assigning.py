"""A page goes below a team's address and back, and links that were shared go on leading to it."""

import pytest
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import Membership, Team, User
from timetuna.pages.actions.assign_page import NotAssigned, assign_page
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.actions.delete_page import delete_page
from timetuna.pages.actions.duplicate_page import duplicate_page
from timetuna.pages.actions.give_address import give_address
from timetuna.pages.models import BookingPage
from timetuna.pages.tests.conftest import host


@pytest.fixture
def team(alice: User) -> Team:
    return team_of(alice, handle="support")


def team_of(*people: User, handle: str) -> Team:
    made = Team.objects.create(name=handle.title(), handle=handle)
    for person in people:
        Membership.objects.create(team=made, user=person, joined_at=present())
    return made


def opens(path: str) -> str:
    answer = Client().get(path)
    return answer["Location"] if answer.status_code == 302 else str(answer.status_code)


def test_it_goes_there_and_back_and_every_address_leads_to_it(page: BookingPage, team: Team) -> None:
    assign_page(page, team)

    assert page.address() == "http://localhost:8000/support/intro-call"
    assert (opens("/support/intro-call"), opens("/alice/intro-call")) == ("200", "/support/intro-call")

    give_address(page, "hello")
    assert {opens(path) for path in ("/support/intro-call", "/alice/intro-call")} == {"/support/hello"}

    assign_page(page, None)
    assert (opens("/alice/hello"), opens("/support/hello")) == ("200", "/alice/hello")
    assert {opens(path) for path in ("/support/intro-call", "/alice/intro-call")} == {"/alice/hello"}


def test_from_one_team_to_another(page: BookingPage, team: Team, alice: User) -> None:
    assign_page(page, team)
    assign_page(page, team_of(alice, handle="sales"))

    assert opens("/sales/intro-call") == "200"
    assert {opens(f"/{handle}/intro-call") for handle in ("alice", "support")} == {"/sales/intro-call"}


def test_an_address_that_is_or_was_anothers_is_not_taken(page: BookingPage, team: Team, alice: User) -> None:
    bob = host("Bob")
    Membership.objects.create(team=team, user=bob)
    other = create_page(bob, title="Intro call")
    assign_page(other, team)

    with pytest.raises(NotAssigned, match="Another page of Support has the address /support/intro-call"):
        assign_page(page, team)
    delete_page(other)
    with pytest.raises(NotAssigned, match="Another page of Support had the address /support/intro-call"):
        assign_page(page, team)
    assert opens("/alice/intro-call") == "200"

    give_address(page, "other")
    assign_page(page, team)
    assert opens("/support/other") == "200"
    # What another page once had below the team is not this page's, either.
    assert opens("/support/intro-call") == "404"


def test_only_where_its_owner_is(page: BookingPage) -> None:
    with pytest.raises(NotAssigned, match="Alice is not in Others any more"):
        assign_page(page, team_of(handle="others"))


def test_a_copy_stands_beside_the_page(page: BookingPage, team: Team) -> None:
    assign_page(page, team)

    copy = duplicate_page(page, by=page.host)

    assert (copy.team, copy.handle(), copy.slug) == (team, "support", "copy-of-intro-call")
    assert not copy.listed


def test_what_a_deleted_page_of_the_team_had_stays_free(page: BookingPage, team: Team, alice: User) -> None:
    assign_page(page, team)
    delete_page(page)

    assert opens("/support/intro-call") == "404"
    assert opens("/alice/intro-call") == "404"
    again = create_page(alice, title="Intro call")
    assert again.slug == "intro-call-2"
