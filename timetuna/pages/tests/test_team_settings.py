"""Settings, tab Team: alice owns the team, bob is an admin of it, carol a member, charlie a stranger."""

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from tests.forms import forms_of, submit
from timetuna.accounts.invitations import LASTS
from timetuna.accounts.models import Membership, Team, TeamInvitation
from timetuna.accounts.rate_limits import TEAM_HANDLES
from timetuna.accounts.tests.conftest import mails
from timetuna.accounts.tests.teams import Role, invited, make_carol, make_team, membership, people
from timetuna.bookings.tests.conftest import make_page
from timetuna.pages.actions.assign_page import assign_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(alice, bob, charlie):
    return make_team(alice, admin=bob, member=make_carol())


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_alice(alice):
    return browser(alice)


def text(answer):
    return " ".join(answer.content.decode().split())


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def send(client, team, place, **data):
    return client.post(f"/settings/team/{team.pk}/{place}", data, follow=True)


def test_who_is_in_no_team_reads_what_one_is(as_alice):
    page = text(as_alice.get("/settings/team"))

    assert "You are in no team yet" in page
    assert 'href="/settings/team/new"' in page
    assert 'aria-current="page">Team</a>' in page


def test_a_team_is_made_with_an_address_from_its_name(as_alice, alice):
    answer = as_alice.post("/settings/team/new", {"name": " Zoë  & Sons ", "handle": ""}, follow=True)

    team = Team.objects.get()
    assert (team.name, team.handle, people(team)) == ("Zoë & Sons", "zoe-sons", {"alice": "owner"})
    assert said(answer) == ["Zoë & Sons is ready. Invite the people who work with you."]
    assert as_alice.get("/settings/team")["Location"] == f"/settings/team/{team.pk}"


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("", "sellers"),
        ("\u202e", "sellers"),
        ("Sales", "charlie"),
        ("Sales", "sales-team"),
        ("Sales", "settings"),
        ("Sales", "sales_"),
        ("李雷", ""),
        ("Charlie", ""),
    ],
)
def test_what_cannot_be_stays_in_the_form(as_alice, team, name, handle):
    answer = as_alice.post("/settings/team/new", {"name": name, "handle": handle})

    assert answer.status_code == 422
    assert (answer.context["form"]["name"].value(), answer.context["form"]["handle"].value()) == (
        name,
        handle,
    )
    assert Team.objects.count() == 1


def test_nobody_takes_addresses_without_end(as_alice):
    for number in range(TEAM_HANDLES.windows[0].most):
        as_alice.post("/settings/team/new", {"name": "Team", "handle": f"team-{number}"})

    answer = as_alice.post("/settings/team/new", {"name": "Team", "handle": "one-more"})

    assert answer.status_code == 422
    assert "Wait" in text(answer)


def test_several_teams_are_a_list(as_alice, alice, bob, team):
    make_team(bob, name="Art", handle="art-team", member=alice)

    page = text(as_alice.get("/settings/team"))

    assert page.index("Art") < page.index("Sales")
    assert "/art-team · 2 people" in page


def test_name_and_address_are_changed(as_alice, team):
    answer = submit(as_alice, f"/settings/team/{team.pk}", {"name": "Sellers", "handle": "Sellers"})

    team.refresh_from_db()
    assert answer["Location"] == f"/settings/team/{team.pk}"
    assert (team.name, team.handle) == ("Sellers", "sellers")


def test_an_address_of_others_stays_in_the_form(as_alice, team):
    answer = submit(as_alice, f"/settings/team/{team.pk}", {"name": "Sellers", "handle": "charlie"})

    assert answer.status_code == 422
    assert "taken" in text(answer)
    team.refresh_from_db()
    assert team.name == "Sales"


def test_two_who_change_it_at_once_never_overwrite_each_other(as_alice, bob, team):
    path = f"/settings/team/{team.pk}"
    seen = next(form for form in forms_of(as_alice.get(path).content.decode()) if "version" in form.names())
    submit(browser(bob), path, {"name": "By Bob", "handle": "sales-team"})

    answer = as_alice.post(path, dict(seen.with_values(name="By Alice")))

    assert answer.status_code == 409
    team.refresh_from_db()
    assert team.name == "By Bob"


def test_several_are_invited_at_once(as_alice, team):
    answer = send(
        as_alice,
        team,
        "invite",
        addresses='"Dent, Dora" <Dora@example.org>,\nerin@example.org bob@example.org; Eri <erin@example.org>',
        role="admin",
    )

    assert said(answer) == [
        "bob@example.org is in the team already.",
        "Invited dora@example.org and erin@example.org. The link in the mail works for two weeks.",
    ]
    assert {(row.email, row.role) for row in TeamInvitation.objects.all()} == {
        ("dora@example.org", "admin"),
        ("erin@example.org", "admin"),
    }
    assert {mail.to for mail in mails()} == {"dora@example.org", "erin@example.org"}
    assert text(answer).count("Invited (pending)") == 2


@pytest.mark.parametrize(
    "addresses", ["", "dora@example.org, nobody", " ".join(f"x{n}@example.org" for n in range(21))]
)
def test_where_one_address_is_wrong_nobody_is_invited(as_alice, team, addresses):
    answer = as_alice.post(f"/settings/team/{team.pk}/invite", {"addresses": addresses, "role": "member"})

    assert answer.status_code == 422
    assert answer.context["invite"]["addresses"].value() == addresses
    assert TeamInvitation.objects.count() == 0


def test_an_admin_invites_members_and_gives_no_roles(bob, team):
    send(browser(bob), team, "invite", addresses="dora@example.org", role="owner")

    assert TeamInvitation.objects.get().role == Role.MEMBER


def test_who_invites_too_many_has_to_wait(as_alice, team):
    for _ in range(5):
        send(as_alice, team, "invite", addresses="dora@example.org", role="member")

    answer = send(as_alice, team, "invite", addresses="dora@example.org erin@example.org", role="member")

    assert "dora@example.org: This address was sent several invitations lately." in said(answer)[0]
    assert said(answer)[1].startswith("Invited erin@example.org.")


def test_an_invitation_is_sent_again_and_taken_back(as_alice, alice, team):
    path = invited(team, alice)
    invitation = TeamInvitation.objects.get()
    with time_machine.travel(present() + LASTS * 1.1):
        as_alice.force_login(alice)
        assert "Invitation expired" in text(as_alice.get(f"/settings/team/{team.pk}"))

        answer = send(as_alice, team, f"invitations/{invitation.pk}/again")
        assert said(answer) == ["Sent again to dora@example.org. Only the new link works, for two weeks."]
        assert (Client().get(path).status_code, Client().get(mails()[-1].path).status_code) == (404, 200)

        answer = send(as_alice, team, f"invitations/{invitation.pk}/take-back")
        assert "is taken back" in said(answer)[0]
        assert Client().get(mails()[-1].path).status_code == 404


def test_what_was_declined_is_said_and_stays(as_alice, alice, team):
    Client().post(invited(team, alice), {"answer": "no"})
    invitation = TeamInvitation.objects.get()

    assert "Declined" in text(as_alice.get(f"/settings/team/{team.pk}"))
    for place in ("again", "take-back"):
        answer = send(as_alice, team, f"invitations/{invitation.pk}/{place}")
        assert said(answer) == ["dora@example.org has answered meanwhile."]


def test_an_owner_gives_roles_and_takes_them(as_alice, bob, team):
    row = membership(team, bob)

    answer = send(as_alice, team, f"people/{row.pk}/role", was="admin", role="owner")

    assert said(answer) == ["Bob Teammate: Owner."]
    assert people(team)["bob"] == "owner"
    answer = send(as_alice, team, f"people/{row.pk}/role", was="admin", role="member")
    assert said(answer) == ["Somebody else changed this meanwhile. Look at it again."]


def test_the_last_owner_is_told_what_to_do(as_alice, alice, team):
    row = membership(team, alice)

    for place, data in ((f"people/{row.pk}/role", {"was": "owner", "role": "member"}), ("leave", {})):
        answer = send(as_alice, team, place, **data)
        assert said(answer) == ["Sales needs an owner. Make somebody else an owner of it first."]
        assert "You are its only owner, so you cannot leave it." in text(answer)
    assert people(team)["alice"] == "owner"


def test_the_team_is_handed_over(as_alice, bob, team):
    answer = send(as_alice, team, f"people/{membership(team, bob).pk}/owner")

    assert said(answer) == ["Bob Teammate owns Sales now. You are an admin of it."]
    assert people(team) == {"alice": "admin", "bob": "owner", "carol": "member"}


def test_a_member_is_taken_off(bob, team):
    carol = Membership.objects.get(user__handle="carol")

    answer = send(browser(bob), team, f"people/{carol.pk}/remove")

    assert said(answer) == ["Carol Member is no longer in Sales."]
    assert mails()[-1].to == "carol@example.org"


def test_who_still_takes_meetings_of_its_pages_is_named(as_alice, alice, bob, team):
    page = make_page(alice)
    assign_page(page, team)
    page.page_hosts.create(host=bob)
    leaving = "You go on taking meetings of “Intro call”, until you leave these as well."
    assert leaving in text(browser(bob).get(f"/settings/team/{team.pk}"))

    answer = send(as_alice, team, f"people/{membership(team, bob).pk}/remove")

    assert (
        "They still take meetings of “Intro call”; if they should not, take them off there."
        in said(answer)[0]
    )
    assert page.page_hosts.filter(host=bob, active=True).exists()


def test_who_leaves_reads_it_where_they_are_led(bob, team):
    assign_page(make_page(bob), team)
    client = browser(bob)
    assert "Your own pages come with you (“Intro call”)" in text(client.get(f"/settings/team/{team.pk}"))

    answer = send(client, team, "leave")

    assert said(answer) == ["You have left Sales."]
    assert "You are in no team yet" in text(answer)
    assert client.get(f"/settings/team/{team.pk}").status_code == 404


def test_a_team_is_deleted_once_it_was_said_what_becomes_of_its_pages(as_alice, bob, team):
    assign_page(make_page(bob), team)
    assert "Its pages go back to their owners (“Intro call”)" in text(
        as_alice.get(f"/settings/team/{team.pk}")
    )

    answer = send(as_alice, team, "delete")

    assert said(answer) == ["Sales is deleted. Its pages belong to their owners again."]
    assert Membership.objects.count() == 0


def test_a_member_sees_who_is_in_it_and_changes_nothing(team):
    page = text(browser(Membership.objects.get(user__handle="carol").user).get(f"/settings/team/{team.pk}"))

    assert "alice@example.org" in page
    assert "http://localhost:8000/sales-team" in page
    for word in ("Send the invitations", "Name and address", "Delete the team", "More"):
        assert word not in page


MAY = {
    "": {"alice", "bob"},
    "invite": {"alice", "bob"},
    "leave": {"alice", "bob", "carol"},
    "delete": {"alice"},
    "people/{bob}/role": {"alice"},
    "people/{bob}/owner": {"alice"},
    "people/{bob}/remove": {"alice"},
    "people/{carol}/role": {"alice"},
    "people/{carol}/remove": {"alice", "bob"},
    "invitations/{dora}/again": {"alice", "bob"},
    "invitations/{dora}/take-back": {"alice", "bob"},
}


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "charlie"])
@pytest.mark.parametrize("place", MAY)
def test_who_may_do_what(alice, charlie, team, place, who):
    invited(team, alice)
    rows = {row.user.handle: row for row in team.memberships.select_related("user")}
    ids = {name: rows[name].pk for name in ("bob", "carol")} | {"dora": TeamInvitation.objects.get().pk}
    client = browser(charlie if who == "charlie" else rows[who].user)
    path = f"/settings/team/{team.pk}/{place.format(**ids)}".rstrip("/")

    shown, sent = (
        client.get(path),
        client.post(path, {"role": "member", "was": "admin", "addresses": "x@example.org"}),
    )

    inside = who != "charlie"
    assert shown.status_code == (200 if inside and not place else 302 if inside else 404)
    assert (sent.status_code != 404) == (who in MAY[place])


@pytest.mark.parametrize("place", [place for place in MAY if "{" in place])
def test_other_teams_people_and_invitations_are_nobodys(alice, charlie, team, place):
    other = make_team(charlie, name="Other", handle="others")
    path = invited(team, alice)
    rows = {row.user.handle: row.pk for row in team.memberships.select_related("user")}
    place = place.format(bob=rows["bob"], carol=rows["carol"], dora=TeamInvitation.objects.get().pk)

    answer = browser(charlie).post(f"/settings/team/{other.pk}/{place}", {"role": "member", "was": "admin"})

    assert answer.status_code == 404
    assert people(team) == {"alice": "owner", "bob": "admin", "carol": "member"}
    assert Client().get(path).status_code == 200
