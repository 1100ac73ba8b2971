"""Graph's events: their life, their ids, lists and what changed in them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx2
import pytest

from sandbox.microsoft import times
from sandbox.microsoft.control import MicrosoftControl
from sandbox.microsoft.state import PRIMARY
from sandbox.microsoft.tests.conftest import GRAPH, TIMES

Rules = Callable[[], list[str]]
CALENDAR = f"{GRAPH}/me/calendars/{PRIMARY.replace('/', '%2F')}"
EVENTS = f"{CALENDAR}/events"
START = datetime(2031, 3, 5, 9, tzinfo=UTC)
WINDOW = {"startDateTime": "2031-03-01T00:00:00Z", "endDateTime": "2031-04-15T00:00:00Z"}
NEW: dict[str, Any] = TIMES | {"subject": "Intro", "transactionId": "t-1"}
TEAMS = NEW | {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}


def one(event: dict[str, Any]) -> str:
    return f"{EVENTS}/{event['id']}"


def test_an_event_lives_and_its_immutable_id_outlives_it(api: httpx2.Client, rules: Rules) -> None:
    made = api.post(EVENTS, json=NEW)
    event = made.json()
    changed = api.patch(one(event), json={"subject": "Changed"}).json()

    assert (made.status_code, changed["id"], changed["subject"]) == (201, event["id"], "Changed")
    assert [row["subject"] for row in api.get(EVENTS).json()["value"]] == ["Changed"]
    assert api.delete(one(event)).status_code == 204
    assert api.get(EVENTS).json()["value"] == []
    assert api.get(one(event)).status_code == 200
    assert api.delete(one(event)).json()["error"]["code"] == "ErrorCannotDeleteObject"
    assert rules() == []


def test_an_ordinary_id_changes_with_the_folder(
    api: httpx2.Client, microsoft: MicrosoftControl, rules: Rules
) -> None:
    event = api.post(EVENTS, json=NEW, headers={"Prefer": ""}).json()

    assert api.get(one(event)).status_code == 200
    microsoft.remove_event(event["id"])
    assert api.get(one(event)).json()["error"]["code"] == "ErrorItemNotFound"
    assert rules() == ["microsoft-mutable-ids"]


def test_a_repeat_makes_no_second_event(api: httpx2.Client, microsoft: MicrosoftControl) -> None:
    first, second = (api.post(EVENTS, json=NEW) for _ in range(2))
    microsoft.sandbox.fault("microsoft_transaction_conflict")
    third = api.post(EVENTS, json=NEW)

    assert (second.status_code, second.json()["id"]) == (201, first.json()["id"])
    assert third.status_code == 409
    assert len(microsoft.events()) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "TimeZoneNotSupportedException"),
        (TIMES | {"start": {"dateTime": "2031-03-05T12:00:00", "timeZone": "Mars"}}, 400, "TimeZoneNot"),
        (TIMES | {"start": TIMES["end"], "end": TIMES["start"]}, 400, "ErrorCalendarEndDate"),
        (TIMES | {"showAs": "gone"}, 400, "ErrorInvalidRequest"),
        (TIMES | {"subject": "🐟" * 128}, 400, "ErrorInvalidRequest"),
        ([1], 400, "BadRequest"),
    ],
)
def test_what_is_refused(api: httpx2.Client, body: Any, status: int, code: str) -> None:
    refused = api.post(EVENTS, json=body)

    assert refused.status_code == status
    assert refused.json()["error"]["code"].startswith(code)


def test_a_meeting_is_lost_with_its_part_of_the_text(api: httpx2.Client, rules: Rules) -> None:
    event = api.post(EVENTS, json=TEAMS).json()
    content = event["body"]["content"]
    assert event["onlineMeeting"]["joinUrl"] in content

    kept = api.patch(one(event), json={"body": {"contentType": "html", "content": content + "<p>More</p>"}})
    lost = api.patch(one(event), json={"body": {"contentType": "html", "content": "<p>New</p>"}})

    assert kept.json()["onlineMeeting"] == event["onlineMeeting"]
    assert (lost.json()["onlineMeeting"], lost.json()["isOnlineMeeting"]) == (None, False)
    assert rules() == ["microsoft-meeting-lost"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (NEW | {"attendees": [{"emailAddress": {"address": "ada@guest.example"}}]}, "microsoft-attendees"),
        (TIMES, "microsoft-no-transaction"),
    ],
)
def test_rules_of_writing(api: httpx2.Client, rules: Rules, body: dict[str, Any], rule: str) -> None:
    api.post(EVENTS, json=body)

    assert rules() == [rule]


def test_a_second_event_of_a_booking_is_seen(api: httpx2.Client, rules: Rules) -> None:
    marks = {"singleValueExtendedProperties": [{"id": "String {0-0} Name timetuna", "value": "b-1"}]}
    for number in range(2):
        api.post(EVENTS, json=NEW | marks | {"transactionId": f"t-{number}"})

    assert rules() == ["microsoft-second-event"]


def test_a_call_that_nobody_needs_is_seen(api: httpx2.Client, rules: Rules) -> None:
    assert api.get(f"{GRAPH}/me/messages").status_code == 400
    assert rules() == ["microsoft-other-call"]


def test_extended_properties_are_searched_for_and_shown(api: httpx2.Client) -> None:
    name = "String {9d9e429e-2061-4868-8390-ee92f3880009} Name timetuna"
    api.post(EVENTS, json=NEW | {"singleValueExtendedProperties": [{"id": name, "value": "it's 1"}]})
    api.post(EVENTS, json=NEW | {"transactionId": "t-2"})
    wanted = f"singleValueExtendedProperties/any(p: p/id eq '{name.upper()}' and p/value eq 'it''s 1')"
    expand = f"singleValueExtendedProperties($filter=id eq '{name}')"

    rows = api.get(EVENTS, params={"$filter": wanted, "$expand": expand, "$select": "subject"}).json()[
        "value"
    ]

    assert [sorted(row) for row in rows] == [
        ["@odata.etag", "id", "singleValueExtendedProperties", "subject"]
    ]
    assert api.get(EVENTS, params={"$filter": "subject eq 'x'"}).status_code == 400
    assert api.get(EVENTS, params={"$expand": "attachments"}).status_code == 400


def test_a_view_in_pages_and_zones(api: httpx2.Client, microsoft: MicrosoftControl) -> None:
    zone = ZoneInfo("Europe/Berlin")
    microsoft.add_event(
        datetime(2031, 3, 27, 9, tzinfo=zone), datetime(2031, 3, 27, 10, tzinfo=zone), weekly=3
    )
    microsoft.add_event(date(2031, 3, 6), date(2031, 3, 7))
    prefer = {"Prefer": 'IdType="ImmutableId", odata.maxpagesize=2, outlook.timezone="Asia/Tokyo"'}

    first = api.get(f"{CALENDAR}/calendarView", params=WINDOW, headers=prefer).json()
    second = api.get(first["@odata.nextLink"], headers=prefer).json()

    starts = [row["start"]["dateTime"][:16] for row in first["value"] + second["value"]]
    assert starts == ["2031-03-06T00:00", "2031-03-27T17:00", "2031-04-03T16:00", "2031-04-10T16:00"]
    assert "@odata.nextLink" not in second
    assert {row["type"] for row in second["value"]} == {"occurrence"}
    assert api.get(f"{CALENDAR}/calendarView").status_code == 400


def test_a_delta_link_shows_what_changed(
    api: httpx2.Client, microsoft: MicrosoftControl, rules: Rules
) -> None:
    event = microsoft.add_event(START, START + timedelta(hours=1))
    whole = api.get(f"{CALENDAR}/calendarView/delta", params=WINDOW).json()
    link = whole["@odata.deltaLink"]
    family = microsoft.state()["calendars"][1]["id"]

    assert [row["id"] for row in whole["value"]] == [event["id"]]
    assert set(parse_qs(urlsplit(link).query)) == {"$deltatoken"}
    assert api.get(link).json()["value"] == []
    microsoft.move_event(event["id"], family)
    assert [row["@removed"] for row in api.get(link).json()["value"]] == [{"reason": "deleted"}]
    microsoft.move_event(event["id"], PRIMARY)
    assert [row["subject"] for row in api.get(link).json()["value"]] == ["Busy"]
    assert rules() == []


def test_a_delta_cannot_be_narrowed_and_grows_old(api: httpx2.Client, microsoft: MicrosoftControl) -> None:
    address = f"{CALENDAR}/calendarView/delta"
    link = api.get(address, params=WINDOW).json()["@odata.deltaLink"]

    assert api.get(address, params=WINDOW | {"$select": "id"}).status_code == 400
    assert api.get(address, params={"$deltatoken": "nonsense"}).status_code == 400
    microsoft.sandbox.fault("microsoft_expire_delta")
    old = api.get(link)
    assert (old.status_code, old.json()["error"]["code"]) == (410, "SyncStateNotFound")


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"type": "numbered", "numberOfOccurrences": 3}, [3, 5, 17]),
        ({"type": "endDate", "endDate": "2031-03-18"}, [3, 5, 17]),
        ({"type": "noEnd"}, [3, 5, 17, 19, 31]),
    ],
)
def test_days_of_a_series_and_its_end(limits: dict[str, Any], expected: list[int]) -> None:
    pattern = {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "wednesday"]}
    ends = {
        name: {"dateTime": f"2031-03-03T{hour}:00:00", "timeZone": "UTC"}
        for name, hour in (("start", "09"), ("end", "10"))
    }
    body = ends | {"id": "s", "recurrence": {"pattern": pattern, "range": limits}}

    rows = times.instances(body, "UTC", until=datetime(2031, 4, 1, tzinfo=UTC))

    assert [int(row["start"]["dateTime"][8:10]) for row in rows] == expected


@pytest.mark.parametrize("path", ["/me", "/me/calendars"])
def test_a_permission_that_was_not_given(
    http: httpx2.Client, api: httpx2.Client, microsoft: MicrosoftControl, path: str
) -> None:
    microsoft.sandbox.fault("microsoft_revoke")

    assert http.get(f"{GRAPH}{path}").status_code == 401
    assert api.get(f"{GRAPH}{path}").json()["error"]["code"] == "InvalidAuthenticationToken"
