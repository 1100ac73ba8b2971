"""What is noted of changes to pages and teams, who reads it, and that nobody is named who has no account any more."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.clock import present
from timetuna.accounts.actions.create_team import create_team
from timetuna.accounts.activity import Deed, of_page, of_team
from timetuna.accounts.models import ActivityEntry, Membership, Team, User
from timetuna.accounts.tests.conftest import mails
from timetuna.bookings.actions.delete_host import delete_host
from timetuna.pages.actions.leave_team import end_team
from timetuna.pages.models import BookingPage, PageHost
from timetuna.pages.tests.conftest import host, signed_in
from timetuna.pages.tests.test_cohosts import answer, ask, save, tab

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def bob() -> User:
    return host("Bob")


@pytest.fixture
def team(alice: User, bob: User) -> Team:
    team = create_team(alice, name="Sales", handle="sales")
    Membership.objects.create(team=team, user=bob)
    return team


def told(page: BookingPage, reader: User) -> list[str]:
    """Return the sentences and what was changed, the latest first."""
    return [
        " ".join(
            [line.who, line.text, *(f"[{one.what}: {one.before} > {one.after}]" for one in line.changes)]
        )
        for line in of_page(page.pk, reader=reader)
    ]


def posted(client: Client, path: str, **data: str) -> Any:
    return client.post(path, data)


def test_a_page_notes_who_changed_what_from_what_to_what(
    as_alice: Client, alice: User, bob: User, page: BookingPage
) -> None:
    row = PageHost.objects.create(page=page, host=bob, position=1)

    changed = {"title": "Demo", "description": "Secret words", f"host{row.pk}-weight": "50"}
    assert save(as_alice, page, **changed).status_code == 302
    assert save(as_alice, page).status_code == 302

    latest, *_ = told(page, alice)
    assert latest.startswith("Alice changed the page.")
    assert "[Title: Intro call > Demo]" in latest
    assert "[Weight of Bob: 100 > 50]" in latest
    assert "[Description:  > ]" in latest
    assert "Secret words" not in latest
    assert ActivityEntry.objects.filter(deed=Deed.PAGE_CHANGED).count() == 1


def test_it_notes_who_was_asked_said_yes_and_was_taken_off(
    as_alice: Client, alice: User, page: BookingPage
) -> None:
    ask(as_alice, page)
    ask(as_alice, page)
    kim = host("Kim")
    answer(signed_in(kim))
    ask(as_alice, page, "lou@example.org")
    answer(signed_in(host("Lou")), "no", account="lou@example.org", path=mails()[-1].path)
    posted(as_alice, f"/booking-pages/{page.pk}/cohosts/{kim.pk}/leave")

    assert [line for line in told(page, alice) if "made the page" not in line] == [
        "Alice took Kim off the page.",
        "Lou declined the invitation that had gone to lou@example.org.",
        "Alice asked lou@example.org to host the page.",
        "Kim hosts the page from then on.",
        "Alice sent the invitation to kim@example.org again.",
        "Alice asked kim@example.org to host the page.",
    ]


def test_what_a_host_sets_for_themselves_is_not_noted(as_alice: Client, bob: User, page: BookingPage) -> None:
    PageHost.objects.create(page=page, host=bob, position=1)
    before = ActivityEntry.objects.count()

    until = str(present().date() + timedelta(days=2))
    path = f"/booking-pages/{page.pk}/your-part/pause"
    assert posted(signed_in(bob), path, pause="until", until=until).status_code == 302
    assert PageHost.objects.get(host=bob).paused_until is not None

    assert ActivityEntry.objects.count() == before


def test_a_team_reads_what_was_done_in_it_and_with_its_pages(
    as_alice: Client, alice: User, bob: User, team: Team, page: BookingPage
) -> None:
    posted(as_alice, f"/booking-pages/{page.pk}/team", team=str(team.pk))
    save(signed_in(bob), page, title="Demo")
    member = team.memberships.get(user=bob)
    posted(as_alice, f"/settings/team/{team.pk}/people/{member.pk}/role", role="admin", was="member")
    posted(as_alice, f"/settings/team/{team.pk}/people/{member.pk}/remove")

    lines = of_team(team, reader=alice)

    assert [(line.who, line.text, line.page) for line in lines][:4] == [
        ("Alice", "took Bob off the team.", ""),
        ("Alice", "made Bob an admin.", ""),
        ("Bob", "changed the page.", "Demo"),
        ("Alice", "put the page into the team Sales.", "Demo"),
    ]
    assert "took Bob off the team." in unescape(as_alice.get(f"/settings/team/{team.pk}").content.decode())
    posted(as_alice, f"/booking-pages/{page.pk}/delete")
    assert of_team(team, reader=alice)[0].text == "deleted the page “Demo”."


def test_who_reads_it(alice: User, bob: User, team: Team, page: BookingPage) -> None:
    """Who runs a team; who may change a page. A cohost reads the page and not this."""
    admin, cohost = host("Ann"), host("Cora")
    Membership.objects.create(team=team, user=admin, role="admin")
    PageHost.objects.create(page=page, host=cohost, position=1)
    BookingPage.objects.filter(pk=page.pk).update(team=team)

    def seen(path: str, *people: User) -> list[bool]:
        return ["Activity" in signed_in(one).get(path).content.decode() for one in people]

    assert seen(f"/settings/team/{team.pk}", alice, admin, bob) == [True, True, False]
    assert seen(tab(page), alice, admin, bob, cohost) == [True, True, True, False]


def test_nobody_is_named_who_has_no_account_any_more(
    as_alice: Client, alice: User, bob: User, team: Team, page: BookingPage
) -> None:
    row = PageHost.objects.create(page=page, host=bob, position=1)
    save(as_alice, page, **{f"host{row.pk}-weight": "50"})
    ask(as_alice, page, "bob@example.net")
    User.objects.filter(pk=bob.pk).update(email="bob@example.net")
    BookingPage.objects.filter(pk=page.pk).update(team=team)
    save(signed_in(bob), page, title="Demo")
    posted(as_alice, f"/settings/team/{team.pk}/people/{team.memberships.get(user=bob).pk}/remove")

    delete_host(User.objects.get(pk=bob.pk))

    rows = str(list(ActivityEntry.objects.values("facts", "people", "changes")))
    assert "Bob" not in rows
    assert "bob@" not in rows
    text = " ".join(told(page, alice))
    assert "Somebody who has no account any more changed the page." in text
    assert "[Weight of somebody who has no account any more: 100 > 50]" in text
    assert of_team(team, reader=alice)[0].text == "took somebody who has no account any more off the team."


def test_a_page_without_changes_says_so_and_a_team_that_ends_leaves_nothing(
    as_alice: Client, alice: User, team: Team, page: BookingPage
) -> None:
    ActivityEntry.objects.filter(page=page).delete()
    assert "Nothing has been changed yet." in as_alice.get(tab(page)).content.decode()

    end_team(team, by=alice)

    assert not ActivityEntry.objects.filter(team=team).exists()
