"""Two people want the same at the same moment: one has it, and no team ends up without an owner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from timetuna.accounts.actions.change_profile import change_profile
from timetuna.accounts.actions.change_role import LastOwner, change_role
from timetuna.accounts.actions.change_team import change_team
from timetuna.accounts.actions.create_team import create_team
from timetuna.accounts.actions.invite_to_team import invite_to_team
from timetuna.accounts.actions.join_team import join_team
from timetuna.accounts.actions.store_host import store_host
from timetuna.accounts.actions.take_handle import HandleTaken
from timetuna.accounts.invitations import NotOpen
from timetuna.accounts.models import Membership, Team, TeamInvitation, User
from timetuna.accounts.tests.teams import Role, invited, join, make_team, membership, token_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either("postgresql")]
ROUNDS = 8


@pytest.fixture(autouse=True)
def _several_at_once():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock for all")


def at_once(*actions: Callable[[], Any]) -> list[object]:
    """Do them all at the same moment; return what each answered or raised."""
    start = Barrier(len(actions))

    def act(action: Callable[[], Any]) -> object:
        try:
            start.wait(10)
            return action()
        except Exception as error:  # noqa: BLE001 - what it was is the answer
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(act, actions))


def test_two_teams_never_get_one_address(alice, bob):
    for number in range(ROUNDS):
        make = [partial(create_team, user, name="Sales", handle=f"sales-{number}") for user in (alice, bob)]

        found = at_once(*make, *make)

        assert sorted(isinstance(one, Team) for one in found) == [False] * 3 + [True]
        assert [one for one in found if not isinstance(one, Team)] == [HandleTaken] * 3


def test_a_team_and_a_host_never_get_one_address(alice, bob, charlie):
    team = make_team(alice)
    for number in range(ROUNDS):
        handle = f"wanted-{number}"
        new = User(name=handle, email=f"new{number}@example.org")

        at_once(
            partial(create_team, bob, name="Sales", handle=handle),
            partial(change_team, team, name="Sales", handle=handle),
            partial(change_profile, charlie, name="Charlie", handle=handle, time_zone="UTC"),
            transaction.atomic(partial(store_host, new)),
        )

        having = [*Team.objects.filter(handle=handle), *User.objects.filter(handle=handle)]
        assert len(having) == 1
        assert new.handle in {handle, f"{handle}-2"}


def test_an_invitation_lets_one_in(alice, bob, charlie):
    for number in range(ROUNDS):
        team = make_team(alice, handle=f"sales-{number}")
        token = token_of(invited(team, alice, f"new{number}@example.org"))

        found = at_once(*(partial(join_team, token, user) for user in (bob, charlie, bob)))

        assert found.count(NotOpen) == 2
        assert team.memberships.count() == 2


def test_inviting_and_joining_at_once_is_one_after_the_other(alice, charlie):
    for number in range(ROUNDS):
        team = make_team(alice, handle=f"sales-{number}")
        token = token_of(invited(team, alice, f"x{number}@example.org"))

        found = at_once(
            partial(join_team, token, charlie),
            partial(invite_to_team, team, email=f"x{number}@example.org", by=alice),
        )

        joined = isinstance(found[0], Team)
        assert joined or found[0] is NotOpen
        assert isinstance(found[1], TeamInvitation)
        assert Membership.objects.filter(team=team).count() == 1 + joined
        assert TeamInvitation.objects.filter(team=team, answered_at=None).count() == 1


def test_two_owners_never_both_give_it_up(alice, bob):
    for number in range(ROUNDS):
        team = make_team(alice, handle=f"sales-{number}")
        join(team, bob, Role.OWNER)
        rows = [membership(team, user) for user in (alice, bob)]

        found = at_once(*(partial(change_role, row, role=Role.MEMBER) for row in rows))

        assert found.count(LastOwner) == 1
        assert team.memberships.filter(role=Role.OWNER).count() == 1
