"""Cohosts: asking them, their yes, what each may see of the page, and how its meetings are staffed."""

from typing import Any

import pytest
from django.test import Client

from tests.clock import present
from tests.forms import main_form
from timetuna.accounts.models import Membership, Team, User
from timetuna.accounts.tests.conftest import mails
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.jobs.models import Job
from timetuna.pages.actions import invite_cohost as inviting
from timetuna.pages.actions.assign_page import assign_page
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.models import BookingPage, CohostInvitation, PageHost, Schedule
from timetuna.pages.tests.conftest import host, signed_in

KIM = "kim@example.org"


@pytest.fixture
def bob() -> User:
    return host("Bob")


@pytest.fixture
def both(page: BookingPage, bob: User) -> BookingPage:
    PageHost.objects.create(page=page, host=bob, position=1)
    return page


def tab(page: BookingPage) -> str:
    return f"/booking-pages/{page.pk}/booking"


def save(client: Client, page: BookingPage, **changes: str) -> Any:
    form = main_form(client.get(tab(page)).content.decode())
    return client.post(tab(page), dict(form.with_values(**changes)))


def ask(client: Client, page: BookingPage, email: str = KIM) -> Any:
    return client.post(f"/booking-pages/{page.pk}/cohosts/ask", {"email": email})


def link(email: str = KIM) -> str:
    return next(mail.path for mail in reversed(mails()) if mail.to == email)


def answer(client: Client, said: str = "yes", *, account: str = KIM, path: str = "") -> Any:
    return client.post(path or link(), {"answer": said, "account": account})


def hosting(page: BookingPage) -> dict[str, bool]:
    return dict(page.page_hosts.order_by("pk").values_list("host__handle", "active"))


def test_who_says_yes_hosts_the_page_and_connects_a_calendar_next(
    as_alice: Client, page: BookingPage
) -> None:
    assert ask(as_alice, page)["Location"] == f"{tab(page)}#cohosts"
    assert "Invited (pending)" in as_alice.get(tab(page)).content.decode()
    assert hosting(page) == {"alice": True}

    kim = signed_in(host("Kim"))
    shown = kim.get(link()).content.decode()
    assert "Alice (alice@example.org) asks you to host meetings of “Intro call”" in shown
    said = answer(kim)

    assert said["Location"] == f"/booking-pages/{page.pk}/calendars/connect"
    assert kim.get(said["Location"]).status_code == 200
    assert hosting(page) == {"alice": True, "kim": True}
    told, accepted = mails()[-2:]
    assert "Kim hosts" in accepted.subject
    assert (told.to, told.subject) == (KIM, "Connect a calendar to host “Intro call”")
    assert "until you connect one you count as busy" in told.text
    assert told.path == said["Location"]
    assert User.objects.get(email=KIM).schedules.get().weekly_hours.count() == 5
    text = as_alice.get(tab(page)).content.decode()
    assert ("Invited (pending)" in text, text.count(">Active<")) == (False, 2)


def test_who_has_calendars_sees_them_for_the_page(as_alice: Client, page: BookingPage) -> None:
    kim = host("Kim")
    account = CalendarAccount.objects.create(
        host=kim, provider="google", provider_user_id="k", expires_at=present()
    )
    Calendar.objects.create(account=account, outside_id="c", name="Kim's own")
    ask(as_alice, page)

    said = answer(signed_in(kim), path=link())

    assert said["Location"] == f"/booking-pages/{page.pk}/calendars"
    assert "Connect a calendar" not in mails()[-2].subject
    assert "Kim&#x27;s own" in signed_in(kim).get(said["Location"]).content.decode()
    assert "Kim&#x27;s own" not in as_alice.get(f"/booking-pages/{page.pk}/calendars").content.decode()


def test_a_no_and_what_has_ended_lead_to_nothing(as_alice: Client, page: BookingPage) -> None:
    kim = signed_in(host("Kim"))
    ask(as_alice, page)
    path = link()
    assert answer(kim, "no").status_code == 200
    assert (kim.get(path).status_code, answer(kim, path=path).status_code) == (410, 410)

    ask(as_alice, page)
    CohostInvitation.objects.filter(answered_at=None).update(expires_at=present())
    assert answer(kim, path=link()).status_code == 410
    assert "Invitation expired" in as_alice.get(tab(page)).content.decode()

    row = CohostInvitation.objects.get(answered_at=None)
    as_alice.post(f"/booking-pages/{page.pk}/cohosts/asked/{row.pk}/again")
    fresh = link()
    assert kim.get(fresh).status_code == 200
    as_alice.post(f"/booking-pages/{page.pk}/cohosts/asked/{row.pk}/take-back")
    assert kim.get(fresh).status_code == 404
    assert hosting(page) == {"alice": True}


def test_another_account_has_to_say_that_it_is_meant(as_alice: Client, page: BookingPage, bob: User) -> None:
    ask(as_alice, page)
    other = signed_in(bob)

    assert "Join as bob@example.org" in other.get(link()).content.decode()
    assert answer(other).status_code == 409
    assert hosting(page) == {"alice": True}
    answer(other, account="bob@example.org")

    assert hosting(page) == {"alice": True, "bob": True}
    assert "The invitation had gone to kim@example.org." in mails()[-1].text


def test_who_is_not_signed_in_is_led_to_it_and_back(as_alice: Client, page: BookingPage) -> None:
    ask(as_alice, page)

    text = Client().get(link()).content.decode()

    assert f"/signin?next={link().replace('/', '%2F')}" in text
    assert answer(Client())["Location"].startswith("/signin?next=/cohost/")
    assert hosting(page) == {"alice": True}


def test_nobody_is_asked_twice(as_alice: Client, both: BookingPage, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = ask(as_alice, both, "bob@example.org")
    assert (refused.status_code, "hosts this page already" in refused.content.decode()) == (422, True)
    assert "alice@example.org hosts" in ask(as_alice, both, "alice@example.org").content.decode()
    assert ask(as_alice, both, "no address").status_code == 422
    assert ask(as_alice, both, "").status_code == 422

    for _ in range(2):
        assert ask(as_alice, both, " KIM@example.org").status_code == 302
    assert both.invitations.count() == 1

    monkeypatch.setattr(inviting, "MOST", 3)
    full = ask(as_alice, both, "dora@example.org")
    assert (full.status_code, "3 hosts at most" in full.content.decode()) == (422, True)


def test_a_mailbox_gets_so_many_invitations(as_alice: Client, page: BookingPage) -> None:
    codes = [ask(as_alice, page).status_code for _ in range(6)]

    assert codes == [302] * 5 + [429]


def test_somebody_of_the_team_is_picked(as_alice: Client, page: BookingPage, alice: User, bob: User) -> None:
    team = Team.objects.create(name="Support", handle="support")
    for person in (alice, bob, host("Cleo")):
        Membership.objects.create(team=team, user=person)
    assert "Somebody of the team" not in as_alice.get(tab(page)).content.decode()
    assign_page(page, team)

    def pick(email: str = "") -> str:
        chosen = {"email": email, "member": str(bob.pk)}
        return as_alice.post(f"/booking-pages/{page.pk}/cohosts/ask", chosen, follow=True).content.decode()

    assert "Ask one after the other: Bob is chosen above." in pick("kim@example.org")
    pick()

    assert link("bob@example.org").startswith("/cohost/")
    assert "They host this page already, were asked meanwhile, or have left the team." in pick()
    assert [ask(as_alice, page, "bob@example.org").status_code for _ in range(6)] == [302] * 6


def test_who_is_removed_stays_for_the_sums_and_can_come_back(
    as_alice: Client, both: BookingPage, bob: User, alice: User
) -> None:
    PageHost.objects.filter(host=bob).update(weight=50, balance=7)
    path = f"/booking-pages/{both.pk}/cohosts"

    as_alice.post(f"{path}/{bob.pk}/leave")
    assert as_alice.post(f"{path}/{alice.pk}/leave").status_code == 404

    assert hosting(both) == {"alice": True, "bob": False}
    assert signed_in(bob).get(tab(both)).status_code == 404
    ask(as_alice, both, "bob@example.org")
    answer(signed_in(bob), account="bob@example.org", path=link("bob@example.org"))
    row = PageHost.objects.get(host=bob)
    assert (row.active, row.weight, row.balance) == (True, 50, 7)


def test_a_cohost_reads_the_page_and_changes_nothing(both: BookingPage, bob: User) -> None:
    cohost = signed_in(bob)
    text = cohost.get(tab(both)).content.decode()

    assert "Who runs it can change this." in text
    for absent in ("Add a cohost", "Delete this page", ">Save<", "alice@example.org", "/leave"):
        assert absent not in text
    for name in ("booking", "availability", "guests", "notifications", "look"):
        path = f"/booking-pages/{both.pk}/{name}"
        assert (cohost.get(path).status_code, cohost.post(path, {}).status_code) == (200, 404)
    assert cohost.get(f"/booking-pages/{both.pk}/calendars").status_code == 200


def test_who_is_in_the_team_changes_it_and_sees_no_calendars(
    as_alice: Client, page: BookingPage, alice: User, bob: User
) -> None:
    team = Team.objects.create(name="Support", handle="support")
    for person in (alice, bob):
        Membership.objects.create(team=team, user=person)
    assign_page(page, team)
    member = signed_in(bob)

    assert save(member, page, title="Ours").status_code == 302
    page.refresh_from_db()
    assert page.title == "Ours"
    assert "Calendars" not in [one.label for one in member.get(tab(page)).context["tabs"]]
    assert member.get(f"/booking-pages/{page.pk}/calendars").status_code == 404

    form = main_form(member.get(tab(page)).content.decode())
    save(as_alice, page, title="Mine")
    late = member.post(tab(page), dict(form.with_values(title="Theirs")))
    assert late.status_code == 409
    page.refresh_from_db()
    assert page.title == "Mine"


def test_how_it_is_staffed_is_saved(as_alice: Client, both: BookingPage, alice: User, bob: User) -> None:
    mine, theirs = (PageHost.objects.get(host=one) for one in (alice, bob))
    changes = {
        "staffing": "any",
        "rotating_count": "1",
        "share_rule": "fewest",
        "on_move": "guest",
        "guests_choose": "on",
        "undo_no_shows": "on",
        f"host{mine.pk}-part": "required",
        f"host{theirs.pk}-weight": "250",
        f"host{theirs.pk}-tier": "2",
        f"host{theirs.pk}-position": "9",
    }

    assert save(as_alice, both, **changes).status_code == 302

    both.refresh_from_db()
    assert (both.staffing, both.share_rule, both.on_move) == ("any", "fewest", "guest")
    assert (both.guests_choose, both.undo_no_shows) == (True, True)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.part, theirs.part, theirs.weight, theirs.tier, theirs.position) == (
        "required",
        "rotating",
        250,
        2,
        9,
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"staffing": "any", "parts": "required"}, "Nobody takes turns."),
        ({"staffing": "any", "weights": "0"}, "Nobody takes turns."),
        ({"staffing": "any", "rotating_count": "3"}, "Only 2 hosts take turns, so 3 cannot come"),
        ({"staffing": "all", "parts": "optional"}, "Somebody has to be there"),
        ({"staffing": "any", "weights": "1001"}, "Enter a whole number from 0 to 1000."),
        ({"staffing": "some"}, "Choose one of those that are offered."),
    ],
)
def test_what_could_never_be_booked_is_refused(
    as_alice: Client, both: BookingPage, changes: dict[str, str], sentence: str
) -> None:
    rows = both.page_hosts.values_list("pk", flat=True)
    each = {"parts": "part", "weights": "weight"}
    sent = {name: value for name, value in changes.items() if name not in each}
    for name in each.keys() & changes.keys():
        sent |= {f"host{pk}-{each[name]}": changes[name] for pk in rows}

    refused = save(as_alice, both, **sent)

    assert (refused.status_code, sentence in refused.content.decode()) == (422, True)
    both.refresh_from_db()
    assert both.staffing == "solo"


def test_alone_it_can_be_any_and_all(as_alice: Client, page: BookingPage) -> None:
    ask(as_alice, page)

    assert [save(as_alice, page, staffing=one).status_code for one in ("all", "any", "solo")] == [302] * 3


def test_who_came_while_the_tab_was_open_is_left_as_they_are(
    as_alice: Client, page: BookingPage, bob: User
) -> None:
    form = main_form(as_alice.get(tab(page)).content.decode())
    PageHost.objects.create(page=page, host=bob, weight=70)

    saved = as_alice.post(tab(page), dict(form.with_values(title="New", staffing="all")))

    assert saved.status_code == 302
    assert PageHost.objects.get(host=bob).weight == 70


def test_it_is_put_below_a_team_and_taken_away(
    as_alice: Client, page: BookingPage, alice: User, bob: User, as_charlie: Client
) -> None:
    assert "Links to where it was lead on." not in as_alice.get(tab(page)).content.decode()
    team, other = (Team.objects.create(name=name.title(), handle=name) for name in ("support", "sales"))
    Membership.objects.create(team=team, user=alice)
    Membership.objects.create(team=team, user=bob)
    Membership.objects.create(team=other, user=bob, role="owner")
    path = f"/booking-pages/{page.pk}/team"

    as_alice.post(path, {"team": str(other.pk)})
    page.refresh_from_db()
    assert page.team is None
    said = as_alice.post(path, {"team": str(team.pk)}, follow=True).content.decode()
    assert "/support/intro-call now" in said
    assert as_alice.get("/support/intro-call").status_code == 200

    # A member changes the page, and leaves it where it is; who runs the team takes it away.
    assert signed_in(bob).post(path, {"team": ""}).status_code == 404
    assert as_charlie.post(path, {"team": ""}).status_code == 404
    Membership.objects.filter(team=team, user=bob).update(role="admin")
    signed_in(bob).post(path, {"team": ""})
    page.refresh_from_db()
    assert page.team is None


def test_a_conflict_of_addresses_is_said(as_alice: Client, page: BookingPage, alice: User) -> None:
    team = Team.objects.create(name="Support", handle="support")
    Membership.objects.create(team=team, user=alice)
    assign_page(create_page(alice, title="Other"), team)
    BookingPage.objects.filter(title="Other").update(slug="intro-call")

    said = as_alice.post(f"/booking-pages/{page.pk}/team", {"team": str(team.pk)}, follow=True)

    assert "Another page of Support has the address /support/intro-call." in said.content.decode()


@pytest.mark.parametrize("role", ["member", "cohost"])
def test_others_see_of_the_owners_hours_and_accounts_what_the_page_uses(
    page: BookingPage, alice: User, bob: User, role: str
) -> None:
    Schedule.objects.create(host=alice, name="Fridays at home", time_zone="Europe/Berlin")
    team = Team.objects.create(name="Support", handle="support")
    Membership.objects.create(team=team, user=alice)
    assign_page(page, team)
    if role == "member":
        Membership.objects.create(team=team, user=bob)
    else:
        PageHost.objects.create(page=page, host=bob)
    path = f"/booking-pages/{page.pk}/availability"

    assert "Fridays at home" in signed_in(alice).get(path).content.decode()
    assert "Fridays at home" not in signed_in(bob).get(path).content.decode()
    assert "Connect Zoom" in signed_in(alice).get(tab(page)).content.decode()
    assert "Connect Zoom" not in signed_in(bob).get(tab(page)).content.decode()


def test_hours_that_others_do_not_see_they_cannot_choose(page: BookingPage, alice: User, bob: User) -> None:
    hidden = Schedule.objects.create(host=alice, name="Fridays at home", time_zone="Europe/Berlin")
    team = Team.objects.create(name="Support", handle="support")
    for person in (alice, bob):
        Membership.objects.create(team=team, user=person)
    assign_page(page, team)
    path, before = f"/booking-pages/{page.pk}/availability", page.schedule_id
    member = signed_in(bob)
    form = main_form(member.get(path).content.decode())

    assert member.post(path, dict(form.with_values(schedule=str(hidden.pk)))).status_code == 422
    assert member.post(path, dict(form.with_values(increment_minutes="45"))).status_code == 302
    page.refresh_from_db()
    assert (page.schedule_id, page.increment_minutes) == (before, 45)


def test_a_test_mail_goes_to_who_asks_for_it(page: BookingPage, alice: User, bob: User) -> None:
    team = Team.objects.create(name="Support", handle="support")
    for person in (alice, bob):
        Membership.objects.create(team=team, user=person)
    assign_page(page, team)
    member = signed_in(bob)
    form = main_form(member.get(f"/booking-pages/{page.pk}/notifications").content.decode())

    said = member.post(
        f"/booking-pages/{page.pk}/mail-test", dict(form.with_values(preview="confirmed.guest"))
    )

    assert ("bob@example.org" in said.content.decode(), said.status_code) == (True, 200)
    assert Job.objects.get(name="bookings.sample_mail").arguments["to"] == bob.pk
