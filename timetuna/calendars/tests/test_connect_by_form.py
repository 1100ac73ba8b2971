"""Connecting an account by a form, against a feed's server on this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client
from django.utils.html import escape

from timetuna.calendars.access_tokens import open_token
from timetuna.calendars.actions.list_calendars import list_calendars
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.tests.conftest import signed_in
from timetuna.jobs.models import Job

pytestmark = pytest.mark.django_db
FORM = "/settings/providers/icalfeed/log-in"
FEED = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Rowing club\r\nEND:VCALENDAR\r\n"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = FEED if self.path == "/club.ics" else b"<html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def feeds(settings) -> Iterator[str]:
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {
        "ICALFEED_ALLOW_PRIVATE": "yes",
        "ICALFEED_ALLOW_HTTP": "yes",
    }
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def as_alice(alice) -> Client:
    return signed_in(alice)


def test_the_tab_leads_to_the_form(as_alice):
    assert f'href="{FORM}"' in as_alice.get("/settings/providers").content.decode()
    text = as_alice.get(FORM).content.decode()
    assert "Address of the feed" in text
    assert "Add iCal feed" in text


def test_a_feed_is_added_and_its_calendar_looked_for(as_alice, alice, feeds):
    answer = as_alice.post(FORM, {"address": f"{feeds}/club.ics", "name": ""}, follow=True)

    (row,) = CalendarAccount.objects.filter(host=alice)
    assert answer.redirect_chain == [("/settings/providers", 302)]
    assert "Rowing club is connected." in answer.content.decode()
    assert row.display_name == "Rowing club"
    assert [one.name for one in row.calendars.all()] == ["Rowing club"]
    assert not Job.objects.filter(name="calendars.list").exists()


def test_a_feed_is_renamed_without_its_address(as_alice, alice, feeds):
    as_alice.post(FORM, {"address": f"{feeds}/club.ics", "name": ""})
    row = CalendarAccount.objects.get(host=alice)
    path = f"/settings/providers/accounts/{row.pk}/name"

    empty = as_alice.post(path, {"name": " \u202e\n"}, follow=True).content.decode()
    said = as_alice.post(path, {"name": "<b>Rowing\nhttps://evil.example"}, follow=True).content.decode()
    list_calendars(row.pk)

    name = "<b>Rowing https://evil.example"
    row.refresh_from_db()
    assert "“Rowing club” keeps its name" in empty
    assert f"It is called “{escape(name)}” now." in said
    assert open_token(row, column="access_token") == f"{feeds}/club.ics\n{name}"
    assert row.display_name == name
    assert [one.name for one in row.calendars.all()] == [name]


def test_what_does_not_work_is_said_and_comes_back_as_typed(as_alice, feeds):
    address = f"{feeds}/web-page"

    answer = as_alice.post(FORM, {"address": address, "name": ""})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert address in text
    assert 'role="alert"' in text
    assert CalendarAccount.objects.count() == 0


def test_a_password_does_not_come_back(as_alice):
    typed = {"server": "gmail.com", "user": "ada@example.org", "password": "correct horse"}

    answer = as_alice.post("/settings/providers/caldav/log-in", typed)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "connected with Google" in text
    assert 'value="ada@example.org"' in text
    assert "correct horse" not in text


@pytest.mark.parametrize("typed", [{"name": ""}, {"address": "x" * 2_001, "name": ""}])
def test_nothing_is_tried_with_what_cannot_be_read(as_alice, typed):
    answer = as_alice.post(FORM, typed)

    assert answer.status_code == 422
    assert "Check the fields marked below." in answer.content.decode()


def test_what_was_not_reached_is_tried_again_by_nobody_but_the_host(as_alice, feeds, settings):
    allowed = {"CALDAV_ALLOW_PRIVATE": "yes", "CALDAV_ALLOW_HTTP": "yes"}
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | allowed
    typed = {"server": "http://127.0.0.1:9", "user": "ada", "password": "correct horse"}

    text = as_alice.post("/settings/providers/caldav/log-in", typed).content.decode()

    assert "The calendar server could not be reached. Try again in a minute." in text


def test_a_host_can_have_so_many_addresses_dialled_and_no_more(as_alice, feeds):
    address = f"{feeds}/web-page"

    answers = [as_alice.post(FORM, {"address": address, "name": ""}) for _ in range(21)]

    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    text = answers[-1].content.decode()
    assert "Too many attempts. Nothing was tried" in text
    assert address in text


def test_another_host_is_not_kept_by_it(as_alice, charlie, feeds):
    for _ in range(21):
        as_alice.post(FORM, {"address": f"{feeds}/web-page", "name": ""})

    assert signed_in(charlie).post(FORM, {"address": f"{feeds}/club.ics", "name": ""}).status_code == 302


@pytest.mark.parametrize("slug", ["zoom", "google", "no-such-provider"])
def test_a_provider_without_a_form_has_none(as_alice, slug):
    assert as_alice.get(f"/settings/providers/{slug}/log-in").status_code == 404


def test_who_is_not_signed_in_does_so_first():
    assert Client().get(FORM)["Location"] == f"/signin?next={FORM}"
