"""Who hosts a page, by programs: the rules and sentences of the editor."""

import pytest

from timetuna.accounts.models import Membership, Team
from timetuna.api.tests.conftest import program_of
from timetuna.pages.models import CohostInvitation, PageHost

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(page) -> str:
    return f"/pages/{page.public_id}"


@pytest.fixture
def shared(page, bob):
    """Bob hosts it, too."""
    PageHost.objects.create(page=page, host=bob, position=2)
    return page


def test_who_takes_the_meetings_and_each_ones_part(alice, bob, shared, path, program):
    seen = program.get(f"{path}/staffing")
    assert (seen.json()["staffing"], seen.json()["share_rule"], seen.json()["invitations"]) == (
        "solo",
        "fair",
        [],
    )
    body = {
        "staffing": "any",
        "share_rule": "fewest",
        "on_move": "guest",
        "guests_choose": True,
        "hosts": [
            {"id": bob.public_id, "weight": 30, "priority": 2, "order": 1},
            {"id": alice.public_id, "order": 2},
        ],
    }

    changed = program.patch(f"{path}/staffing", body, If_Match=seen["ETag"])

    assert changed.status_code == 200, changed.content
    found = changed.json()
    assert [found[name] for name in ("staffing", "share_rule", "on_move", "guests_choose")] == [
        "any",
        "fewest",
        "guest",
        True,
    ]
    his, hers = found["hosts"]
    assert (his["id"], his["weight"], his["priority"], his["order"]) == (bob.public_id, 30, 2, 1)
    assert (hers["id"], hers["weight"], hers["priority"], hers["order"]) == (alice.public_id, 100, 1, 2)
    assert program.get(f"{path}/staffing").json() == found
    assert program.get(path).json()["staffing"] == "any"
    assert program.patch(f"{path}/staffing", {"staffing": "solo"}, If_Match=seen["ETag"]).status_code == 412


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"hosts": [{"id": "us_none", "weight": 1}]}, "/hosts/0/id"),
        ({"hosts": [{"id": "her", "priority": 100}]}, "/hosts/0/priority"),
        ({"hosts": [{"id": "her", "weight": 0}], "staffing": "any"}, "/staffing"),
        ({"staffing": "any", "hosts_per_meeting": 2}, "/hosts_per_meeting"),
        ({"hosts_per_meeting": 0}, "/hosts_per_meeting"),
    ],
)
def test_what_could_never_be_booked_is_refused(alice, path, program, body, pointer):
    for one in body.get("hosts", []):
        one["id"] = one["id"].replace("her", alice.public_id)

    refused = program.patch(f"{path}/staffing", body)

    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer], refused.content


def test_somebody_is_asked_to_host_and_no_longer(bob, path, program):
    asked = program.post(f"{path}/hosts", {"email": "New@Host.Example"})

    assert (asked.status_code, asked.json()["email"]) == (201, "new@host.example"), asked.content
    assert program.get(f"{path}/staffing").json()["invitations"] == [asked.json()]
    one = f"{path}/invitations/{asked.json()['id']}"
    assert program_of(bob).delete(one).status_code == 404
    seen = program.get(f"{path}/staffing")["ETag"]
    assert program.delete(one, If_Match='"another"').status_code == 412
    assert program.delete(one, If_Match=seen).status_code == 204
    assert program.delete(one).status_code == 404
    assert not CohostInvitation.objects.exists()
    wrong = program.post(f"{path}/hosts", {"email": "nobody"})
    assert [each["pointer"] for each in wrong.json()["errors"]] == ["/email"]


def test_so_many_are_asked_and_then_it_has_to_wait(alice, path, program):
    answers = [program.post(f"{path}/hosts", {"email": "often@host.example"}) for _ in range(6)]

    assert [one.status_code for one in answers] == [201] * 5 + [429]
    assert answers[-1].json()["code"] == "flood"
    there = program.post(f"{path}/hosts", {"email": alice.email})
    assert [each["pointer"] for each in there.json()["errors"]] == ["/email"]


def test_a_host_is_taken_off_or_leaves_and_its_owner_stays(alice, bob, shared, path, program):
    his, hers = f"{path}/hosts/{bob.public_id}", f"{path}/hosts/{alice.public_id}"

    assert program.delete(hers).json()["code"] == "not-possible"
    assert program_of(bob).delete(hers).status_code == 404
    assert program_of(bob).get(f"{path}/staffing").status_code == 404
    assert program_of(bob).delete(his).status_code == 204
    assert [one["id"] for one in program.get(f"{path}/staffing").json()["hosts"]] == [alice.public_id]
    PageHost.objects.update(active=True)
    assert program.delete(his).status_code == 204
    assert program.delete(his).status_code == 404


def test_a_member_of_the_pages_team_staffs_it(bob, page, path):
    page.team = Team.objects.create(name="Crew", handle="crew")
    page.save()
    Membership.objects.create(team=page.team, user=page.host, role="owner")
    Membership.objects.create(team=page.team, user=bob)
    program = program_of(bob)

    assert program.patch(f"{path}/staffing", {"undo_no_shows": False}).json()["undo_no_shows"] is False
    assert program.post(f"{path}/hosts", {"email": bob.email}).status_code == 201
