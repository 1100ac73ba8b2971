"""The banner at the top of hosts' pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.tests.conftest import signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PLACE = "/booking-pages"


def account(host: User, **fields: Any) -> CalendarAccount:
    values = {"provider": "google", "email": "alice@gmail.example", "calendars_read_at": present()}
    return CalendarAccount.objects.create(host=host, expires_at=present() + HOUR, **{**values, **fields})


def failing(of: CalendarAccount, name: str) -> Calendar:
    now = present()
    return Calendar.objects.create(
        account=of,
        outside_id=name,
        name=name,
        read_at=now - 3 * HOUR,
        failing_since=now - 2 * HOUR,
        failures=4,
        told_at=now,
    )


def words(host: User, path: str = PLACE) -> str:
    browser = Client() if host is None else signed_in(host)
    return " ".join(browser.get(path).content.decode().split())


def test_all_is_well(alice):
    Calendar.objects.create(account=account(alice), outside_id="Work", name="Work", read_at=present())

    assert "cannot be read" not in words(alice)


def test_a_failing_calendar_is_named_with_since_when_what_happens_and_one_button(alice):
    linked = account(alice)
    failing(linked, "Work")

    text = words(alice)

    assert "“Work” cannot be read since " in text
    assert "<p>The busy times that were read last go on to count until " in text
    assert (
        f'<a class="button" href="/settings/providers#google-{linked.pk}">Look at your calendars</a>' in text
    )


def test_many_are_counted(alice):
    linked = account(alice)
    for name in ("A", "B", "C"):
        failing(linked, name)

    assert "3 calendars of alice@gmail.example cannot be read since " in words(alice)


def test_a_dead_connection_is_one_banner_that_leads_to_reconnecting(alice):
    linked = account(alice, needs_reconnect=True, needs_reconnect_reason="Google ended the connection.")
    failing(linked, "Work")

    text = words(alice)

    assert text.count("notice-warn banner") == 1
    assert "Reconnect Google Calendar</a>" in text


def test_an_account_without_a_name_is_called_by_its_provider(alice):
    linked = account(
        alice, email="", needs_reconnect=True, needs_reconnect_reason="Google ended the connection."
    )
    assert "Google Calendar has to be connected again." in words(alice)

    for name in ("A", "B", "C"):
        failing(linked, name)

    assert "3 calendars of Google Calendar cannot be read since " in words(alice)


def test_where_the_rows_say_it_there_is_no_banner(alice):
    failing(account(alice), "Work")

    assert "notice-warn banner" not in words(alice, "/settings/providers")


def test_nobody_else_is_told(alice, charlie):
    failing(account(alice), "Work")

    assert "cannot be read" not in words(charlie)
