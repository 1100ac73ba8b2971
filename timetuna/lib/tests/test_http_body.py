import socket

import pytest

from timetuna.lib.http import Body, HttpClient
from timetuna.lib.tests.wires import Wire, read_request


def sent(body: Body | None) -> tuple[set[str], bytes]:
    seen = []

    def talk(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with Wire(talk) as wire:
        HttpClient(user_agent="TimeTuna/1.0 (test)", allow_private=True).request("PUT", wire.url, body=body)
    head, _, content = seen[0].partition(b"\r\n\r\n")
    return set(head.decode("latin-1").split("\r\n")), content


@pytest.mark.parametrize(
    ("body", "media_type", "content"),
    [
        (Body.form({"a": "ü &", "b": "1"}), "application/x-www-form-urlencoded", b"a=%C3%BC+%26&b=1"),
        (Body.json({"a": "ü"}), "application/json", '{"a":"ü"}'.encode()),
        (Body(b"<a/>\xff", "application/xml; charset=utf-8"), "application/xml; charset=utf-8", b"<a/>\xff"),
    ],
)
def test_a_body_is_sent_as_it_is_under_its_type(body: Body, media_type: str, content: bytes) -> None:
    lines, received = sent(body)

    assert f"Content-Type: {media_type}" in lines
    assert f"Content-Length: {len(content)}" in lines
    assert received == content


def test_without_a_body_no_type_is_claimed() -> None:
    lines, received = sent(None)

    assert not any(line.lower().startswith("content-type") for line in lines)
    assert received == b""


def test_a_body_is_not_shown() -> None:
    assert "canary" not in repr(Body.json({"a": "canary"}))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_what_json_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        Body.json({"a": value})
