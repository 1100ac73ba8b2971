"""What each of eight people may do with one page: written out as in the docs, and asked of the code."""

from typing import Any

import pytest

from tests.clock import present
from timetuna.accounts.models import Membership, Team, User
from timetuna.pages.models import BookingPage, PageHost
from timetuna.pages.permissions import Action, pages_for, rights_on, roles_on
from timetuna.pages.prefetch import row_with
from timetuna.pages.tests.conftest import host

TABLE = """
              owner  admin  runs  member  cohost  removed  stranger
    see       yes    yes    yes   yes     yes     -        -
    edit      yes    yes    yes   yes     -       -        -
    staff     yes    yes    yes   yes     -       -        -
    own_part  yes    -      -     -       yes     -        -
    leave     -      -      -     -       yes     -        -
    answer    -      -      -     -       -       -        -
    bookings  yes    yes    yes   yes     -       -        -
    activity  yes    yes    yes   yes     -       -        -
    assign    yes    yes    yes   -       -       -        -
    delete    yes    yes    yes   -       -       -        -
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], person, cell) for row in ROWS for person, cell in zip(HEAD, row[1:], strict=True)]


@pytest.fixture
def people(page: BookingPage) -> dict[str, User]:
    """Return the page's owner, its team's admin, owner and member, and who takes or took part, or is nobody to it."""
    found = {"owner": page.host} | {name: host(name.title()) for name in HEAD[1:]}
    page.team = Team.objects.create(name="Support", handle="support")
    page.save()
    for name, role in (("admin", "admin"), ("runs", "owner"), ("member", "member")):
        Membership.objects.create(team=page.team, user=found[name], role=role)
    PageHost.objects.create(page=page, host=found["cohost"])
    PageHost.objects.create(page=page, host=found["removed"], active=False)
    return found


def test_every_action_is_in_the_table() -> None:
    assert [row[0] for row in ROWS] == [action.name.lower() for action in Action]


@pytest.mark.whole
@pytest.mark.parametrize(("action", "person", "cell"), CELLS)
def test_the_table(page: BookingPage, people: dict[str, User], action: str, person: str, cell: str) -> None:
    wanted, may = Action[action.upper()], cell == "yes"

    assert (page in pages_for(people[person], to=wanted)) is may
    assert (wanted in rights_on(page, people[person])) is may


def test_another_team_gives_no_right(page: BookingPage, people: dict[str, User]) -> None:
    other = Team.objects.create(name="Sales", handle="sales")
    Membership.objects.create(team=other, user=people["stranger"], role="owner")

    assert not roles_on(page, people["stranger"])


def test_somebody_may_be_several(
    page: BookingPage, people: dict[str, User], django_assert_num_queries: Any
) -> None:
    PageHost.objects.create(page=page, host=people["member"], joined_at=present())

    read = row_with(page.pk)
    assert read is not None
    with django_assert_num_queries(1):
        roles = roles_on(read, people["member"])

    assert {role.name for role in roles} == {"MEMBER", "COHOST"}
    assert Action.OWN_PART in rights_on(page, people["member"])
    assert page in pages_for(people["member"], to=Action.SEE)
