import json
from typing import Any

import pytest

from sandbox.zoom.control import APP, ZoomControl
from sandbox.zoom.signing import event_signature
from sandbox.zoom.tests.acting import App, Receiver, Rules
from tests.clock import present

ROBIN = "z8yAAAAA8bbbQEXAMPLE01"


def signed_rightly(headers: dict[str, str], body: bytes) -> bool:
    timestamp = headers["x-zm-request-timestamp"]
    expected = event_signature(APP.webhook_token, timestamp=timestamp, body=body)
    return headers["x-zm-signature"] == expected


def test_removing_the_app_kills_the_grant_and_tells_the_app(
    app: App, control: ZoomControl, receiver: Receiver
) -> None:
    tokens = app.connect()

    assert control.remove_app("robin") == [200]

    headers, body = receiver.received[0]
    event = json.loads(body)
    assert signed_rightly(headers, body)
    assert abs(int(headers["x-zm-request-timestamp"]) - present().timestamp()) < 5
    assert list(event) == ["event", "event_ts", "payload"]
    assert list(event["payload"]) == sorted(event["payload"])
    assert event["payload"]["user_id"] == ROBIN
    assert event["payload"]["client_id"] == APP.client_id
    assert event["payload"]["user_data_retention"] is None
    assert app.me(tokens["access_token"]).status_code == 401
    assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.usefixtures("receiver")
def test_using_a_grant_after_the_event_was_taken_is_a_violation(
    app: App, access: str, control: ZoomControl, rules: Rules
) -> None:
    control.remove_app("robin")
    app.create(access)
    assert rules() == ["use-after-disconnect"]


def test_using_a_grant_while_the_event_is_lost_is_none(
    app: App, access: str, control: ZoomControl, receiver: Receiver, rules: Rules
) -> None:
    assert control.remove_app("robin", lost=True) == []
    app.create(access)
    assert receiver.received == []
    assert rules() == []


def test_using_a_grant_after_a_noted_disconnect_is_a_violation(
    app: App, access: str, control: ZoomControl, rules: Rules
) -> None:
    control.note_disconnect("robin")
    app.create(access)
    assert rules() == ["use-after-disconnect"]


@pytest.mark.parametrize("retention", [None, "false", "true", False, True])
def test_the_old_shape_and_every_retention(control: ZoomControl, receiver: Receiver, retention: Any) -> None:
    control.remove_app("robin", shape="legacy", retention=retention)

    event = json.loads(receiver.received[0][1])
    assert list(event) == ["event", "payload"]
    assert (
        event["payload"]["user_data_retention"] is retention
        or event["payload"]["user_data_retention"] == retention
    )


def test_an_event_without_retention(control: ZoomControl, receiver: Receiver) -> None:
    control.remove_app("robin", retention="absent")
    assert "user_data_retention" not in json.loads(receiver.received[0][1])["payload"]


def test_signatures_that_must_not_be_accepted(control: ZoomControl, receiver: Receiver) -> None:
    control.remove_app("robin", bad_signature=True)
    control.remove_app("robin", reindent=True)
    control.remove_app("robin", no_signature=True)

    bad, reindented, unsigned = receiver.received
    assert not signed_rightly(*bad)
    assert not signed_rightly(*reindented)
    assert b"\n  " in reindented[1]
    assert "x-zm-signature" not in unsigned[0]


def test_odd_events(control: ZoomControl, receiver: Receiver) -> None:
    control.remove_app("robin", emoji=True, duplicate=2)
    control.remove_app("robin", other_client=True)
    control.remove_app("robin", without_user=True, event_time_offset=-3600, timestamp_offset=-60)

    first, second, other, nobody = receiver.received
    assert first[1] == second[1]
    assert "Zoë 🐟".encode() in first[1]
    assert signed_rightly(*first)
    assert json.loads(other[1])["payload"]["client_id"] != APP.client_id
    assert "user_id" not in json.loads(nobody[1])["payload"]
    assert signed_rightly(*nobody)
    assert json.loads(nobody[1])["event_ts"] / 1000 < present().timestamp() - 3500
    assert int(nobody[0]["x-zm-request-timestamp"]) < present().timestamp() - 50


def test_an_event_can_be_held_until_after_a_reconnect(
    app: App, control: ZoomControl, receiver: Receiver
) -> None:
    app.connect()
    control.remove_app("robin", hold=True)
    again = app.connect()["access_token"]

    assert control.state()["held"] == 1
    assert control.deliver_held() == [200]

    assert len(receiver.received) == 1
    assert app.me(again).status_code == 200


def test_a_switched_on_fault_changes_the_next_event(control: ZoomControl, receiver: Receiver) -> None:
    control.fault("event_no_signature")
    control.remove_app("robin")
    control.remove_app("robin")
    assert ["x-zm-signature" in headers for headers, _ in receiver.received] == [False, True]


def test_an_event_that_failed_comes_again_three_times(control: ZoomControl, receiver: Receiver) -> None:
    receiver.status = 500
    assert control.remove_app("robin") == [500]

    for minutes in (4, 6, 26, 86, 500):
        control.clock(minutes * 60)

    assert [row["attempt"] for row in control.state()["deliveries"]] == [1, 2, 3, 4]
    stamps = {headers["x-zm-request-timestamp"] for headers, _ in receiver.received}
    assert len(stamps) == 4
    assert all(signed_rightly(*event) for event in receiver.received)


def test_an_event_that_was_refused_does_not_come_again_unless_asked(
    control: ZoomControl, receiver: Receiver
) -> None:
    receiver.status = 401
    control.remove_app("robin")
    assert control.state()["retries"] == []

    control.fault("retry_4xx", times=None)
    control.remove_app("robin")
    assert len(control.state()["retries"]) == 1


def test_nobody_listens(control: ZoomControl) -> None:
    control.app(webhook_url="http://127.0.0.1:9/hook")
    assert control.remove_app("robin") == [None]
    assert "ConnectError" in control.state()["deliveries"][0]["error"]


def test_url_validation(control: ZoomControl, receiver: Receiver) -> None:
    assert control.url_validation()["ok"] is True
    assert signed_rightly(*receiver.received[0])

    control.app(webhook_token="another")
    assert control.url_validation()["problem"] == "plainToken or encryptedToken is wrong."

    receiver.status = 401
    assert control.url_validation()["problem"] == "The app answered 401; 200 is expected."


def test_a_compliance_call_that_was_asked_for(
    app: App, control: ZoomControl, receiver: Receiver, rules: Rules
) -> None:
    control.remove_app("robin", retention="false")
    payload = json.loads(receiver.received[0][1])["payload"]

    response = app.acknowledge(payload)

    assert (response.status_code, response.json()) == (200, {})
    assert control.state()["compliance"][0]["body"]["user_id"] == ROBIN
    assert rules() == []


def test_a_compliance_call_that_nobody_asked_for_or_that_is_wrong(
    app: App, control: ZoomControl, receiver: Receiver, rules: Rules
) -> None:
    control.remove_app("robin", retention=None)
    payload = json.loads(receiver.received[0][1])["payload"]

    app.acknowledge(payload)
    app.acknowledge(payload, compliance_completed="yes")
    app.acknowledge(payload | {"note": "changed"})

    assert rules() == ["compliance-not-asked", "compliance-malformed", "compliance-malformed"]


def test_a_compliance_call_can_fail(app: App, control: ZoomControl, rules: Rules) -> None:
    control.fault("compliance_404")
    control.fault("compliance_500")
    payload = {"user_id": "u", "account_id": "a"}
    assert app.acknowledge(payload).status_code == 404
    assert app.acknowledge(payload).status_code == 500
    assert rules() == []
