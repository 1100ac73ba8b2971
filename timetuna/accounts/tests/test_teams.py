"""Teams: making them, what they are called, who is what in them, and that they never lose their last owner."""

import pytest

from timetuna.accounts.actions import create_team as creating
from timetuna.accounts.actions.change_profile import change_profile
from timetuna.accounts.actions.change_role import LastOwner, RoleChanged, change_role, hand_over_team
from timetuna.accounts.actions.change_team import change_team
from timetuna.accounts.actions.create_team import TooManyTeams, create_team
from timetuna.accounts.actions.invite_to_team import invite_to_team, send_again
from timetuna.accounts.actions.join_team import decline_team, join_team
from timetuna.accounts.actions.set_active import set_active
from timetuna.accounts.actions.store_host import store_host
from timetuna.accounts.actions.take_handle import HandleTaken
from timetuna.accounts.invitations import NotInvited, NotOpen, State, take_back
from timetuna.accounts.models import FormerHandle, Membership, Team, TeamInvitation, User
from timetuna.accounts.permissions import RIGHTS, InTeam, may_remove, role_in, teams_of
from timetuna.accounts.queries import handle_is_free, owner_by_handle, owner_once_called, teams_held_by
from timetuna.accounts.tests.conftest import mails
from timetuna.accounts.tests.teams import (
    Role,
    invited,
    join,
    make_carol,
    make_team,
    membership,
    people,
    token_of,
)


@pytest.fixture
def carol(db):
    return make_carol()


@pytest.fixture
def team(alice, bob, carol):
    return make_team(alice, admin=bob, member=carol)


def test_who_makes_a_team_owns_it(alice, charlie):
    team = make_team(alice)

    assert people(team) == {"alice": "owner"}
    assert owner_by_handle("Sales-Team") == team
    assert list(teams_of(alice)) == [team]
    assert list(teams_of(charlie)) == []


@pytest.mark.parametrize("taken", ["charlie", "sales-team", "former"])
def test_people_and_teams_share_their_addresses(alice, charlie, taken):
    make_team(charlie)
    FormerHandle.objects.create(handle="former", user=charlie)

    with pytest.raises(HandleTaken):
        create_team(alice, name="Other", handle=taken)
    with pytest.raises(HandleTaken):
        change_team(make_team(alice, handle="other"), name="Other", handle=taken)
    with pytest.raises(HandleTaken):
        change_profile(alice, name="Alice", handle=taken, time_zone="UTC")


def test_a_new_host_gets_another_address_than_a_team(alice):
    make_team(alice)
    dora = User(name="Sales Team", email="dora@example.org")

    store_host(dora)

    assert dora.handle == "sales-team-2"


def test_a_teams_former_address_leads_on_and_stays_its_own(alice, team):
    change_team(team, name="Sellers", handle="sellers")

    assert owner_by_handle("sales-team") is None
    assert owner_once_called("SALES-TEAM") == team
    assert not handle_is_free("sales-team", owner=alice)
    change_team(team, name="Sellers", handle="sales-team")
    assert (owner_by_handle("sales-team"), owner_once_called("sellers")) == (team, team)
    assert owner_once_called("sales-team") is None


def test_one_person_owns_so_many_and_no_more(alice, monkeypatch):
    monkeypatch.setattr(creating, "MOST", 2)
    for number in range(2):
        make_team(alice, handle=f"team-{number}")

    with pytest.raises(TooManyTeams):
        make_team(alice, handle="team-3")


@pytest.mark.parametrize("to", InTeam)
def test_what_each_may_do(alice, bob, carol, charlie, team, to):
    allowed = [user.handle for user in (alice, bob, carol, charlie) if role_in(user, team) in RIGHTS[to]]

    everybody, run, own = ["alice", "bob", "carol"], ["alice", "bob"], ["alice"]
    assert (
        allowed
        == {
            InTeam.SEE: everybody,
            InTeam.LEAVE: everybody,
            InTeam.CHANGE: run,
            InTeam.ACTIVITY: run,
            InTeam.INVITE: run,
            InTeam.REMOVE: run,
            InTeam.ROLES: own,
            InTeam.DELETE: own,
        }[to]
    )


def test_whom_each_may_take_off(alice, bob, carol, charlie, team):
    join(team, charlie, Role.ADMIN)
    everybody = [membership(team, user) for user in (alice, bob, carol, charlie)]

    found = {
        by.user.handle: [other.user.handle for other in everybody if may_remove(by, other)]
        for by in everybody
    }

    assert found == {
        "alice": ["bob", "carol", "charlie"],
        "bob": ["carol"],
        "carol": [],
        "charlie": ["carol"],
    }


def test_roles_are_given_and_taken(alice, bob, team):
    change_role(membership(team, bob), role=Role.OWNER)
    change_role(membership(team, alice), role=Role.MEMBER)

    assert people(team) == {"alice": "member", "bob": "owner", "carol": "member"}
    assert [(mail.to, mail.subject) for mail in mails()] == [("bob@example.org", "You own the team Sales")]


def test_a_role_that_somebody_else_has_changed_is_left_alone(carol, team):
    seen = membership(team, carol)
    change_role(membership(team, carol), role=Role.ADMIN)

    with pytest.raises(RoleChanged):
        change_role(seen, role=Role.OWNER)
    assert role_in(carol, team) == Role.ADMIN


def test_the_last_owner_stays_one(alice, bob, team):
    with pytest.raises(LastOwner, match="Sales needs an owner"):
        change_role(membership(team, alice), role=Role.ADMIN)

    change_role(membership(team, bob), role=Role.OWNER)
    set_active(bob, active=False)
    with pytest.raises(LastOwner):
        change_role(membership(team, alice), role=Role.ADMIN)


def test_a_team_is_handed_over(alice, carol, team):
    hand_over_team(team, by=alice, to=membership(team, carol))

    assert people(team) == {"alice": "admin", "bob": "admin", "carol": "owner"}


def test_nobody_is_switched_off_whom_a_team_needs(alice, bob, team):
    make_team(alice, name="Alone", handle="alone")

    with pytest.raises(LastOwner):
        set_active(alice, active=False)

    assert teams_held_by(alice) == [team]
    assert User.objects.get(pk=alice.pk).is_active
    change_role(membership(team, bob), role=Role.OWNER)
    assert set_active(alice, active=False)


def test_who_is_invited_joins_by_their_link(alice, charlie, team):
    path = invited(team, alice, charlie.email, role=Role.ADMIN)
    [mail] = mails()

    assert join_team(token_of(path), charlie) == team

    assert role_in(charlie, team) == Role.ADMIN
    assert mail.subject == "Join Sales on TimeTuna"
    assert "Alice Host (alice@example.org) invites you to join the team Sales" in mail.text
    assert "As an admin you see and edit its booking pages, and invite people." in mail.text
    told = mails()[-1]
    assert (told.to, told.subject) == ("alice@example.org", "Charlie Stranger joined Sales")
    with pytest.raises(NotOpen) as refused:
        join_team(token_of(path), charlie)
    assert refused.value.state == State.ANSWERED


def test_who_asked_reads_that_another_account_joined(alice, charlie, team):
    join_team(token_of(invited(team, alice)), charlie)

    assert "The invitation had gone to dora@example.org." in mails()[-1].text


def test_who_is_in_the_team_keeps_their_role(alice, bob, team):
    join_team(token_of(invited(team, alice, "bob.private@example.org", role=Role.OWNER)), bob)

    assert role_in(bob, team) == Role.ADMIN


def test_who_declines_is_not_in_it(alice, team):
    path = invited(team, alice)

    decline_team(token_of(path))

    assert TeamInvitation.objects.get().accepted is False
    assert Membership.objects.count() == 3


def test_who_is_invited_twice_has_the_newer_link_alone(alice, bob, charlie, team):
    former = invited(team, alice, charlie.email, role=Role.ADMIN)
    path = invited(team, bob, charlie.email)

    with pytest.raises(NotOpen):
        join_team(token_of(former), charlie)
    join_team(token_of(path), charlie)
    assert role_in(charlie, team) == Role.ADMIN


def test_an_invitation_is_sent_again_until_it_is_answered(alice, bob, charlie, team):
    former = invited(team, alice, charlie.email)
    invitation = TeamInvitation.objects.get()
    send_again(invitation, by=bob)
    mail = mails()[-1]

    assert "Bob Teammate" in mail.text
    assert mail.path != former
    join_team(token_of(mail.path), charlie)
    with pytest.raises(NotOpen):
        send_again(invitation, by=bob)


def test_one_that_is_taken_back_is_not_sent_again(alice, charlie, team):
    path = invited(team, alice, charlie.email)
    invitation = TeamInvitation.objects.get()
    take_back(invitation)

    with pytest.raises(NotOpen):
        send_again(invitation, by=alice)
    with pytest.raises(NotOpen):
        join_team(token_of(path), charlie)


def test_who_is_in_it_is_not_invited(alice, bob, team):
    with pytest.raises(NotInvited, match="is in the team already"):
        invite_to_team(team, email=bob.email, by=alice)
    assert mails() == []


def test_names_in_a_mail_lead_nowhere(alice, team):
    change_team(team, name="Win at evil.example/now", handle="sales-team")
    alice.name = "https://evil.example"

    invited(team, alice)

    assert "evil" not in mails()[0].text + mails()[0].html + mails()[0].subject


def test_an_account_that_goes_leaves_nothing_of_itself(alice, carol, team):
    invited(team, carol, "dora@example.org")
    carol.delete()

    assert people(team) == {"alice": "owner", "bob": "admin"}
    assert TeamInvitation.objects.get().invited_by is None
    assert Team.objects.get() == team
