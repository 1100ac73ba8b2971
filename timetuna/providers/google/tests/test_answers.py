"""Answers that are not as they should be: a sentence, or the time that is certain, and never an accident."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from timetuna.ical.answer import BusyTime
from timetuna.lib.http import is_https
from timetuna.providers.errors import ProviderError
from timetuna.providers.google.client import (
    conference_state,
    read_calendar,
    read_profile,
    video_link,
)
from timetuna.providers.google.reading import taken
from timetuna.providers.online_calendars import ReadingWindow, TokenCursor
from timetuna.providers.tests.contracts.calendar import hours

TIMES = {"start": {"dateTime": "2031-03-05T12:00:00Z"}, "end": {"dateTime": "2031-03-05T13:00:00Z"}}
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "odd",
    [
        {"attendees": "nobody"},
        {"attendees": [None, 7, {"self": "true", "responseStatus": "declined"}]},
        {"attendees": [{"self": True, "responseStatus": 7}]},
        {"status": None, "transparency": 7, "eventType": []},
        {"extendedProperties": []},
        {"extendedProperties": {"private": "timetuna"}},
        {"extendedProperties": {"private": {"timetuna": 7}}},
        {"iCalUID": {"a": 1}},
        {"eventType": "somethingOfNextYear"},
    ],
)
def test_odd_fields_leave_the_time_taken(odd: dict[str, Any]) -> None:
    assert taken(TIMES | odd, hours(0, 8), zone=BERLIN) == BusyTime(*hours(0, 1))


@pytest.mark.parametrize(
    "start",
    [
        None,
        "2031-03-05",
        {},
        {"date": ""},
        {"date": 7},
        {"date": "2031-02-30"},
        {"dateTime": "soon"},
        {"dateTime": None},
        {"dateTime": "99999-01-01T00:00:00Z"},
    ],
)
def test_a_start_that_cannot_be_read_is_an_error(start: Any) -> None:
    with pytest.raises(ProviderError, match=r"cannot be read"):
        taken(TIMES | {"start": start}, hours(0, 8), zone=BERLIN)


def test_times_at_the_ends_of_time_are_clipped() -> None:
    always = {"start": {"date": "0001-01-01"}, "end": {"date": "9999-12-31"}}

    assert taken(always, hours(0, 8), zone=BERLIN) == BusyTime(*hours(0, 8))


def test_a_time_without_offset_is_of_the_zone_it_names_or_the_hosts() -> None:
    end = {"end": {"dateTime": "2031-03-05T14:00:00Z"}}
    named = {"start": {"dateTime": "2031-03-05T07:00:00", "timeZone": "America/New_York"}} | end
    plain = {"start": {"dateTime": "2031-03-05T13:00:00"}} | end

    for event in (named, plain):
        assert taken(event, hours(0, 8), zone=BERLIN) == BusyTime(*hours(0, 2))


def test_a_zone_that_nobody_knows_is_not_guessed() -> None:
    event = {"start": {"dateTime": "2031-03-05T13:00:00", "timeZone": "Mars/Base"}}

    with pytest.raises(ProviderError):
        taken(event | {"end": {"dateTime": "2031-03-05T14:00:00Z"}}, hours(0, 8), zone=BERLIN)


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "[]",
        "[1,2]",
        "null",
        "{}",
        '{"span":[1,2],"time_zone":"UTC","token":"t"}',
        '{"span":[1,2],"time_zone":"UTC","token":"t","read_at":3,"more":4}',
        '{"span":[1,2],"time_zone":7,"token":"t","read_at":3}',
        '{"span":["1",2],"time_zone":"UTC","token":"t","read_at":3}',
        '{"span":[1],"time_zone":"UTC","token":"t","read_at":3}',
        '{"span":[1,2],"time_zone":"UTC","token":"t","read_at":true}',
        "[" * 9,
        "[" * 99_999,
    ],
)
def test_a_cursor_that_is_none_is_none(kept: str) -> None:
    assert TokenCursor.read(kept) is None


def test_a_cursor_is_kept_as_it_was() -> None:
    cursor = TokenCursor(span=(1, 9), time_zone="Europe/Berlin", token="token", read_at=7)
    window = ReadingWindow("c", (1, 9), "Europe/Berlin", "")

    assert TokenCursor.read(cursor.text()) == cursor
    assert window.cursor("token", read_at=7) == cursor.text()
    assert window.cursor("") == ""
    assert cursor.covers((1, 9), "Europe/Berlin")
    assert not cursor.covers((0, 9), "Europe/Berlin")
    assert not cursor.covers((1, 9), "UTC")


@pytest.mark.parametrize(
    "body", [{}, {"sub": "1"}, {"sub": "1 2", "email": "a@b"}, {"sub": 1, "email": "a@b"}]
)
def test_a_profile_without_key_or_address_is_an_error(body: dict[str, Any]) -> None:
    with pytest.raises(ProviderError):
        read_profile(body)


def test_a_calendar_by_the_name_its_reader_gave_it() -> None:
    found = read_calendar({"id": "a", "summary": "Theirs", "summaryOverride": "Mine", "accessRole": "reader"})

    assert found is not None
    assert (found.name, found.writable) == ("Mine", False)
    assert read_calendar({"id": "a", "deleted": True}) is None
    with pytest.raises(ProviderError):
        read_calendar({"summary": "No id"})


@pytest.mark.parametrize(
    "link",
    [
        "http://a.example",
        "javascript:alert(1)",
        "https://",
        "https://a@b.example",
        "https://a\\b",
        "https://[",
        " ",
        "",
    ],
)
def test_links_that_nobody_is_sent_to(link: str) -> None:
    assert not is_https(link)


@pytest.mark.parametrize(
    "event", [{}, {"conferenceData": []}, {"conferenceData": {"entryPoints": {}, "createRequest": 7}}]
)
def test_an_event_without_a_meeting_has_none(event: dict[str, Any]) -> None:
    assert (conference_state(event), video_link(event)) == ("", "")


def test_a_meeting_that_was_there_already_is_ready() -> None:
    assert conference_state({"hangoutLink": "https://meet.example/a"}) == "success"


@pytest.mark.parametrize(
    ("calendar_id", "role", "selected"),
    [
        ("c_1a2b@group.calendar.google.com", "owner", True),
        ("c_1a2b@group.calendar.google.com", "writer", False),
        ("c_1a2b@group.calendar.google.com", "reader", False),
        ("c_1a2b@group.calendar.google.com", "freeBusyReader", False),
        ("colleague@host.example", "owner", False),
        ("colleague@host.example", "writer", False),
        ("c_188e@resource.calendar.google.com", "owner", False),
        ("en.german#holiday@group.v.calendar.google.com", "reader", False),
        ("addressbook#contacts@group.v.calendar.google.com", "reader", False),
        ("abc123@import.calendar.google.com", "owner", False),
    ],
)
def test_only_calendars_of_ones_own_take_time_by_themselves(
    calendar_id: str, role: str, *, selected: bool
) -> None:
    found = read_calendar({"id": calendar_id, "summary": "X", "accessRole": role, "selected": True})

    assert found is not None
    assert found.selected is selected


def test_ones_first_calendar_takes_time_and_one_that_is_hidden_does_not() -> None:
    first = read_calendar({"id": "me@host.example", "summary": "X", "accessRole": "owner", "primary": True})
    hidden = read_calendar({"id": "c_1@group.calendar.google.com", "summary": "X", "accessRole": "owner"})

    assert first is not None
    assert hidden is not None
    assert (first.selected, hidden.selected) == (True, False)
