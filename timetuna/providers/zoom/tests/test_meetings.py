import json
import logging
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from sandbox.zoom.control import ZoomControl
from timetuna.lib.tests.wires import Wire, answer, read_request
from timetuna.providers.base import CreatedConference, Meeting, Tokens
from timetuna.providers.errors import ProviderError
from timetuna.providers.zoom.provider import Zoom
from timetuna.providers.zoom.tests.conftest import build

START = datetime(2031, 3, 5, 15, tzinfo=UTC)
MEETING = Meeting("Intro call: Sam Guest and Robin Host", START, 30, "Booked with TimeTuna.")
HEAD = "HTTP/1.1 {}\nContent-Type: application/json;charset=UTF-8\nConnection: close"
LINK = "https://us05web.zoom.example/j/92674392836?pwd=abc.1"


def created(body: dict[str, Any], status: str = "201 Created") -> CreatedConference:
    with Wire(answer(HEAD.format(status), json.dumps(body).encode())) as wire:
        return build(wire.url).create(MEETING, access_token="token")


# The request


def test_the_request_is_the_recommended_one() -> None:
    seen = []

    def talk(connection: Any) -> None:
        seen.append(read_request(connection))
        connection.sendall(
            f'HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n{{"join_url":"{LINK}"'.encode().ljust(200)
        )

    with Wire(talk) as wire, pytest.raises(ProviderError):
        build(wire.url).create(
            Meeting("Intro\r\ncall", START.astimezone(timezone(timedelta(hours=1))), 30, "a\nb"),
            access_token="token",
        )

    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /v2/users/me/meetings HTTP/1.1"
    assert {
        "Authorization: Bearer token",
        "Accept: application/json",
        "Content-Type: application/json",
    } < set(lines)
    assert json.loads(body) == {
        "topic": "Intro call",
        "type": 2,
        "start_time": "2031-03-05T15:00:00Z",
        "duration": 30,
        "timezone": "UTC",
        "agenda": "a\nb",
        "default_password": True,
        "settings": {
            "use_pmi": False,
            "private_meeting": False,
            "registrants_confirmation_email": False,
            "registrants_email_notification": False,
        },
    }


@pytest.mark.parametrize("topic", ["🐟" * 300, "x" * 300, "x" + "🐟" * 150, "\0"])
def test_topics_and_agendas_are_cut_to_zooms_lengths(
    control: ZoomControl, provider: Zoom, token: str, topic: str
) -> None:
    provider.create(Meeting(topic, START, 30, topic * 20), access_token=token)

    (meeting,) = control.meetings()
    assert 1 <= len(meeting["topic"].encode("utf-16-le")) // 2 <= 200
    assert len(meeting["agenda"].encode("utf-16-le")) // 2 <= 1900


# Good answers


def test_booking_201(control: ZoomControl, provider: Zoom, token: str) -> None:
    made = provider.create(MEETING, access_token=token)

    (meeting,) = control.meetings()
    assert made == CreatedConference(str(meeting["id"]), meeting["join_url"], "")
    assert (meeting["topic"], meeting["start_time"], meeting["duration"]) == (
        MEETING.topic,
        "2031-03-05T15:00:00Z",
        30,
    )
    assert len(control.calls("v2.create")) == 1


def test_the_passcode_is_kept_only_where_the_link_lacks_it(
    control: ZoomControl, provider: Zoom, token: str
) -> None:
    control.fault("join_url_without_pwd")

    made = provider.create(MEETING, access_token=token)

    assert made.passcode
    assert "pwd=" not in made.join_url
    assert made.passcode not in repr(made)


@pytest.mark.parametrize("fault", ["no_password", "empty_password", "no_uuid", "id_as_text", "extra_fields"])
def test_answers_that_differ_are_good_answers(
    control: ZoomControl, provider: Zoom, token: str, fault: str
) -> None:
    control.fault(fault)

    made = provider.create(MEETING, access_token=token)

    assert made.reference == str(control.meetings()[0]["id"])
    assert made.passcode == ""


@pytest.mark.parametrize("fault", ["start_time_shifted", "start_time_missing"])
def test_another_start_is_told_in_the_log(
    control: ZoomControl, provider: Zoom, token: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    control.fault(fault)

    provider.create(MEETING, access_token=token)

    assert "zoom made a meeting" in caplog.text


def test_the_hosts_own_link_goes_nowhere(
    control: ZoomControl, provider: Zoom, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        made = provider.create(MEETING, access_token=token)

    assert "HOST_SECRET" not in f"{made}{made.join_url}{caplog.text}"
    assert control.meetings()[0]["join_url"] not in caplog.text
    assert token not in caplog.text


@pytest.mark.parametrize(
    ("body", "reference"),
    [
        ({"id": 92674392836}, "92674392836"),
        ({"id": "926"}, "926"),
        ({}, ""),
        ({"id": True}, ""),
        ({"id": "a/b"}, ""),
    ],
)
def test_a_link_is_enough(body: dict[str, Any], reference: str) -> None:
    assert created({"join_url": LINK, "start_time": "2031-03-05T15:00:00Z", **body}).reference == reference


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        7,
        "javascript:alert(1)",
        "http://zoom.example/j/1",
        "https://",
        "https://user@zoom.example/j/1",
        "https://zoom.example/j/1\r\nX: 1",
        "https://zoom.example/j 1",
        "https://zoom.example\\@evil.test/",
        "https://[::1/",
        "https://zoom.example/" + "x" * 10_000,
        "//zoom.example/j/1",
    ],
)
def test_a_meeting_without_a_usable_link_may_exist(link: object) -> None:
    with pytest.raises(ProviderError) as raised:
        created({"id": 1, "join_url": link})

    assert (raised.value.code, raised.value.outcome_unknown) == ("protocol", True)


# Moving and removing


@pytest.fixture
def more(control: ZoomControl) -> None:
    control.app(extra_scopes=["meeting:update:meeting", "meeting:delete:meeting"])


@pytest.mark.usefixtures("more")
def test_a_meeting_is_moved_and_removed_where_the_grant_allows(
    control: ZoomControl, provider: Zoom, request: pytest.FixtureRequest
) -> None:
    tokens: Tokens = request.getfixturevalue("tokens")
    made = provider.create(MEETING, access_token=tokens.access_token)

    provider.move(
        made.reference, Meeting("Later", START + timedelta(days=1), 60), access_token=tokens.access_token
    )
    (moved,) = control.meetings()
    provider.remove(made.reference, access_token=tokens.access_token)
    provider.remove(made.reference, access_token=tokens.access_token)

    assert provider.abilities(tokens.scopes) == {"create", "move", "remove"}
    assert (moved["topic"], moved["start_time"], moved["duration"]) == ("Later", "2031-03-06T15:00:00Z", 60)
    with pytest.raises(ProviderError, match="does not exist any more") as raised:
        provider.move(made.reference, MEETING, access_token=tokens.access_token)
    assert (raised.value.code, raised.value.permanent) == ("zoom:3001", True)


@pytest.mark.parametrize("reference", ["", "1/2", "..", "\uff11"])
def test_no_call_without_a_number(provider: Zoom, reference: str) -> None:
    with pytest.raises(ProviderError) as raised:
        provider.remove(reference, access_token="token")

    assert raised.value.permanent


def test_repeatable_calls_leave_nothing_unknown() -> None:
    with Wire(answer(HEAD.format("500 Internal"), b"<html>")) as wire, pytest.raises(ProviderError) as raised:
        build(wire.url).remove("1", access_token="token")

    assert (raised.value.code, raised.value.outcome_unknown) == ("http:500", False)
