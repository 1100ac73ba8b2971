"""Two at once: one invitation is answered once, one address of a team belongs to one page, one page to one team."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from timetuna.accounts.invitations import NotOpen
from timetuna.accounts.models import Membership, Team
from timetuna.accounts.tests.conftest import mails
from timetuna.pages.actions.assign_page import NotAssigned, assign_page
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.actions.invite_cohost import invite_cohost
from timetuna.pages.actions.join_page import decline_page, join_page
from timetuna.pages.models import BookingPage
from timetuna.pages.tests.conftest import host

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _many_writers() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock for all")


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Return for each how it ended: "" where nothing was raised."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        barrier.wait()
        try:
            act()
        except (NotOpen, NotAssigned) as error:
            return type(error).__name__
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def token() -> str:
    return mails()[-1].path.rpartition("/")[2]


def test_a_link_is_answered_once() -> None:
    alice, bob, carol = (host(name) for name in ("Alice", "Bob", "Carol"))
    page = create_page(alice)
    invite_cohost(page, email=bob.email, by=alice)
    link = token()

    ends = at_once(lambda: join_page(link, bob), lambda: join_page(link, carol), lambda: decline_page(link))

    assert sorted(ends) == ["", "NotOpen", "NotOpen"]
    said = page.invitations.get().accepted
    assert page.page_hosts.exclude(host=alice).count() == int(bool(said))


def test_one_address_is_asked_once() -> None:
    alice = host("Alice")
    page = create_page(alice)

    ends = at_once(*[lambda: invite_cohost(page, email="kim@example.org", by=alice)] * 3)

    assert ends == ["", "", ""]
    assert page.invitations.count() == 1


def test_two_pages_never_get_one_address_of_a_team() -> None:
    people = [host(name) for name in ("Alice", "Bob")]
    team = Team.objects.create(name="Support", handle="support")
    for person in people:
        Membership.objects.create(team=team, user=person)
    pages = [create_page(person, title="Intro") for person in people]

    ends = at_once(*[lambda page=page: assign_page(page, team) for page in pages])

    assert sorted(ends) == ["", "NotAssigned"]
    assert BookingPage.objects.filter(team=team, slug="intro").count() == 1


def test_one_page_goes_to_one_team() -> None:
    alice = host("Alice")
    teams = [Team.objects.create(name=name.title(), handle=name) for name in ("support", "sales")]
    for team in teams:
        Membership.objects.create(team=team, user=alice)
    page = create_page(alice, title="Intro")
    seen = [BookingPage.objects.get(pk=page.pk) for _ in teams]

    ends = at_once(
        *[lambda row=row, team=team: assign_page(row, team) for row, team in zip(seen, teams, strict=True)]
    )

    assert sorted(ends) == ["", "NotAssigned"]
    page.refresh_from_db()
    assert page.former_slugs.count() == 1
