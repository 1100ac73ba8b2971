"""The tab Connected providers in each of its states."""

import pytest
from django.db import connection as connection_of_the_database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.clock import present
from timetuna.calendars.account_status import provider_cards
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.queries import conference_kinds, connection, usable
from timetuna.calendars.tests.conftest import connect, signed_in

pytestmark = pytest.mark.django_db
TAB = "/settings/providers"


def page(browser):
    return browser.get(TAB).content.decode()


def test_not_connected(browser):
    assert "Connect Zoom" in page(browser)
    assert "Disconnect" not in page(browser)


def test_reconnect_needed_says_why(browser, zoom):
    connect(browser, zoom)
    CalendarAccount.objects.update(needs_reconnect=True, needs_reconnect_reason="Zoom ended the connection.")

    assert "Zoom ended the connection." in page(browser)
    assert "Reconnect Zoom" in page(browser)
    assert "Disconnect" in page(browser)


@pytest.mark.parametrize("missing", ["ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "ZOOM_WEBHOOK_SECRET_TOKEN"])
def test_not_set_up_on_this_server(browser, settings, alice, missing):
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {missing: ""}

    assert "Zoom is not set up on this server" in page(browser)
    assert "Connect Zoom" not in page(browser)
    assert browser.post("/settings/providers/zoom/connect", follow=True).redirect_chain == [(TAB, 302)]
    assert conference_kinds() == {"zoom": "Zoom", "google_meet": "Google Meet", "teams": "Microsoft Teams"}
    assert usable(alice.pk, "zoom") is False


def test_connection_rests_while_the_server_has_no_keys(browser, zoom, settings, alice):
    account = connect(browser, zoom)
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {"ZOOM_CLIENT_ID": ""}

    assert account.email in page(browser)
    assert "Disconnect" in page(browser)
    assert "Reconnect" not in page(browser)
    assert (connection(alice.pk, "zoom"), usable(alice.pk, "zoom")) == (account, False)


def test_nobody_sees_another_hosts_connection(browser, zoom, charlie):
    account = connect(browser, zoom)

    assert account.email not in page(signed_in(charlie))


def test_stranger_signs_in_first():
    answer = Client().get(TAB)

    assert answer["Location"] == "/signin?next=/settings/providers"


def test_tab_needs_a_number_of_queries_that_does_not_grow(browser, zoom, alice):
    connect(browser, zoom)
    with CaptureQueriesContext(connection_of_the_database) as few:
        provider_cards(alice.pk, now=present())
    connect(browser, zoom)
    account = CalendarAccount.objects.get()
    for number in range(3):
        account.pk, account.provider, account.provider_user_id = None, "google", str(number)
        account.save()
        Calendar.objects.create(account=account, outside_id="a", name="A")

    with CaptureQueriesContext(connection_of_the_database) as many:
        provider_cards(alice.pk, now=present())

    assert len(few) == len(many)
