"""Every way in which Microsoft can fail to answer: what is raised, and that nothing is ever taken for free."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox import Sandbox, SandboxControl
from sandbox.microsoft.control import MicrosoftControl
from tests.clock import present
from timetuna.lib.http import Budget, HttpClient
from timetuna.providers.base import Tokens, Written
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError
from timetuna.providers.microsoft.client import GraphApi
from timetuna.providers.microsoft.provider import MicrosoftProvider
from timetuna.providers.microsoft.reading import read_busy
from timetuna.providers.microsoft.tests.conftest import PRIMARY, ZONE
from timetuna.providers.online_calendars import ReadingWindow
from timetuna.providers.tests.contracts.calendar import NOON, booked, hours

Fault = Callable[..., Any]
Calls = dict[str, Callable[..., Any]]

PASSING = {  # the fault, and the code of the error
    "microsoft_429": "microsoft:429",
    "microsoft_500": "http:500",
    "microsoft_503": "http:503",
    "microsoft_504": "http:504",
    "microsoft_not_json": "protocol",
    "microsoft_reset": "network:reset",
    "microsoft_truncated": "network:protocol",
}
WHERE = {"calendars": "microsoft.calendars.list", "busy": "microsoft.view", "changes": "microsoft.delta"}
READS = pytest.mark.parametrize("call", WHERE)


@pytest.fixture
def calls(provider: MicrosoftProvider, token: str) -> Calls:
    cursor = provider.busy(PRIMARY, hours(0, 8), time_zone=ZONE, credential=token).cursor

    def busy(cursor: str) -> Any:
        return provider.busy(PRIMARY, hours(0, 8), time_zone=ZONE, credential=token, cursor=cursor)

    return {
        "calendars": lambda: provider.calendars(credential=token),
        "busy": lambda: busy(""),
        "changes": lambda: busy(cursor),
    }


@READS
@pytest.mark.parametrize(("name", "code"), [*PASSING.items(), ("microsoft_without_value", "protocol")])
def test_what_passes_is_tried_again_and_then_works(
    calls: Calls, fault: Fault, call: str, name: str, code: str
) -> None:
    fault(name, on=WHERE[call])

    with pytest.raises(ProviderError, match=r"\.$") as raised:
        calls[call]()

    assert raised.value.code == code
    assert not any((raised.value.permanent, raised.value.outcome_unknown, raised.value.operator))
    assert calls[call]() is not None


@READS
@pytest.mark.parametrize(
    ("name", "seconds"), [("microsoft_429", 30), ("microsoft_503", 20), ("microsoft_429_bare", 60)]
)
def test_throttling_says_when_to_come_back(
    calls: Calls, fault: Fault, call: str, name: str, seconds: int
) -> None:
    fault(name, on=WHERE[call])

    with pytest.raises(ProviderError) as raised:
        calls[call]()

    assert raised.value.retry_after is not None
    assert abs(raised.value.retry_after - present() - timedelta(seconds=seconds)) < timedelta(seconds=5)


@READS
def test_a_token_that_is_refused_is_told_apart(calls: Calls, fault: Fault, call: str) -> None:
    fault("microsoft_401", on=WHERE[call])

    with pytest.raises(AccessTokenRefused):
        calls[call]()


@READS
def test_a_missing_permission_needs_the_host(calls: Calls, fault: Fault, call: str) -> None:
    fault("microsoft_403_scope", on=WHERE[call])

    with pytest.raises(NeedsReconnect, match="accept what is asked for") as raised:
        calls[call]()

    assert raised.value.code == "microsoft:scope"


@pytest.mark.parametrize("call", ["calendars", "busy"])
def test_what_this_account_may_not_do_is_said(calls: Calls, fault: Fault, call: str) -> None:
    fault("microsoft_403", on=WHERE[call])

    with pytest.raises(ProviderError, match="may not do that") as raised:
        calls[call]()

    assert (raised.value.permanent, raised.value.code) == (True, "microsoft:ErrorAccessDenied")


@READS
def test_an_account_without_a_mailbox_is_explained(calls: Calls, fault: Fault, call: str) -> None:
    fault("microsoft_404_mailbox", on=WHERE[call])

    with pytest.raises(ProviderError, match="no mailbox") as raised:
        calls[call]()

    assert (raised.value.permanent, raised.value.code) == (True, "microsoft:no-mailbox")


def test_a_calendar_that_was_deleted_is_gone(
    provider: MicrosoftProvider, microsoft: MicrosoftControl, token: str
) -> None:
    family = microsoft.state()["calendars"][1]["id"]
    cursor = provider.busy(family, hours(0, 8), time_zone=ZONE, credential=token).cursor
    microsoft.remove_calendar(family)

    for kept in (cursor, ""):
        with pytest.raises(ProviderError) as raised:
            provider.busy(family, hours(0, 8), time_zone=ZONE, credential=token, cursor=kept)
        assert (raised.value.code, raised.value.permanent) == ("gone", True)


@READS
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("microsoft_second_page_fails", "http:503"),
        ("microsoft_second_page_missing", "protocol"),
        ("microsoft_link_elsewhere", "protocol"),
        ("microsoft_link_loops", "protocol"),
    ],
)
def test_a_chain_of_pages_that_breaks_is_no_shorter_answer(
    request: pytest.FixtureRequest, call: str, name: str, code: str
) -> None:
    calls, microsoft = request.getfixturevalue("calls"), request.getfixturevalue("microsoft")
    for hour in range(3):
        microsoft.add_event(NOON + timedelta(hours=hour), NOON + timedelta(hours=hour, minutes=30))
    microsoft.page_size(2)
    microsoft.sandbox.fault(name, on=WHERE[call])

    with pytest.raises(ProviderError) as raised:
        calls[call]()

    assert (raised.value.code, raised.value.permanent) == (code, False)
    assert calls[call]()


def test_an_event_whose_time_is_missing_is_no_free_time(
    calls: Calls, microsoft: MicrosoftControl, fault: Fault
) -> None:
    microsoft.add_event(NOON, NOON + timedelta(hours=1))
    fault("microsoft_without_start")

    with pytest.raises(ProviderError) as raised:
        calls["busy"]()

    assert raised.value.code == "protocol"


@pytest.mark.parametrize("slow", ["microsoft.delta", "microsoft.view"])
def test_a_slow_microsoft_is_not_waited_for(
    running: tuple[Sandbox, SandboxControl], fault: Fault, token: str, slow: str
) -> None:
    fault("microsoft_slow", seconds=1, on=slow)
    budget = Budget(read_seconds=0.2, total_seconds=0.3)
    http = HttpClient(user_agent="test", allow_private=True, budget=budget)
    api = GraphApi(f"{running[0].http_url}/microsoft", http=http)

    with pytest.raises(ProviderError) as raised:
        read_busy(api, ReadingWindow(PRIMARY, hours(0, 8), ZONE, token), cursor="")

    assert (raised.value.code, raised.value.outcome_unknown) == ("network:timeout", False)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("microsoft_lost", "network:reset"),
        ("microsoft_lost_504", "http:504"),
        ("microsoft_truncated", "network:protocol"),
    ],
)
@pytest.mark.parametrize("kind", ["", "teams"])
def test_an_event_whose_answer_was_lost_is_found_again(
    request: pytest.FixtureRequest, name: str, code: str, kind: str
) -> None:
    put, microsoft = request.getfixturevalue("put"), request.getfixturevalue("microsoft")
    microsoft.sandbox.fault(name, on="microsoft.events.create")

    with pytest.raises(ProviderError) as raised:
        put(booked(meeting_type=kind))
    written = put(booked(meeting_type=kind))

    assert (raised.value.code, raised.value.outcome_unknown, raised.value.permanent) == (code, True, False)
    assert [event["id"] for event in microsoft.events()] == [written.reference]
    assert bool(written.join_url) == bool(kind)


@pytest.mark.parametrize("on", ["microsoft.events.list", "microsoft.events.patch"])
@pytest.mark.parametrize(("name", "code"), PASSING.items())
def test_a_write_that_fails_for_now_can_be_repeated(
    request: pytest.FixtureRequest, on: str, name: str, code: str
) -> None:
    put, microsoft = request.getfixturevalue("put"), request.getfixturevalue("microsoft")
    reference = put(booked()).reference
    microsoft.sandbox.fault(name, on=on)

    with pytest.raises(ProviderError) as raised:
        put(booked(revision=1), reference)

    assert (raised.value.code, raised.value.outcome_unknown) == (code, False)
    assert put(booked(revision=1), reference).reference == reference
    assert len(microsoft.events()) == 1


def test_a_calendar_that_may_not_be_written_to_is_said(
    microsoft: MicrosoftControl, put: Callable[..., Written]
) -> None:
    holidays = microsoft.state()["calendars"][2]["id"]

    with pytest.raises(ProviderError, match="may not do that") as raised:
        put(booked(), calendar=holidays)

    assert raised.value.permanent


def test_a_calendar_that_is_gone_cannot_be_written_to(put: Callable[..., Written], gone: str) -> None:
    with pytest.raises(ProviderError) as raised:
        put(booked(), calendar=gone)

    assert (raised.value.permanent, raised.value.code) == (True, "gone")


def test_nothing_of_it_stands_in_the_log(
    provider: MicrosoftProvider, fault: Fault, tokens: Tokens, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = tokens.access_token
    fault("microsoft_500", on="microsoft.view")

    with pytest.raises(ProviderError):
        provider.busy(PRIMARY, hours(0, 8), time_zone=ZONE, credential=token)
    written = provider.put(booked(), calendar=PRIMARY, reference="", credential=token)
    provider.refresh(tokens.refresh_token)

    assert caplog.records
    for secret in (token, tokens.refresh_token, "robin", "ada@", "b-17", PRIMARY, written.reference):
        assert secret not in caplog.text


def test_a_call_that_is_refused_before_the_event_is_made_leaves_none(
    microsoft: MicrosoftControl, put: Callable[..., Written]
) -> None:
    microsoft.sandbox.fault("microsoft_401", on="microsoft.events.create")

    with pytest.raises(AccessTokenRefused) as raised:
        put(booked())

    assert not raised.value.outcome_unknown
    assert microsoft.events() == []


def test_an_event_that_was_made_before_something_else_failed_may_stand_there(
    microsoft: MicrosoftControl, put: Callable[..., Written]
) -> None:
    microsoft.sandbox.fault("microsoft_meeting_late", looks=9)
    microsoft.sandbox.fault("microsoft_503", on="microsoft.events.get")

    with pytest.raises(ProviderError) as raised:
        put(booked(meeting_type="teams"))

    assert raised.value.outcome_unknown
    assert len(microsoft.events()) == 1
