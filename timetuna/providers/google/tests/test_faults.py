"""Every way in which Google can fail to answer: what is raised, and that nothing is ever taken for free."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox import Sandbox, SandboxControl
from sandbox.google.control import GoogleControl
from tests.clock import present
from timetuna.lib.http import Budget, HttpClient
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError
from timetuna.providers.google.client import GoogleApi
from timetuna.providers.google.provider import GoogleProvider
from timetuna.providers.google.reading import read_busy
from timetuna.providers.google.tests.conftest import PRIMARY
from timetuna.providers.online_calendars import ReadingWindow
from timetuna.providers.tests.contracts.calendar import NOON, booked, hours

Fault = Callable[..., Any]
ZONE = "Europe/Berlin"

PASSING = {  # the fault, and the code of the error
    "google_403_rate": "google:429",
    "google_403_quota": "google:429",
    "google_429": "google:429",
    "google_500": "http:500",
    "google_503": "http:503",
    "google_not_json": "protocol",
    "google_reset": "network:reset",
    "google_truncated": "network:protocol",
}
LASTING = {"google_404": "gone"}
LISTS_ONLY = {"google_without_items": "protocol"}


@pytest.fixture
def calls(provider: GoogleProvider, token: str) -> dict[str, Callable[[], Any]]:
    return {
        "calendars": lambda: provider.calendars(credential=token),
        "busy": lambda: provider.busy(PRIMARY, hours(0, 8), time_zone=ZONE, credential=token),
    }


@pytest.mark.parametrize("call", ["calendars", "busy"])
@pytest.mark.parametrize(("name", "code"), [*PASSING.items(), *LISTS_ONLY.items()])
def test_what_passes_is_tried_again_and_then_works(
    calls: dict[str, Callable[[], Any]], fault: Fault, call: str, name: str, code: str
) -> None:
    fault(name)

    with pytest.raises(ProviderError, match=r"\.$") as raised:
        calls[call]()

    assert raised.value.code == code
    assert not any((raised.value.permanent, raised.value.outcome_unknown, raised.value.operator))
    assert calls[call]() is not None


@pytest.mark.parametrize("call", ["calendars", "busy"])
def test_a_limit_says_when_to_come_back(calls: dict[str, Callable[[], Any]], fault: Fault, call: str) -> None:
    fault("google_429", retry_after="120")

    with pytest.raises(ProviderError) as raised:
        calls[call]()

    assert raised.value.retry_after is not None
    assert abs(raised.value.retry_after - present() - timedelta(seconds=120)) < timedelta(seconds=5)


@pytest.mark.parametrize("call", ["calendars", "busy"])
def test_a_limit_without_a_time_waits_a_minute(
    calls: dict[str, Callable[[], Any]], fault: Fault, call: str
) -> None:
    fault("google_403_rate")

    with pytest.raises(ProviderError) as raised:
        calls[call]()

    assert raised.value.retry_after is not None
    assert raised.value.retry_after > present() + timedelta(seconds=50)


@pytest.mark.parametrize("call", ["calendars", "busy"])
def test_a_token_that_is_refused_is_told_apart(
    calls: dict[str, Callable[[], Any]], fault: Fault, call: str
) -> None:
    fault("google_401")

    with pytest.raises(AccessTokenRefused):
        calls[call]()


@pytest.mark.parametrize("call", ["calendars", "busy"])
def test_a_missing_scope_needs_the_host(calls: dict[str, Callable[[], Any]], fault: Fault, call: str) -> None:
    fault("google_403_scope")

    with pytest.raises(NeedsReconnect, match="tick every permission") as raised:
        calls[call]()

    assert raised.value.code == "google:scope"


@pytest.mark.parametrize("call", ["calendars", "busy"])
def test_an_api_that_is_not_enabled_is_the_operators(
    calls: dict[str, Callable[[], Any]], fault: Fault, call: str
) -> None:
    fault("google_403_api_off")

    with pytest.raises(ProviderError, match="not switched on") as raised:
        calls[call]()

    assert raised.value.operator


def test_a_calendar_that_is_gone_is_gone_for_good(calls: dict[str, Callable[[], Any]], fault: Fault) -> None:
    fault("google_404")

    with pytest.raises(ProviderError) as raised:
        calls["busy"]()

    assert (raised.value.code, raised.value.permanent) == ("gone", True)


def test_a_calendar_that_was_taken_out_of_the_list_is_gone(
    provider: GoogleProvider, google: GoogleControl, token: str
) -> None:
    family = "family0robin@group.calendar.google.example"
    cursor = provider.busy(family, hours(0, 8), time_zone=ZONE, credential=token).cursor
    google.remove_calendar(family)

    with pytest.raises(ProviderError) as raised:
        provider.busy(family, hours(0, 8), time_zone=ZONE, credential=token, cursor=cursor)

    assert raised.value.code == "gone"


@pytest.mark.parametrize("call", ["calendars", "busy"])
@pytest.mark.parametrize(
    ("name", "code"), [("google_second_page_fails", "http:503"), ("google_second_page_missing", "protocol")]
)
def test_a_second_page_that_fails_is_no_shorter_answer(
    request: pytest.FixtureRequest, call: str, name: str, code: str
) -> None:
    calls, google = request.getfixturevalue("calls"), request.getfixturevalue("google")
    for hour in range(3):
        google.add_event(NOON + timedelta(hours=hour), NOON + timedelta(hours=hour, minutes=30))
    google.page_size(2)
    google.sandbox.fault(name)

    with pytest.raises(ProviderError) as raised:
        calls[call]()

    assert raised.value.code == code
    assert calls[call]()


def test_an_event_whose_time_is_missing_is_no_free_time(
    calls: dict[str, Callable[[], Any]], google: GoogleControl, fault: Fault
) -> None:
    google.add_event(NOON, NOON + timedelta(hours=1))
    fault("google_without_start")

    with pytest.raises(ProviderError) as raised:
        calls["busy"]()

    assert raised.value.code == "protocol"


def test_a_slow_google_is_not_waited_for(
    running: tuple[Sandbox, SandboxControl], google: GoogleControl, fault: Fault, token: str
) -> None:
    fault("google_slow", seconds=1)
    http = HttpClient(
        user_agent="test", allow_private=True, budget=Budget(read_seconds=0.2, total_seconds=0.3)
    )
    api = GoogleApi(f"{running[0].http_url}/google", http=http)

    with pytest.raises(ProviderError) as raised:
        read_busy(api, ReadingWindow(PRIMARY, hours(0, 8), ZONE, token), cursor="")

    assert raised.value.code == "network:timeout"
    assert not raised.value.outcome_unknown


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("google_lost", "network:reset"),
        ("google_lost_502", "http:502"),
        ("google_truncated", "network:protocol"),
    ],
)
def test_an_event_whose_answer_was_lost_is_found_again(
    provider: GoogleProvider, google: GoogleControl, fault: Fault, token: str, name: str, code: str
) -> None:
    fault(name, on="google.events.insert")

    with pytest.raises(ProviderError) as raised:
        provider.put(booked(), calendar=PRIMARY, reference="", credential=token)
    written = provider.put(booked(), calendar=PRIMARY, reference="", credential=token)

    assert (raised.value.code, raised.value.outcome_unknown, raised.value.permanent) == (code, True, False)
    assert [event["id"] for event in google.events()] == [written.reference]


@pytest.mark.parametrize(("name", "code"), PASSING.items())
def test_a_write_that_fails_for_now_can_be_repeated(
    provider: GoogleProvider, google: GoogleControl, fault: Fault, token: str, name: str, code: str
) -> None:
    fault(name, on="google.events.list")

    with pytest.raises(ProviderError) as raised:
        provider.put(booked(), calendar=PRIMARY, reference="", credential=token)

    assert (raised.value.code, raised.value.outcome_unknown) == (code, False)
    assert provider.put(booked(), calendar=PRIMARY, reference="", credential=token)
    assert len(google.events()) == 1


def test_a_calendar_that_may_not_be_written_to_is_said(provider: GoogleProvider, token: str) -> None:
    holidays = "de.holidays@group.calendar.google.example"

    with pytest.raises(ProviderError, match="may not do that") as raised:
        provider.put(booked(), calendar=holidays, reference="", credential=token)

    assert (raised.value.permanent, raised.value.code) == (True, "google:requiredAccessLevel")


def test_nothing_of_it_stands_in_the_log(
    provider: GoogleProvider, fault: Fault, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fault("google_500")

    with pytest.raises(ProviderError):
        provider.busy(PRIMARY, hours(0, 8), time_zone=ZONE, credential=token)
    provider.put(booked(), calendar=PRIMARY, reference="", credential=token)

    assert caplog.records
    for secret in (token, "robin", "ada@", "b-17"):
        assert secret not in caplog.text


@pytest.mark.parametrize("name", ["google_401", "google_403_scope", "google_503"])
def test_an_event_that_was_made_before_something_else_failed_may_stand_there(
    provider: GoogleProvider, google: GoogleControl, fault: Fault, token: str, name: str
) -> None:
    fault("google_conference_pending", looks=9)
    fault(name, on="google.events.get")

    with pytest.raises((ProviderError, NeedsReconnect)) as raised:
        provider.put(booked(meeting_type="google_meet"), calendar=PRIMARY, reference="", credential=token)

    assert raised.value.outcome_unknown
    assert len(google.events()) == 1


@pytest.mark.parametrize("on", ["google.events.list", "google.events.insert"])
def test_a_call_that_is_refused_before_the_event_is_made_leaves_none(
    provider: GoogleProvider, google: GoogleControl, fault: Fault, token: str, on: str
) -> None:
    fault("google_401", on=on)

    with pytest.raises(AccessTokenRefused) as raised:
        provider.put(booked(), calendar=PRIMARY, reference="", credential=token)

    assert not raised.value.outcome_unknown
    assert google.events() == []
