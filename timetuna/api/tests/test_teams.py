"""Teams by programs: who is in them, in which role, and who is asked to join."""

import pytest

from tests.clock import present
from timetuna.accounts.models import Membership, Team, TeamInvitation
from timetuna.api.tests.conftest import program_of

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def team(alice, bob) -> Team:
    """Alice's, with Bob in it."""
    row = Team.objects.create(name="Crew", handle="crew")
    Membership.objects.create(team=row, user=alice, role=Role.OWNER)
    Membership.objects.create(team=row, user=bob, role=Role.MEMBER)
    return row


@pytest.fixture
def path(team) -> str:
    return f"/teams/{team.public_id}"


def test_teams_are_read_with_ones_own_role(alice, bob, team, path):
    (mine,) = program_of(bob).get("/teams").json()["data"]
    hers = program_of(alice).get(path).json()

    assert (mine["id"], mine["name"], mine["handle"], mine["role"]) == (
        team.public_id,
        "Crew",
        "crew",
        "member",
    )
    assert program_of(bob).get(path).json()["invitations"] is None
    assert hers["invitations"] == []
    people = program_of(bob).get(f"{path}/members").json()["data"]
    assert [(one["id"], one["role"]) for one in people] == [
        (alice.public_id, "owner"),
        (bob.public_id, "member"),
    ]
    assert program_of(bob).get(f"{path}/members/{alice.public_id}").json() == people[0]


def test_somebody_is_invited_by_mail(alice, bob, path, program):
    asked = program.post(f"{path}/members", {"email": "New@Team.Example", "role": "admin"})

    assert asked.status_code == 201, asked.content
    assert (asked.json()["email"], asked.json()["role"]) == ("new@team.example", "admin")
    assert program.get(path).json()["invitations"] == [asked.json()]
    there = program.post(f"{path}/members", {"email": bob.email})
    assert [one["pointer"] for one in there.json()["errors"]] == ["/email"]
    assert program_of(bob).post(f"{path}/members", {"email": "x@team.example"}).status_code == 404


@pytest.mark.parametrize("email", ["nobody", "a@team.example, b@team.example", ""])
def test_who_cannot_be_invited_is_not(path, program, email):
    refused = program.post(f"{path}/members", {"email": email})

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/email")
    assert not TeamInvitation.objects.exists()


def test_an_admin_invites_members_and_no_more(bob, team, path):
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    admin = program_of(bob)

    refused = admin.post(f"{path}/members", {"email": "x@team.example", "role": "owner"})

    assert [one["pointer"] for one in refused.json()["errors"]] == ["/role"]
    assert admin.post(f"{path}/members", {"email": "x@team.example"}).json()["role"] == "member"


def test_so_many_invitations_have_to_wait(path, program):
    answers = [program.post(f"{path}/members", {"email": "often@team.example"}) for _ in range(6)]

    assert [one.status_code for one in answers] == [201] * 5 + [429]
    assert answers[-1].json()["code"] == "flood"
    assert int(answers[-1]["Retry-After"]) > 0


def test_roles_are_given_by_owners_and_a_team_keeps_one(alice, bob, path, program):
    his, hers = f"{path}/members/{bob.public_id}", f"{path}/members/{alice.public_id}"
    seen = program.get(his)["ETag"]

    assert program.patch(hers, {"role": "member"}).json()["code"] == "not-possible"
    assert program_of(bob).patch(his, {"role": "owner"}).status_code == 404
    assert program.patch(his, {"role": "owner"}, If_Match=seen).json()["role"] == "owner"
    assert program.patch(his, {"role": "admin"}, If_Match=seen).status_code == 412
    assert program.patch(hers, {"role": "member"}).json()["role"] == "member"


def test_somebody_is_taken_off_or_leaves(alice, bob, team, path, program):
    his, hers = f"{path}/members/{bob.public_id}", f"{path}/members/{alice.public_id}"

    assert program_of(bob).delete(hers).status_code == 404
    assert program.delete(hers).json()["code"] == "not-possible"
    assert program_of(bob).delete(his).status_code == 204
    assert program_of(bob).get(path).status_code == 404
    Membership.objects.create(team=team, user=bob)
    assert program.delete(his).status_code == 204


def test_a_team_is_made_changed_and_ended(alice, page, program):
    made = program.post("/teams", {"name": "Field Sales"})
    path = f"/teams/{made.json()['id']}"

    assert made.status_code == 201, made.content
    assert made["Location"] == f"/api/v1{path}"
    assert (made.json()["handle"], made.json()["role"], made.json()["invitations"]) == (
        "field-sales",
        "owner",
        [],
    )
    changed = program.patch(path, {"handle": "sales"}, If_Match=made["ETag"])
    assert (changed.json()["name"], changed.json()["handle"]) == ("Field Sales", "sales")
    assert program.patch(path, {"name": "Later"}, If_Match=made["ETag"]).status_code == 412
    assert (
        program.patch(f"/pages/{page.public_id}", {"team": made.json()["id"]})
        .json()["url"]
        .endswith(f"/sales/{page.slug}")
    )
    assert program.delete(path, If_Match=made["ETag"]).status_code == 412
    assert program.delete(path, If_Match=changed["ETag"]).status_code == 204
    assert program.get(path).status_code == 404
    assert program.get(f"/pages/{page.public_id}").json()["team"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "   "}, "/name"),
        ({"name": "Crew", "handle": "a"}, "/handle"),
        ({"name": "Crew", "handle": "settings"}, "/handle"),
        ({"name": "Crew", "handle": "crew"}, "/handle"),
    ],
)
def test_a_team_that_cannot_be_is_refused_at_its_field(team, program, body, pointer):
    made, changed = program.post("/teams", body), program.patch("/teams/" + other_of(team), body)

    for refused in (made, changed):
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), (
            refused.content
        )
    assert Team.objects.count() == 2


def other_of(team: Team) -> str:
    """Of a team of the same owner."""
    owner = team.memberships.get(role=Role.OWNER).user
    row = Team.objects.create(name="Other", handle="other-crew")
    Membership.objects.create(team=row, user=owner, role=Role.OWNER)
    return row.public_id


def test_a_team_is_changed_by_who_runs_it_and_ended_by_who_owns_it(bob, path):
    program = program_of(bob)

    assert program.patch(path, {"name": "His"}).status_code == 404
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    assert program.patch(path, {"name": "His"}).json()["name"] == "His"
    assert program.delete(path).status_code == 404


def test_an_invitation_is_taken_back_once(bob, path, program):
    asked = program.post(f"{path}/members", {"email": "new@team.example"}).json()
    one = f"{path}/invitations/{asked['id']}"

    assert program_of(bob).delete(one).status_code == 404
    seen = program.get(path)["ETag"]
    assert program.delete(one, If_Match='"another"').status_code == 412
    assert program.delete(one, If_Match=seen).status_code == 204
    assert program.get(path).json()["invitations"] == []
    assert program.delete(one).status_code == 404


def test_an_invitation_that_was_answered_stays(path, program):
    asked = program.post(f"{path}/members", {"email": "new@team.example"}).json()
    TeamInvitation.objects.update(answered_at=present(), accepted=True)

    assert program.delete(f"{path}/invitations/{asked['id']}").status_code == 404
    assert TeamInvitation.objects.count() == 1


def test_a_page_goes_only_into_a_team_of_ones_own(alice, bob, team, page, program):
    foreign = Team.objects.create(name="Foreign", handle="foreign")
    one = f"/pages/{page.public_id}"

    refused = program.patch(one, {"team": foreign.public_id, "title": "Another"})
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/team"]
    assert program.get(one).json()["title"] == page.title
    assert program.patch(one, {"team": team.public_id}).json()["team"] == team.public_id
    taken = program_of(bob).patch(one, {"team": None})
    assert [each["pointer"] for each in taken.json()["errors"]] == ["/team"]
    assert program.patch(one, {"team": None}).json()["team"] is None
