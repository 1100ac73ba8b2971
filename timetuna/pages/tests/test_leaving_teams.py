"""What becomes of a team's pages when somebody goes, or the team ends: they are their owners' again, links lead on."""

import pytest

from timetuna.accounts.actions.change_role import LastOwner, RoleChanged, change_role
from timetuna.accounts.actions.create_team import create_team
from timetuna.accounts.actions.take_handle import HandleTaken
from timetuna.accounts.models import Team, TeamInvitation
from timetuna.accounts.tests.conftest import mails
from timetuna.accounts.tests.teams import Role, invited, make_carol, make_team, membership, people
from timetuna.bookings.tests.conftest import make_page
from timetuna.pages.actions.assign_page import assign_page
from timetuna.pages.actions.leave_team import end_team, leave_team
from timetuna.pages.models import BookingPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(alice, bob):
    return make_team(alice, admin=bob, member=make_carol())


def assigned(owner, team, slug="intro"):
    page = make_page(owner, slug=slug)
    assign_page(page, team)
    return page


def addresses():
    return {page.pk: f"/{page.handle()}/{page.slug}" for page in BookingPage.objects.all()}


def way_from(client, address):
    answer = client.get(address)
    return answer["Location"] if answer.status_code == 302 else answer.status_code


def test_who_leaves_takes_their_pages_along(client, alice, bob, team):
    mine, theirs = assigned(bob, team), assigned(alice, team, slug="demo")

    leave_team(membership(team, bob), by=bob)

    assert people(team) == {"alice": "owner", "carol": "member"}
    assert addresses() == {mine.pk: "/bob/intro", theirs.pk: "/sales-team/demo"}
    assert way_from(client, "/sales-team/intro") == "/bob/intro"
    assert mails() == []


def test_who_is_taken_off_reads_what_is_theirs(bob, alice, team):
    assigned(bob, team)

    leave_team(membership(team, bob), by=alice)

    [mail] = mails()
    assert (mail.to, mail.subject) == ("bob@example.org", "You are no longer in the team Sales")
    assert "Alice (alice@example.org) has taken you off the team Sales." in mail.text
    assert "that you own are yours alone again: “Intro call”. Links to them lead on." in mail.text


def test_the_last_owner_cannot_leave(alice, bob, team):
    with pytest.raises(LastOwner):
        leave_team(membership(team, alice), by=alice)

    change_role(membership(team, bob), role=Role.OWNER)
    leave_team(membership(team, alice), by=alice)
    assert people(team) == {"bob": "owner", "carol": "member"}


def test_who_is_gone_already_is_not_taken_off_again(alice, bob, team):
    row = membership(team, bob)
    leave_team(membership(team, bob), by=bob)

    with pytest.raises(RoleChanged):
        leave_team(row, by=alice)


def test_a_team_ends_and_its_links_lead_on(client, alice, bob, team):
    invited(team, alice)
    theirs = assigned(bob, team)
    own = make_page(alice)
    mine = assigned(alice, team, slug="demo")

    end_team(team, by=alice)

    assert addresses() == {theirs.pk: "/bob/intro", own.pk: "/alice/intro", mine.pk: "/alice/demo"}
    assert way_from(client, "/sales-team/intro") == "/bob/intro"
    assert way_from(client, "/sales-team/demo/book?start=x") == "/alice/demo/book?start=x"
    assert client.get("/sales-team").status_code == 404
    row = Team.objects.get()
    assert (row.name, row.memberships.count(), TeamInvitation.objects.count()) == ("", 0, 0)
    told = {mail.to: mail for mail in mails()[1:]}
    assert set(told) == {"bob@example.org", "carol@example.org"}
    assert told["bob@example.org"].subject == "The team Sales is deleted"
    assert "“Intro call”" in told["bob@example.org"].text
    assert "yours alone" not in told["carol@example.org"].text


def test_its_address_is_never_somebody_elses(alice, bob, team):
    end_team(team, by=alice)

    with pytest.raises(HandleTaken):
        create_team(bob, name="Sales", handle="sales-team")


def test_a_page_whose_address_is_taken_at_home_gets_another(client, bob, team, alice):
    page = assigned(bob, team)
    own = make_page(bob)

    leave_team(membership(team, bob), by=alice)

    assert addresses() == {page.pk: "/bob/intro-2", own.pk: "/bob/intro"}
    assert way_from(client, "/sales-team/intro") == "/bob/intro-2"
