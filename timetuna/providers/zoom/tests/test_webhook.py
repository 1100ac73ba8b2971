import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.zoom.control import APP, ZoomControl
from tests.clock import present
from timetuna.lib.tests.wires import Wire, answer, read_request
from timetuna.providers.base import Deauthorization, WebhookReply
from timetuna.providers.errors import ProviderError
from timetuna.providers.zoom.tests.conftest import build, signed
from timetuna.providers.zoom.webhook import Webhook

SECRET = "test-secret-token"
A = (
    b'{"event":"app_deauthorized","event_ts":1749365726209,"payload":{"account_id":"MXEuWmOmTsKWUswrfpPslg",'
    b'"client_id":"bDU6oQQ5Qe6sz9mVaMVEyw","deauthorization_time":"2025-06-08T06:55:26.209Z",'
    b'"signature":"18f3b817cd03d164190b0d72755fdf51a33484ed89872838633adf0295fd99d5",'
    b'"user_data_retention":null,"user_id":"NtEMagHcQAygosd81Lzysw"}}'
)
B = (
    b'{"event":"app_deauthorized","event_ts":1760000000123,"payload":{"user_id":"z8yAAAAA8bbbQ",'
    b'"account_id":"q6gBJVO5TzexKYTb_I2rpg","client_id":"EXAMPLE_CLIENT_ID",'
    b'"deauthorization_time":"2025-10-09T08:53:20.123Z",'
    b'"signature":"827edc3452044f0bc86bdd5684afb7d1e6becfa1a767f24df1b287853cf73000","user_data_retention":"false"}}'
)
C = b'{"event":"endpoint.url_validation","event_ts":1760000000123,"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}'
D = (
    '{"event":"app_deauthorized","event_ts":1760000000123,"payload":{"user_id":"u","account_id":"a","client_id":"c",'
    '"deauthorization_time":"2025-10-09T08:53:20.123Z","signature":"s","note":"Zoë 🐟"}}'
).encode()
VECTORS = {
    "A": (
        A,
        1749365726,
        "b72504dbbc394fa2bf3149d1fea42184688d73a811d152b39f1c0b302b61b565",
        "bDU6oQQ5Qe6sz9mVaMVEyw",
    ),
    "B": (
        B,
        1760000000,
        "d90ff328f56eeb5e18c6728962ced6cd04ed6b73d299787fc1b1666508327314",
        "EXAMPLE_CLIENT_ID",
    ),
    "C": (C, 1760000000, "d32bb020488f7fa2e69c343869858ae05e01dac1bf4266973115d7c68cdede15", "c"),
    "D": (D, 1760000000, "a5eb89eea2023d8846084a0654299a8193e8ad723a8a00c6497fb75247e971c5", "c"),
}
NOW = datetime(2026, 3, 5, 15, tzinfo=UTC)


def event(**changes: Any) -> bytes:
    payload = {
        "user_id": "u",
        "account_id": "a",
        "client_id": "c",
        "deauthorization_time": "2026-03-05T14:59:00Z",
    }
    body = {"event": "app_deauthorized", "event_ts": 1760000000123}
    top = {name: changes.pop(name) for name in ("event", "event_ts", "payload") if name in changes}
    return json.dumps(body | {"payload": payload | changes} | top).encode()


def read(body: bytes, *, client_id: str = "c", sent_at: datetime = NOW, secret: str = SECRET) -> WebhookReply:
    headers = signed(body, sent_at, secret=secret)
    return Webhook(client_id, (SECRET,)).read(body, headers, now=NOW)


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_the_contract(name: str) -> None:
    body, timestamp, signature, client_id = VECTORS[name]
    headers = {"x-zm-request-timestamp": str(timestamp), "x-zm-signature": f"v0={signature}"}
    now = datetime.fromtimestamp(timestamp, UTC)

    reply = Webhook(client_id, (SECRET,)).read(body, headers, now=now)

    assert reply.status == 200
    assert (reply.deauthorization is None) == (name == "C")
    assert Webhook(client_id, ("other",)).read(body, headers, now=now).status == 401
    assert (
        Webhook(client_id, (SECRET,)).read(body, headers | {"x-zm-signature": signature}, now=now).status
        == 401
    )


def test_a_removal_says_whose_and_when() -> None:
    reply = read(B, client_id="EXAMPLE_CLIENT_ID")

    assert reply.deauthorization == Deauthorization(
        user_id="z8yAAAAA8bbbQ",
        account_id="q6gBJVO5TzexKYTb_I2rpg",
        at=datetime(2025, 10, 9, 8, 53, 20, 123000, tzinfo=UTC),
        acknowledgement=reply.deauthorization.acknowledgement if reply.deauthorization else "",
    )


def test_the_challenge_is_answered_when_it_is_signed() -> None:
    assert read(C).body == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": "9c8ad56737c19db2904b301c0781e86857e999f39f07727668cf62a5e7e298c8",
    }
    assert read(C, secret="other") == WebhookReply(401)
    assert Webhook("c", (SECRET,)).read(C, {}, now=NOW) == WebhookReply(401)


@pytest.mark.parametrize("plain", ["v0:1760000000:{}", "", "x" * 129, "a b", "a\n", None, 7, ["a"]])
def test_nothing_but_a_plain_token_is_signed(plain: object) -> None:
    body = event(event="endpoint.url_validation", payload={"plainToken": plain})

    assert read(body) == WebhookReply(400)


@pytest.mark.parametrize("secrets", [(), ("",), ("", "")])
def test_without_a_secret_nothing_is_believed(secrets: tuple[str, ...]) -> None:
    headers = signed(A, NOW, secret="x")

    assert Webhook("c", secrets).read(A, headers, now=NOW).status == 401


def test_secrets_may_overlap_while_they_are_rotated() -> None:
    provider = build("http://localhost:9", ZOOM_WEBHOOK_SECRET_TOKEN="new-token , old-token")
    body = event(client_id=APP.client_id)

    for secret, status in (("new-token", 200), ("old-token", 200), ("other", 401)):
        assert provider.read_webhook(body, signed(body, NOW, secret=secret), now=NOW).status == status


@pytest.mark.parametrize(
    ("age", "status"),
    [
        (timedelta(0), 200),
        (timedelta(minutes=85), 200),
        (timedelta(hours=23, minutes=59), 200),
        (timedelta(hours=24, minutes=1), 401),
        (-timedelta(minutes=4), 200),
        (-timedelta(minutes=6), 401),
    ],
)
def test_the_age_of_a_call(age: timedelta, status: int) -> None:
    assert read(event(), sent_at=NOW - age).status == status


@pytest.mark.parametrize(
    "timestamp", ["", "soon", "-1", "1" * 20, "1e9", " 1760000000", "١٧٦٠٠٠٠٠٠٠", "999999999999"]
)
def test_a_timestamp_that_is_none(timestamp: str) -> None:
    headers = signed(A, NOW, secret=SECRET) | {"x-zm-request-timestamp": timestamp}

    assert Webhook("c", (SECRET,)).read(A, headers, now=NOW).status == 401


@pytest.mark.parametrize("signature", ["", "v0=", "é" * 67, "\udc80", "v1=" + "0" * 64, "v0=" + "0" * 64])
def test_a_signature_that_is_none(signature: str) -> None:
    headers = signed(A, NOW, secret=SECRET) | {"x-zm-signature": signature}

    assert Webhook("c", (SECRET,)).read(A, headers, now=NOW).status == 401


def test_a_body_that_was_indented_after_signing_is_refused() -> None:
    indented = json.dumps(json.loads(A), indent=2).encode()

    assert Webhook("c", (SECRET,)).read(indented, signed(A, NOW, secret=SECRET), now=NOW).status == 401


def test_large_and_deep_bodies_do_no_harm() -> None:
    deep = b'{"event":"app_deauthorized","payload":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}"

    assert read(b"x" * 65_537).status == 413
    assert read(deep).status == 413 if len(deep) > 65_536 else 400
    assert read(b'{"event":"app_deauthorized","payload":' + b"[" * 60_000).status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"client_id": None},
        {"user_id": ""},
        {"user_id": None},
        {"user_id": 7},
        {"user_id": ["u"]},
        {"user_id": "u\n"},
        {"event": "meeting.created"},
        {"event": None},
        {"payload": None},
        {"payload": []},
    ],
)
def test_what_does_not_concern_us_is_taken_without_effect(changes: dict[str, Any]) -> None:
    assert read(event(**changes)) == WebhookReply(200)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, datetime(2026, 3, 5, 14, 59, tzinfo=UTC)),
        ({"deauthorization_time": "2026-03-05T15:59:00+01:00"}, datetime(2026, 3, 5, 14, 59, tzinfo=UTC)),
        ({"deauthorization_time": "yesterday"}, datetime(2025, 10, 9, 8, 53, 20, 123000, tzinfo=UTC)),
        ({"deauthorization_time": None, "event_ts": "x"}, NOW),
        ({"deauthorization_time": 5, "event_ts": 10**30}, NOW),
        ({"deauthorization_time": "9999-12-31T23:59:59-12:00", "event_ts": True}, NOW),
    ],
)
def test_the_moment_of_a_removal(changes: dict[str, Any], expected: datetime) -> None:
    reply = read(event(**changes))

    assert reply.deauthorization is not None
    assert reply.deauthorization.at == expected


@pytest.mark.parametrize(
    ("retention", "asked"),
    [
        ("false", True),
        ("False", True),
        (False, True),
        ("true", False),
        (True, False),
        (None, False),
        (0, False),
        ("", False),
    ],
)
def test_the_acknowledgement_is_asked_for_by_false_only(retention: object, *, asked: bool) -> None:
    reply = read(event(user_data_retention=retention))

    assert reply.deauthorization is not None
    assert bool(reply.deauthorization.acknowledgement) == asked


def test_the_acknowledgement_carries_the_payload_unchanged() -> None:
    reply = read(B, client_id="EXAMPLE_CLIENT_ID")

    assert reply.deauthorization is not None
    assert json.loads(reply.deauthorization.acknowledgement) == {
        "client_id": "EXAMPLE_CLIENT_ID",
        "user_id": "z8yAAAAA8bbbQ",
        "account_id": "q6gBJVO5TzexKYTb_I2rpg",
        "deauthorization_event_received": json.loads(B)["payload"],
        "compliance_completed": True,
    }


def test_the_acknowledgement_goes_to_its_own_address() -> None:
    seen = []

    def talk(connection: Any) -> None:
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with Wire(talk) as wire:
        build(wire.url).acknowledge_deauthorization('{"client_id": "c"}')

    assert seen[0].startswith(b"POST /oauth/data/compliance HTTP/1.1\r\n")
    assert b"Authorization: Basic " in seen[0]
    assert seen[0].endswith(b'{"client_id":"c"}')


@pytest.mark.parametrize(
    ("status", "permanent"),
    [("404 Not Found", True), ("410 Gone", True), ("401 No", True), ("500 Oops", False)],
)
def test_an_acknowledgement_that_is_not_taken(status: str, *, permanent: bool) -> None:
    with (
        Wire(answer(f"HTTP/1.1 {status}\nConnection: close")) as wire,
        pytest.raises(ProviderError) as raised,
    ):
        build(wire.url).acknowledge_deauthorization("{}")

    assert raised.value.permanent is permanent


def test_numbers_json_does_not_know_are_an_error_of_ours_not_a_crash() -> None:
    body = event(user_data_retention=False, note=float("nan"))
    reply = read(body)

    assert reply.deauthorization is not None
    with pytest.raises(ProviderError):
        build("http://localhost:9").acknowledge_deauthorization(reply.deauthorization.acknowledgement)


def test_the_sandboxes_events_are_believed(control: ZoomControl) -> None:
    replies = []

    def talk(connection: Any) -> None:
        head, _, body = read_request(connection).partition(b"\r\n\r\n")
        lines = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        headers = {name.lower(): value for name, value in lines}
        replies.append(build("http://localhost:9").read_webhook(body, headers, now=present()))
        content = json.dumps(replies[-1].body).encode()
        status = f"HTTP/1.1 {replies[-1].status} X\r\nContent-Length: {len(content)}\r\n\r\n"
        connection.sendall(status.encode() + content)

    with Wire(talk) as wire:
        control.app(webhook_url=wire.url)
        validated = control.url_validation()
        control.fault("event_emoji")
        assert control.remove_app() == [200]

    assert validated["ok"], validated
    assert replies[-1].deauthorization is not None


@pytest.mark.parametrize("event_ts", [pytest.param(10**400, id="huge"), 10**15, -1, 0, True, "x", 1.5, None])
def test_an_event_whose_time_is_no_time_counts_from_its_sending(event_ts: Any) -> None:
    reply = read(event(event_ts=event_ts, deauthorization_time="x"))

    assert reply.deauthorization is not None
    assert reply.deauthorization.at == NOW
