"""Somebody leaves: `timetuna hosts`."""

import json
import sys
from argparse import Namespace
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import FormerHandle, TeamInvitation, User
from timetuna.accounts.queries import handle_is_free
from timetuna.accounts.tests.teams import invited, make_team, people
from timetuna.bookings.actions.book import book
from timetuna.bookings.errors import BookingRefused
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_page, order
from timetuna.calendars.models import CalendarAccount
from timetuna.commands import hosts
from timetuna.jobs.models import Job
from timetuna.pages.models import FOR_GOOD, BookingPage
from timetuna.processes.ending import Refusal

pytestmark = pytest.mark.django_db


_GIVEN = {"json": False, "yes": False, "bookings": "keep", "to": None}


def hosts_command(action: str, who: str | None = None, **more: bool | str) -> int:
    return hosts.run(Namespace(**_GIVEN | {"action": action, "who": who} | more))


@pytest.fixture
def page(alice: User) -> BookingPage:
    return make_page(alice)


def test_everybody_is_listed(
    alice: User, bob: User, page: BookingPage, capsys: pytest.CaptureFixture[str]
) -> None:
    book(order(page), now=present())
    hosts_command("disable", "bob")
    capsys.readouterr()

    hosts_command("list")
    table = capsys.readouterr().out.splitlines()
    hosts_command("list", json=True)
    rows = json.loads(capsys.readouterr().out)

    assert [line.split()[0] for line in table] == ["email", "alice@example.org", "bob@example.org"]
    assert rows[0] == {
        "email": "alice@example.org", "name": "Alice Host", "handle": "alice", "state": "active", "pages": 1,
        "bookings to come": 1, "last sign-in": None,
    }  # fmt: skip
    assert (rows[1]["state"], rows[1]["bookings to come"]) == ("disabled", 0)


def test_who_is_switched_off_is_signed_out_everywhere_and_cannot_be_booked(
    alice: User, bob: User, page: BookingPage, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    devices, other = [Client(), Client()], Client()
    for device in devices:
        device.force_login(alice)
    other.force_login(bob)
    booking = book(order(page), now=present())

    hosts_command("disable", "Alice@example.org")
    said = capsys.readouterr().out
    pages = [client.get(path) for path in ("/alice/intro", "/alice/intro/book", "/ALICE/Intro?lang=en")]
    program = client.get("/api/pages/alice/intro/times?month=2027-07")

    assert "signed out, and no new bookings" in said
    assert "One booking to come stands" in said
    assert {device.get("/bookings").status_code for device in devices} == {302}
    assert other.get("/bookings").status_code == 200
    assert Session.objects.count() == 1
    for answer in pages:
        assert answer.status_code == 404
        assert "Alice Host takes no bookings." in answer.content.decode()
    assert (program.status_code, program.json()) == (404, {"error": "Alice Host takes no bookings."})
    with pytest.raises(BookingRefused):  # a form that was open
        book(order(page, start=booking.start_at + timedelta(hours=3)), now=present())
    assert client.get(link_path(booking.booker)).status_code == 200
    assert client.get(f"{link_path(booking.booker)}/cancel").status_code == 200

    hosts_command("enable", "alice")

    assert client.get("/alice/intro").status_code == 200
    assert {device.get("/bookings").status_code for device in devices} == {302}


def test_whose_list_is_closed_is_not_told_from_nobody(alice: User, page: BookingPage, client: Client) -> None:
    hosts_command("disable", "alice")

    for path in ("/alice", "/alice/nothing"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "takes no bookings" not in answer.content.decode()


def test_nobody_is_deleted_while_guests_expect_them(alice: User, page: BookingPage) -> None:
    book(order(page), now=present())

    with pytest.raises(
        Refusal, match=r"Alice Host has one booking to come, the last on 20\d\d-\d\d-\d\d\. Say what"
    ):
        hosts_command("delete", "alice", yes=True)

    assert User.objects.filter(pk=alice.pk).exists()


def test_who_is_deleted_leaves_nothing_but_the_address_reserved(
    alice: User, page: BookingPage, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    client.force_login(alice)
    past = present() - timedelta(days=3)
    booking = book(order(page), now=present())
    Booking.objects.update(start_at=past)
    minute = int(past.timestamp()) // 60
    booking.booking_hosts.update(start_minute=minute, end_minute=minute + 30)
    CalendarAccount.objects.create(
        host=alice, provider="zoom", provider_user_id="u", access_token="sealed", expires_at=past
    )

    hosts_command("delete", "alice", yes=True)

    assert "Alice Host is deleted" in capsys.readouterr().out
    assert not User.objects.exists()
    for model in (Booking, BookingPage, CalendarAccount, Session):
        assert not model.objects.exists()
    assert not Job.objects.filter(concurrency=booking.concurrency_key()).exists()
    assert FormerHandle.objects.get().handle == "alice"
    assert not handle_is_free("alice")


def test_deleting_asks_and_another_address_deletes_nothing(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refusal, match="There is no terminal to ask on; add --yes"):
        hosts_command("delete", "alice")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "bob@example.org")
    with pytest.raises(Refusal, match="Nothing was deleted"):
        hosts_command("delete", "alice")
    monkeypatch.setattr("builtins.input", lambda _: " Alice@example.org")
    hosts_command("delete", "alice")

    assert not User.objects.exists()


@pytest.mark.parametrize("who", [None, "nobody@example.org"])
def test_nobody_is_a_sentence(alice: User, who: str | None) -> None:
    with pytest.raises(Refusal, match=r"Say who|Nobody here has the address nobody@example\.org"):
        hosts_command("disable", who)


@pytest.mark.parametrize("action", ["disable", "delete"])
def test_nobody_goes_whom_a_team_needs(
    alice: User, bob: User, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    team = make_team(alice, member=bob)
    refused = r"the only owner of the team Sales \(/sales-team\)\. .*make-owner WHO --team sales-team"
    with pytest.raises(Refusal, match=refused):
        hosts_command(action, "alice", yes=True)

    hosts_command("make-owner", "bob", team="Sales-Team")
    assert "Bob Teammate is an owner of Sales now." in capsys.readouterr().out
    hosts_command(action, "alice", yes=True)

    assert people(team) == ({"bob": "owner"} if action == "delete" else {"alice": "owner", "bob": "owner"})


@pytest.mark.parametrize(("who", "team"), [("bob", "nothing"), ("bob", None), ("charlie", "sales-team")])
def test_only_who_is_in_a_team_is_made_its_owner(
    alice: User, bob: User, charlie: User, who: str, team: str | None
) -> None:
    made = make_team(alice, member=bob)

    with pytest.raises(Refusal, match="Name with --team"):
        hosts_command("make-owner", who, team=team)
    assert people(made) == {"alice": "owner", "bob": "member"}


def test_a_team_with_nobody_else_ends_with_the_account(alice: User, bob: User) -> None:
    team = make_team(alice)
    invited(team, alice)
    invited(make_team(bob, handle="others"), bob, alice.email)

    hosts_command("delete", "alice", yes=True)

    team.refresh_from_db()
    assert (team.name, team.ended_at is None) == ("", False)
    assert TeamInvitation.objects.count() == 0
    assert not handle_is_free("sales-team")


@pytest.mark.parametrize("action", ["disable", "delete"])
def test_bookings_to_come_go_to_somebody_else_or_are_called_off_with_it(
    alice: User, bob: User, page: BookingPage, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    booking = book(order(page), now=present())
    with pytest.raises(Refusal, match="Name with --to somebody else"):
        hosts_command(action, "alice", yes=True, bookings="hand-over", to="alice")

    hosts_command(action, "alice", yes=True, bookings="hand-over", to="bob")

    assert "One booking was handed over. Everybody who takes part gets a mail." in capsys.readouterr().out
    booking.refresh_from_db()
    assert (booking.host, booking.status) == (bob, "confirmed")
    hosts_command("disable", "bob", bookings="cancel")
    booking.refresh_from_db()
    assert booking.status == "cancelled_by_host"


def test_what_nobody_can_take_over_keeps_the_account(
    alice: User, bob: User, page: BookingPage, capsys: pytest.CaptureFixture[str]
) -> None:
    book(order(page), now=present())

    with pytest.raises(Refusal, match="Alice Host has one booking to come"):
        hosts_command("delete", "alice", yes=True, bookings="turn")

    assert "stays: Nobody else who takes turns on this page can take it then." in capsys.readouterr().out
    assert User.objects.filter(pk=alice.pk).exists()


def test_a_teams_page_gets_another_owner_and_keeps_its_address_hours_and_history(
    alice: User, bob: User, charlie: User, page: BookingPage
) -> None:
    team = make_team(bob, member=alice, admin=charlie)
    BookingPage.objects.filter(pk=page.pk).update(team=team)
    past = book(order(page), now=present())
    past.booking_hosts.update(active=False, start_minute=1, end_minute=31)
    hours = list(page.schedule.weekly_hours.values_list("weekday", "start_minute", "end_minute"))

    hosts_command("delete", "alice", yes=True)

    page.refresh_from_db()
    past.refresh_from_db()
    assert (page.host, page.team, page.slug, past.host) == (bob, team, "intro", bob)
    assert (page.schedule.host, page.schedule.page) == (bob, page)
    assert list(page.schedule.weekly_hours.values_list("weekday", "start_minute", "end_minute")) == hours
    own = page.page_hosts.get()
    assert (own.host, own.active, own.paused_until) == (bob, True, FOR_GOOD)
    assert past.booking_hosts.get().host == bob
