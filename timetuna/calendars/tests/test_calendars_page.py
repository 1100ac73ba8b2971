"""What hosts see of their calendars in Connected providers, and what they do there."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.calendars.account_status import CalendarState, calendar_lines, provider_cards
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.tests.conftest import signed_in
from timetuna.jobs.models import Job

pytestmark = pytest.mark.django_db
TAB = "/settings/providers"
HOUR = timedelta(hours=1)


def account(host: User, *, provider: str = "google", **fields: Any) -> CalendarAccount:
    return CalendarAccount.objects.create(
        host=host,
        provider=provider,
        provider_user_id=fields.pop("provider_user_id", f"{provider}-{host.handle}"),
        email=fields.pop("email", f"{host.handle}@gmail.example"),
        expires_at=present() + HOUR,
        calendars_read_at=fields.pop("calendars_read_at", present()),
        **fields,
    )


def calendar(of: CalendarAccount, *, name: str = "Work", **fields: Any) -> Calendar:
    return Calendar.objects.create(account=of, outside_id=name, name=name, **fields)


def read(host: User, *, ago: timedelta = timedelta(0), **fields: Any) -> Calendar:
    return calendar(account(host), read_at=present() - ago, **fields)


@pytest.fixture(autouse=True)
def _google_is_set_up(settings: Any) -> None:
    keys = {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "secret"}
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | keys


@pytest.fixture
def as_alice(alice: User) -> Client:
    return signed_in(alice)


def words(browser: Client, path: str = TAB) -> str:
    return " ".join(browser.get(path).content.decode().split())


def test_a_calendar_says_what_it_is_and_how_much_is_known(as_alice, alice):
    read(alice, color="#33aa77", busy_count=12, is_primary=True, ago=timedelta(minutes=4))

    text = words(as_alice)

    assert 'fill="#33aa77"' in text
    assert "Read 4 minutes ago · 12 busy times" in text
    assert "Primary" in text
    assert "Read only" in text


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, CalendarState.WAITING),
        ({"blocks": False}, CalendarState.RESTING),
        ({"read_at": HOUR}, CalendarState.GOOD),
        ({"read_at": 25 * HOUR}, CalendarState.UNREADABLE),
        ({"read_at": 3 * HOUR, "failing_since": 2 * HOUR}, CalendarState.FAILING),
        ({"read_at": 25 * HOUR, "failing_since": 24 * HOUR}, CalendarState.UNREADABLE),
        ({"failing_since": HOUR}, CalendarState.UNREADABLE),
        ({"read_at": HOUR, "listed": False}, CalendarState.GONE),
    ],
)
def test_a_calendar_is_in_one_of_six_states(alice, fields, state):
    now = present()
    values = {name: now - value if isinstance(value, timedelta) else value for name, value in fields.items()}
    calendar(account(alice), **values)

    assert [line.state for line in calendar_lines(alice.pk, now=now)] == [state]


def test_a_dead_connection_makes_its_calendars_fail(alice):
    linked = account(alice, needs_reconnect=True, needs_reconnect_reason="Google ended the connection.")
    calendar(linked, read_at=present() - HOUR)

    (line,) = calendar_lines(alice.pk, now=present())

    assert (line.state, line.under_way) == (CalendarState.FAILING, False)


def test_a_failing_calendar_says_what_happens_and_can_be_read_again(as_alice, alice):
    now = present()
    later = {"failing_since": now - 2 * HOUR, "next_read_at": now + HOUR}
    row = read(alice, ago=3 * HOUR, problem="Google did not answer in time.", **later)
    text = words(as_alice)
    assert (
        "What was read 3 hours ago counts for 20 hours more; then pages that ask for it offer no times."
        in text
    )
    assert "Google did not answer in time." in text
    assert "Calendars failing for 2 hours" in text
    assert "Read again" in text

    answer = as_alice.post(f"{TAB}/calendars/{row.pk}/read")

    assert answer["Location"] == f"{TAB}#calendars-{row.account_id}"
    row.refresh_from_db()
    assert row.next_read_at <= present()
    assert "Being read again" in words(as_alice)


def test_pressing_read_again_for_ever_asks_nobody_for_ever(as_alice, alice):
    row = read(alice, next_read_at=present() + HOUR)
    addresses = f"{TAB}/calendars/{row.pk}/read", f"{TAB}/accounts/{row.account_id}/read"
    for number in range(20):
        as_alice.post(addresses[number % 2])
    later = present() + HOUR
    Calendar.objects.update(next_read_at=later)

    said = [as_alice.post(one, follow=True).content.decode() for one in addresses]
    fragment = as_alice.post(addresses[0], headers={"HX-Request": "true"})

    assert all("Too many attempts." in text for text in said)
    assert fragment.status_code == 200
    assert Calendar.objects.get().next_read_at == later


def test_a_list_asks_again_by_itself_until_everything_is_read(as_alice, alice):
    linked = account(alice, calendars_read_at=None)
    fragment = f"{TAB}/accounts/{linked.pk}/calendars"
    assert "Looking which calendars there are" in words(as_alice, fragment)
    assert 'hx-trigger="every 2s"' in words(as_alice, fragment)

    CalendarAccount.objects.update(calendars_read_at=present())
    row = calendar(linked)
    assert "Being read for the first time" in words(as_alice, fragment)
    assert 'hx-trigger="every 2s"' in words(as_alice, fragment)

    Calendar.objects.filter(pk=row.pk).update(read_at=present())
    assert "0 busy times" in words(as_alice, fragment)
    assert "every 2s" not in words(as_alice, fragment)


def turned(*, was, now, tentative=("on", "on")):
    return {
        "was_blocks": was,
        "blocks": ["", now] if now else [""],
        "was_tentative_blocks": tentative[0],
        "tentative_blocks": ["", tentative[1]] if tentative[1] else [""],
    }


def test_a_switch_that_was_turned_elsewhere_meanwhile_stays(as_alice, alice):
    row = read(alice, blocks=True, tentative_blocks=True)
    Calendar.objects.filter(pk=row.pk).update(tentative_blocks=False)

    as_alice.post(f"{TAB}/calendars/{row.pk}", turned(was="on", now=""))

    row.refresh_from_db()
    assert (row.blocks, row.tentative_blocks) == (False, False)


@pytest.mark.parametrize("dropped", ["blocks", "was_blocks", "tentative_blocks", "was_tentative_blocks"])
def test_a_switch_that_did_not_arrive_is_not_off(as_alice, alice, dropped):
    row = read(alice, blocks=True, tentative_blocks=True)
    sent = turned(was="on", now="", tentative=("on", ""))
    del sent[dropped]

    answer = as_alice.post(f"{TAB}/calendars/{row.pk}", sent, follow=True)

    row.refresh_from_db()
    assert "A part of this form did not arrive" in answer.content.decode()
    assert (row.blocks, row.tentative_blocks) == (True, True)


def test_switches_are_stored_at_once_and_answered_with_the_list(as_alice, alice):
    row = read(alice, next_read_at=present() + HOUR)

    answer = as_alice.post(
        f"{TAB}/calendars/{row.pk}",
        turned(was="on", now="on", tentative=("on", "")),
        headers={"HX-Request": "true"},
    )

    row.refresh_from_db()
    assert (row.blocks, row.tentative_blocks) == (True, False)
    assert f'id="calendars-{row.account_id}"' in answer.content.decode()

    answer = as_alice.post(f"{TAB}/calendars/{row.pk}", turned(was="on", now="", tentative=("", "on")))

    row.refresh_from_db()
    assert (row.blocks, row.tentative_blocks) == (False, True)
    assert answer["Location"] == f"{TAB}#calendars-{row.account_id}"
    assert row.next_read_at > present()


def test_a_calendar_that_begins_to_block_is_read_at_once(as_alice, alice):
    row = read(alice, blocks=False, next_read_at=present() + HOUR)

    as_alice.post(f"{TAB}/calendars/{row.pk}", turned(was="", now="on"))

    row.refresh_from_db()
    assert row.next_read_at <= present()


def test_a_list_that_could_not_be_read_is_asked_for_again_once(as_alice, alice):
    linked = account(alice, calendars_problem="Google did not answer in time.")
    assert "Its list of calendars could not be read. Google did not answer in time." in words(as_alice)

    for _ in range(2):
        as_alice.post(f"{TAB}/accounts/{linked.pk}/read")

    assert Job.objects.filter(name="calendars.list").count() == 1
    linked.refresh_from_db()
    assert linked.calendars_problem == ""


def test_a_calendar_that_is_gone_is_shown_while_something_relies_on_it(as_alice, alice):
    row = read(alice, listed=False)
    assert "does not have this calendar any more" in words(as_alice)

    as_alice.post(f"{TAB}/calendars/{row.pk}", turned(was="on", now=""))

    assert "Work" not in words(as_alice)


def test_several_accounts_of_one_provider_stand_below_each_other(as_alice, alice):
    account(alice, email="one@gmail.example", provider_user_id="1")
    account(alice, email="two@gmail.example", provider_user_id="2")

    text = words(as_alice)

    assert "one@gmail.example" in text
    assert "two@gmail.example" in text
    assert text.count("Connect another") == 1
    assert "Connect Google Calendar" not in text


def test_an_account_without_calendars_says_so(as_alice, alice):
    account(alice)

    assert "This account has no calendars." in words(as_alice)


def test_a_grant_that_dies_by_itself_says_when(as_alice, alice):
    account(alice, grant_expires_at=present() + timedelta(days=7))

    assert "This connection ends by itself on" in words(as_alice)


def test_providers_stand_in_an_order_people_expect(alice):
    cards = provider_cards(alice.pk, now=present())

    by_form = [card.listing.by_form for card in cards]
    assert cards[0].listing.slug == "zoom"
    assert by_form == sorted(by_form)


@pytest.mark.parametrize("path", ["accounts/{account}/calendars"])
def test_a_stranger_does_not_see_a_list(alice, charlie, path):
    row = read(alice)

    assert signed_in(charlie).get(f"{TAB}/{path.format(account=row.account_id)}").status_code == 404


@pytest.mark.parametrize(
    "path", ["calendars/{calendar}", "calendars/{calendar}/read", "accounts/{account}/read"]
)
def test_a_stranger_changes_nothing(alice, charlie, path):
    later = present() + HOUR
    row = read(alice, next_read_at=later)

    answer = signed_in(charlie).post(f"{TAB}/{path.format(calendar=row.pk, account=row.account_id)}")

    row.refresh_from_db()
    assert answer.status_code == 404
    assert (row.blocks, row.next_read_at, Job.objects.count()) == (True, later, 0)


def test_hostile_names_are_shown_as_text(as_alice, alice):
    read(alice, name="<script>alert(1)</script>", color='"/><b>')

    text = words(as_alice)

    assert "<script>alert(1)" not in text
    assert "<b>" not in text


def test_what_pages_lose_is_said_before_disconnecting(as_alice, alice, monkeypatch: pytest.MonkeyPatch):
    linked = account(alice)
    losses = {linked.pk: ["“Intro call” loses Work."]}
    monkeypatch.setattr("timetuna.calendars.hooks.losses_of.ask", lambda _: losses)

    assert "“Intro call” loses Work." in words(as_alice)


def test_a_host_who_reads_german_is_told_in_german_what_is_wrong(as_alice, alice, settings):
    settings.HOST_LANGUAGES = ["en", "de"]
    User.objects.update(language="de")
    reason = "Zoom ended the connection. Connect Zoom again."
    linked = account(alice, needs_reconnect=True, needs_reconnect_reason=reason)
    note = ["bad_start", "Standup", "", 30_000_000, 30_001_440]
    calendar(linked, read_at=present() - 2 * HOUR, blocks=True, notes=[note], problem=reason)

    text = words(as_alice)

    assert "Zoom hat die Verbindung beendet. Verbinden Sie Zoom neu." in text
    assert "“Standup” hat einen Beginn, der nicht lesbar ist. Belegt ist die ganze Zeit" in text
    assert "Was vor 2 Stunden gelesen wurde, gilt noch 21 Stunden" in text
    assert "ended" not in text
