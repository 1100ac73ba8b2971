"""Disconnect takes effect at once and leaves nothing."""

import pytest
from django.test import Client

from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.calendars.tests.conftest import connect, leave, sentences, signed_in

pytestmark = pytest.mark.django_db
DISCONNECT = "/settings/providers/zoom/disconnect"


def test_disconnect_deletes_the_row_at_once_without_a_call(browser, zoom):
    account = connect(browser, zoom)
    leave(browser)
    before = len(zoom.calls())

    answer = browser.post(DISCONNECT, {"account": account.pk})

    assert answer["Location"] == "/settings/providers"
    assert not CalendarAccount.objects.exists()
    assert not Authorization.objects.exists()
    assert len(zoom.calls()) == before
    assert "Connect Zoom" in browser.get("/settings/providers").content.decode()


def test_disconnect_works_while_zoom_does_not_answer(browser, zoom, settings):
    account = connect(browser, zoom)
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {"ZOOM_API_URL": "http://127.0.0.1:1"}

    browser.post(DISCONNECT, {"account": account.pk})

    assert not CalendarAccount.objects.exists()


def test_disconnect_twice_is_no_error(browser, zoom):
    account = connect(browser, zoom)
    browser.post(DISCONNECT, {"account": account.pk})

    answer = browser.post(DISCONNECT, {"account": account.pk})

    assert answer.status_code == 302
    assert "Zoom is disconnected" in sentences(browser)[-1]


@pytest.mark.parametrize("account", ["", "x", "9" * 40, "²", "-1"])
def test_disconnect_survives_odd_ids(browser, zoom, account):
    connect(browser, zoom)

    browser.post(DISCONNECT, {"account": account})

    assert CalendarAccount.objects.count() == 1


def test_another_hosts_connection_is_not_there(browser, zoom, charlie):
    account = connect(browser, zoom)

    answer = signed_in(charlie).post(DISCONNECT, {"account": account.pk})

    assert answer.status_code == 404
    assert CalendarAccount.objects.count() == 1


def test_disconnect_by_get_changes_nothing(browser, zoom):
    connect(browser, zoom)

    assert browser.get(DISCONNECT).status_code == 405
    assert CalendarAccount.objects.count() == 1


def test_connect_by_get_changes_nothing(browser, zoom):
    assert browser.get("/settings/providers/zoom/connect").status_code == 405
    assert not Authorization.objects.exists()


@pytest.mark.parametrize("path", ["connect", "disconnect"])
def test_forms_need_their_token(alice, zoom, path):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)

    assert browser.post(f"/settings/providers/zoom/{path}").status_code == 403
