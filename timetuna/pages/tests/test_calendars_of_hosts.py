"""Calendars of each host of a page: which are read and written, how far ahead, and what of it a copy gets."""

from typing import Any

import pytest

from timetuna.accounts.models import Membership, Team, User
from timetuna.calendars.models import Calendar
from timetuna.pages.actions.duplicate_page import duplicate_page
from timetuna.pages.calendar_use import own_part, page_calendars, wants_of, write_calendar
from timetuna.pages.models import BookingPage
from timetuna.pages.tests.conftest import host
from timetuna.pages.tests.test_own_part import calendar


@pytest.fixture(autouse=True)
def _google_is_set_up(settings: Any) -> None:
    keys = {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "secret"}
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | keys


@pytest.fixture
def bob() -> User:
    return host("Bob")


@pytest.fixture
def both(page: BookingPage, bob: User) -> BookingPage:
    """A page that alice and bob host; bob has chosen which calendar blocks it, and which gets his events."""
    club = calendar(bob, "Club", blocks=False)
    calendar(bob, "Work", is_primary=True)
    calendar(alice := page.host, "Alice's work", is_primary=True)
    calendar(alice, "Alice's club", blocks=False)
    row = page.page_hosts.create(
        host=bob, own_calendars=True, writes="chosen", write_calendar=club, balance=-5
    )
    row.calendars.create(calendar=club)
    page.page_hosts.filter(host=alice).update(balance=5)
    return page


def names(found: object) -> set[str]:
    return set(found.values_list("name", flat=True))  # type: ignore[attr-defined]


def gone(page: BookingPage, who: User) -> None:
    page.page_hosts.filter(host=who).update(active=False)


def test_before_a_meeting_the_calendars_that_block_each_host_are_read(both, bob):
    assert names(page_calendars(both.pk)) == {"Alice's work", "Club"}

    gone(both, bob)
    assert names(page_calendars(both.pk)) == {"Alice's work"}


def test_each_hosts_events_go_where_they_have_chosen(alice, bob, both):
    assert write_calendar(own_part(both, alice.pk)).name == "Alice's work"
    assert write_calendar(own_part(both, bob.pk)).name == "Club"

    gone(both, bob)
    assert write_calendar(own_part(both, bob.pk)).name == "Work", "as if nothing had been chosen"


def test_calendars_are_read_for_all_pages_that_somebody_hosts(bob, both):
    BookingPage.objects.update(horizon_kind="rolling", horizon_days=300)
    club = Calendar.objects.get(name="Club")

    wants = wants_of(bob.pk)
    assert (wants.days, wants.chosen) == (300, {club.pk})

    gone(both, bob)
    wants = wants_of(bob.pk)
    assert (wants.days, wants.chosen) == (60, frozenset())


def test_a_copy_is_hosted_by_who_made_it_alone_as_they_have_set_it(client, alice, bob, both):
    both.team = Team.objects.create(name="Sales", handle="sales")
    both.staffing, both.rotating_count = "any", 2
    both.save()
    Membership.objects.create(team=both.team, user=bob, role="member")
    both.page_hosts.filter(host=bob).update(weight=50, cap_day=2, part="optional")

    copies = [duplicate_page(both, by=host) for host in (alice, bob)]

    mine, theirs = (copy.page_hosts.get() for copy in copies)
    assert [copy.host for copy in copies] == [mine.host, theirs.host] == [alice, bob]
    assert [copy.schedule.host for copy in copies] == [alice, bob]
    assert [(copy.team, copy.staffing, copy.rotating_count) for copy in copies] == [(both.team, "any", 1)] * 2
    assert (theirs.weight, theirs.part, theirs.balance, theirs.cap_day) == (100, "rotating", 0, 2)
    assert (theirs.own_calendars, theirs.writes) == (True, "chosen")
    assert [one.calendar.name for one in theirs.calendars.all()] == ["Club"]
    assert (mine.own_calendars, mine.calendars.count()) == (False, 0)
    client.force_login(bob)
    said = client.post(f"/booking-pages/{both.pk}/duplicate", follow=True).content.decode()
    assert "You host it alone so far: add its cohosts below." in said
