"""The demo's calendar server and feed: what is written there is read again, by whoever has the password."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from sandbox import Sandbox, SandboxConfig
from tests.clock import present
from timetuna.lib.http import HttpClient
from timetuna.providers.caldav.provider import CalDAV
from timetuna.providers.caldav.tests.conftest import build
from timetuna.providers.errors import ProviderError
from timetuna.providers.icalfeed import PROVIDER as FEED
from timetuna.providers.icalfeed.provider import ICalFeed
from timetuna.providers.tests.contracts.calendar import NOON, booked

USER, PASSWORD = "robin", "seven-green-tunas"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(parts=frozenset({"caldav"}))) as running:
        yield running


@pytest.fixture
def provider() -> CalDAV:
    return build(CALDAV_ALLOW_PRIVATE="yes", CALDAV_ALLOW_HTTP="yes")


def log_in(provider: CalDAV, sandbox: Sandbox, password: str = PASSWORD) -> str:
    given = {"server": sandbox.http_url, "user": USER, "password": password}
    return provider.log_in(given).credential


def test_an_event_is_written_read_moved_and_removed(sandbox: Sandbox, provider: CalDAV) -> None:
    credential = log_in(provider, sandbox)
    calendars = provider.calendars(credential=credential)
    minute = int(NOON.timestamp() // 60)

    def busy() -> list[tuple[int, int]]:
        found = provider.busy(
            calendars[0].id, (minute - 600, minute + 600), time_zone="Europe/Berlin", credential=credential
        ).busy
        return [(one.start_minute - minute, one.end_minute - minute) for one in found or ()]

    written = provider.put(booked(), calendar=calendars[0].id, reference="", credential=credential)
    again = provider.put(
        booked(), calendar=calendars[0].id, reference=written.reference, credential=credential
    )
    first = busy()
    later = replace(booked(), start=NOON + timedelta(hours=1), revision=1)
    provider.put(later, calendar=calendars[0].id, reference=written.reference, credential=credential)
    moved = busy()
    provider.remove(written.reference, calendar=calendars[0].id, credential=credential)

    assert [(one.name, one.primary, one.writable) for one in calendars] == [
        ("Personal", True, True),
        ("Choir", False, True),
    ]
    assert again.reference == written.reference
    assert (first, moved, busy()) == ([(0, 30)], [(60, 90)], [])


def test_what_it_holds_outlasts_it(provider: CalDAV, tmp_path) -> None:
    config = SandboxConfig(parts=frozenset({"caldav"}), state_dir=tmp_path)
    with Sandbox(config) as first:
        credential = log_in(provider, first)
        [personal, _] = provider.calendars(credential=credential)
        provider.put(booked(), calendar=personal.id, reference="", credential=credential)
    with Sandbox(config) as second, httpx2.Client(trust_env=False) as http:
        assert "Intro call with Ada" in http.get(f"{second.http_url}/calendars").text


def test_nobody_gets_in_without_the_password(sandbox: Sandbox, provider: CalDAV) -> None:
    with pytest.raises(ProviderError):
        log_in(provider, sandbox, "wrong")
    with httpx2.Client(trust_env=False, base_url=sandbox.http_url) as http:
        inside = httpx2.BasicAuth(USER, PASSWORD)
        answers = [
            http.put("/dav/robin/personal/a.ics", content=b"x"),
            http.put("/dav/robin/personal/..%2Fa.ics", content=b"x", auth=inside),
            http.get("/dav/robin/nowhere/a.ics", auth=inside),
            http.request("PROPFIND", "/dav/", content=b"<!DOCTYPE a><a/>", auth=inside),
        ]
    assert [answer.status_code for answer in answers] == [401, 403, 404, 400]


def test_the_clubs_feed_is_read_and_called_as_its_host_calls_it(sandbox: Sandbox) -> None:
    environment = {"ICALFEED_ALLOW_PRIVATE": "yes", "ICALFEED_ALLOW_HTTP": "yes"}
    config = FEED.config(environment, redirect_uri="http://localhost:8000/unused")
    feed = FEED.build(config, HttpClient(user_agent="TimeTuna/1.0 (test)", allow_private=True))
    assert isinstance(feed, ICalFeed)
    now = int(present().timestamp() // 60)

    login = feed.log_in({"address": f"{sandbox.http_url}/feeds/football.ics", "name": "Football club"})
    [calendar] = feed.calendars(credential=login.credential)
    read = feed.busy(calendar.id, (now, now + 28 * 1_440), time_zone="UTC", credential=login.credential)

    assert calendar.name == "Football club"
    assert len(read.busy or ()) in {7, 8, 9}
