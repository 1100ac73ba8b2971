from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest

from sandbox.google import state
from sandbox.google.answers import partial
from sandbox.google.control import GoogleControl
from sandbox.google.tests.conftest import AUTHORIZE, EVENTS, TIMES, WRITE, answered, asked
from sandbox.google.times import instances

Rules = Callable[[], list[str]]
WINDOW = {"singleEvents": "true", "timeMin": "2031-03-01T00:00:00Z", "timeMax": "2031-04-30T00:00:00Z"}


def reason(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["errors"][0]["reason"]


def insert(api: httpx2.Client, **body: Any) -> httpx2.Response:
    return api.post(EVENTS, params=WRITE, json=TIMES | body)


def listed(api: httpx2.Client, **query: str) -> list[str]:
    return [item["id"] for item in api.get(EVENTS, params=query).json()["items"]]


def test_an_event_lives(api: httpx2.Client, rules: Rules) -> None:
    made = insert(api, summary="One").json()
    path = f"{EVENTS}/{made['id']}"

    changed = api.patch(path, params=WRITE, json={"summary": "Two", "location": "Here"}).json()
    assert (changed["summary"], changed["location"], changed["start"]) == ("Two", "Here", made["start"])
    assert changed["etag"] != made["etag"]
    whole = api.put(path, params=WRITE, json=TIMES | {"summary": "Three"}).json()
    assert (whole["summary"], whole.get("location"), whole["iCalUID"]) == ("Three", None, made["iCalUID"])
    assert api.delete(path, params={"sendUpdates": "none"}).status_code == 204
    assert api.get(path).json()["status"] == "cancelled"
    assert reason(api.delete(path, params={"sendUpdates": "none"})) == (410, "deleted")
    assert listed(api) == []
    assert listed(api, showDeleted="true") == [made["id"]]
    assert rules() == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"start": None}, (400, "required")),
        ({"end": {"dateTime": "2031-03-05T11:00:00Z"}}, (400, "timeRangeEmpty")),
        ({"id": "No-Good!"}, (400, "invalid")),
        ({"attendees": [{"email": "nobody"}]}, (400, "invalid")),
        (
            {
                "conferenceData": {
                    "createRequest": {"requestId": "x", "conferenceSolutionKey": {"type": "addOn"}}
                }
            },
            (400, "invalid"),
        ),
    ],
)
def test_what_is_refused(
    api: httpx2.Client, google: GoogleControl, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert reason(insert(api, **body)) == expected
    assert google.events() == []


def test_an_id_or_uid_is_never_free_again(api: httpx2.Client) -> None:
    made = insert(api, iCalUID="a@b").json()
    api.delete(f"{EVENTS}/{made['id']}", params={"sendUpdates": "none"})

    assert reason(insert(api, iCalUID="a@b")) == (409, "duplicate")
    assert reason(insert(api, id=made["id"])) == (409, "duplicate")


def test_roles(api: httpx2.Client) -> None:
    def post(calendar: str) -> tuple[int, str]:
        path = f"/google/calendar/v3/calendars/{calendar}/events"
        return reason(api.post(path, params=WRITE, json=TIMES))

    assert post("de.holidays@group.calendar.google.example") == (403, "requiredAccessLevel")
    assert post("nowhere") == (404, "notFound")


def test_a_scope_that_was_not_given(
    http: httpx2.Client, google: GoogleControl, exchange: Callable[..., httpx2.Response]
) -> None:
    google.decide("allow", without=(state.EVENTS,))
    token = exchange(answered(http.get(AUTHORIZE, params=asked()))["code"]).json()["access_token"]

    answer = http.get(EVENTS, headers={"Authorization": f"Bearer {token}"})

    assert reason(answer) == (403, "insufficientPermissions")
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_changes_are_compared_by_etag(api: httpx2.Client) -> None:
    made = insert(api).json()
    path = f"{EVENTS}/{made['id']}"

    assert api.patch(path, params=WRITE, json={}, headers={"If-Match": made["etag"]}).status_code == 200
    late = api.patch(path, params=WRITE, json={}, headers={"If-Match": made["etag"]})
    assert reason(late) == (412, "conditionNotMet")


def test_the_sequence_rises_with_the_times_and_cannot_fall(api: httpx2.Client) -> None:
    made = insert(api, sequence=4).json()
    path = f"{EVENTS}/{made['id']}"

    moved = api.patch(path, params=WRITE, json={"end": {"dateTime": "2031-03-05T14:00:00Z"}}).json()

    assert moved["sequence"] == 5
    assert reason(api.patch(path, params=WRITE, json={"sequence": 3})) == (400, "invalid")


def test_pages_and_a_sync_token_on_the_last(api: httpx2.Client, google: GoogleControl) -> None:
    for _ in range(5):
        insert(api)
    google.page_size(2)

    first = api.get(EVENTS, params=WINDOW).json()
    second = api.get(EVENTS, params=WINDOW | {"pageToken": first["nextPageToken"]}).json()
    third = api.get(EVENTS, params=WINDOW | {"pageToken": second["nextPageToken"]}).json()

    assert [len(page["items"]) for page in (first, second, third)] == [2, 2, 1]
    assert ["nextSyncToken" in page for page in (first, second, third)] == [False, False, True]
    assert reason(api.get(EVENTS, params={"pageToken": "zz"})) == (400, "invalid")


def test_a_sync_token_shows_what_changed(api: httpx2.Client, google: GoogleControl, rules: Rules) -> None:
    kept, lost = insert(api).json(), insert(api).json()
    token = api.get(EVENTS, params=WINDOW).json()["nextSyncToken"]
    query = {"singleEvents": "true", "syncToken": token}

    assert api.get(EVENTS, params=query).json()["items"] == []
    google.remove_event(lost["id"])
    new = insert(api).json()
    found = {item["id"]: item["status"] for item in api.get(EVENTS, params=query).json()["items"]}
    assert found == {lost["id"]: "cancelled", new["id"]: "confirmed"}
    assert kept["id"] not in found
    assert rules() == []
    api.get(EVENTS, params=query | {"timeMin": WINDOW["timeMin"]})
    assert rules() == ["google-sync-parameters"]
    google.sandbox.fault("google_expire_sync")
    assert reason(api.get(EVENTS, params=query)) == (410, "fullSyncRequired")
    assert reason(api.get(EVENTS, params=query | {"syncToken": "1" + token})) == (410, "fullSyncRequired")


def test_a_series_is_shown_as_its_events(api: httpx2.Client, google: GoogleControl) -> None:
    google.add_event(
        datetime(2031, 3, 5, 9, tzinfo=UTC),
        datetime(2031, 3, 5, 10, tzinfo=UTC),
        recurrence=["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,FR;COUNT=3"],
        zone="Europe/Berlin",
    )

    starts = [item["start"]["dateTime"] for item in api.get(EVENTS, params=WINDOW).json()["items"]]
    assert starts == ["2031-03-05T09:00:00Z", "2031-03-07T09:00:00Z", "2031-03-19T09:00:00Z"]
    assert len(api.get(EVENTS).json()["items"]) == 1


def test_days_of_a_series_and_its_end() -> None:
    body = {"id": "x", "start": {"date": "2031-03-05"}, "end": {"date": "2031-03-06"}}
    rule = {"recurrence": ["RRULE:FREQ=DAILY;UNTIL=20310307"]}
    until = datetime(2031, 5, 1, tzinfo=UTC)

    found = [row["start"]["date"] for row in instances(body | rule, "UTC", until=until)]

    assert found == ["2031-03-05", "2031-03-06", "2031-03-07"]
    forever = {"recurrence": ["RRULE:FREQ=DAILY"]}
    assert sum(1 for _ in instances(body | forever, "UTC", until=datetime(2031, 3, 15, tzinfo=UTC))) == 10


def test_private_properties_and_uids_are_searched_for(api: httpx2.Client) -> None:
    made = insert(api, iCalUID="a@b", extendedProperties={"private": {"timetuna": "b-1"}}).json()
    insert(api)

    assert listed(api, privateExtendedProperty="timetuna=b-1") == [made["id"]]
    assert listed(api, privateExtendedProperty="timetuna=b-2") == []
    assert listed(api, iCalUID="a@b") == [made["id"]]


@pytest.mark.parametrize(
    ("query", "body", "rule"),
    [
        ({}, {}, "google-invitations"),
        ({"sendUpdates": "all"}, {}, "google-invitations"),
        ({"sendUpdates": "none"}, {"conferenceData": {"createRequest": {}}}, "google-conference-ignored"),
        ({"sendUpdates": "none"}, {"id": "abcde", "iCalUID": "a@b"}, "google-id-and-uid"),
    ],
)
def test_rules_of_writing(
    api: httpx2.Client, rules: Rules, query: dict[str, str], body: dict[str, Any], rule: str
) -> None:
    assert api.post(EVENTS, params=query, json=TIMES | body).status_code == 200
    assert rules() == [rule]


def test_a_second_event_of_a_booking_is_seen(api: httpx2.Client, rules: Rules) -> None:
    for _ in range(2):
        insert(api, extendedProperties={"private": {"timetuna": "b-1"}})

    assert rules() == ["google-second-event"]


def test_a_call_that_nobody_needs_is_seen(api: httpx2.Client, rules: Rules) -> None:
    assert reason(api.get("/google/calendar/v3/users/me/settings")) == (404, "notFound")
    assert rules() == ["google-other-call"]


def test_a_meeting_is_made_once_for_a_request(api: httpx2.Client) -> None:
    wish = {
        "conferenceData": {
            "createRequest": {"requestId": "r", "conferenceSolutionKey": {"type": "hangoutsMeet"}}
        }
    }
    made = insert(api, **wish).json()

    again = api.patch(f"{EVENTS}/{made['id']}", params=WRITE, json=wish).json()

    assert again["hangoutLink"] == made["hangoutLink"]
    assert made["conferenceData"]["entryPoints"][0]["uri"] == made["hangoutLink"]


def test_availability(api: httpx2.Client, google: GoogleControl) -> None:
    start = datetime(2031, 3, 5, 9, tzinfo=UTC)
    google.add_event(start, start + timedelta(hours=1))
    google.add_event(date(2031, 3, 6), date(2031, 3, 7))
    query = {"timeMin": "2031-03-01T00:00:00Z", "timeMax": "2031-03-10T00:00:00Z"}
    path = "/google/calendar/v3/freeBusy"

    answer = api.post(path, json=query | {"items": [{"id": "robin@host.example"}, {"id": "nowhere"}]}).json()

    assert answer["calendars"]["nowhere"]["errors"] == [{"domain": "global", "reason": "notFound"}]
    assert answer["calendars"]["robin@host.example"]["busy"] == [
        {"start": "2031-03-05T09:00:00Z", "end": "2031-03-05T10:00:00Z"},
        {"start": "2031-03-05T23:00:00Z", "end": "2031-03-06T23:00:00Z"},
    ]
    long = query | {"timeMax": "2031-09-01T00:00:00Z", "items": []}
    assert reason(api.post(path, json=long)) == (400, "timeRangeTooLong")
    assert reason(api.post(path, json={})) == (400, "badRequest")


def test_the_list_of_calendars_in_pages(api: httpx2.Client, google: GoogleControl) -> None:
    google.page_size(3)
    path = "/google/calendar/v3/users/me/calendarList"

    first = api.get(path).json()
    second = api.get(path, params={"pageToken": first["nextPageToken"]}).json()

    roles = [item["accessRole"] for item in first["items"] + second["items"]]
    assert roles == ["owner", "owner", "reader", "freeBusyReader"]


def test_only_the_fields_asked_for_come() -> None:
    content = {"a": 1, "items": [{"id": 1, "b": {"c": 2, "d": 3}, "e": 4}], "z": {"y": {"x": 5}}}

    assert partial(content, "items(id,b/c),z/y") == {
        "items": [{"id": 1, "b": {"c": 2}}],
        "z": {"y": {"x": 5}},
    }
    assert partial(content, "items(b(d))") == {"items": [{"b": {"d": 3}}]}
    assert partial(content, "items/*") == {"items": content["items"]}
    assert partial(content, "") == content


@pytest.mark.parametrize("mask", ["items(id", "items)", ",", "items(,)", "a b"])
def test_a_broken_mask_is_refused(api: httpx2.Client, mask: str) -> None:
    assert reason(api.get(EVENTS, params={"fields": mask})) == (400, "invalidParameter")
