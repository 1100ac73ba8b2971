"""Servers that misbehave, over real sockets: none of them makes a calendar look free."""

import gzip
import json
import socket
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.lib.http import Budget
from timetuna.lib.tests.wires import Talk, Wire, answer, read_request
from timetuna.providers.base import Reading
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.icalfeed import fetching
from timetuna.providers.icalfeed.provider import ICalFeed
from timetuna.providers.icalfeed.tests.conftest import Feed, Listen
from timetuna.providers.tests.contracts.calendar import DAY, NOON

Fault = ProviderError | NeedsReconnect


def of(body: bytes, head: str = "HTTP/1.1 200 OK", *, more: str = "") -> Talk:
    return answer(f"{head}\nContent-Length: {len(body)}{more}", body)


@pytest.fixture
def busy(provider: ICalFeed, listen: Listen) -> Callable[..., Reading]:
    def reading(talk: Talk, cursor: str = "") -> Reading:
        address = f"{listen(talk).url}/private-canary.ics"
        return provider.busy("", DAY, time_zone="Europe/Berlin", credential=address, cursor=cursor)

    return reading


@pytest.fixture
def fault(busy: Callable[..., Reading]) -> Callable[..., Fault]:
    def failing(talk: Talk, cursor: str = "") -> Fault:
        with pytest.raises((ProviderError, NeedsReconnect), match=r"\.$") as raised:
            busy(talk, cursor)
        assert "canary" not in str(raised.value)
        return raised.value

    return failing


@pytest.fixture
def body(feed: Feed) -> bytes:
    feed.add(NOON, NOON + timedelta(hours=1))
    return feed.body


def test_a_gzipped_calendar_is_read(busy: Callable[..., Reading], body: bytes) -> None:
    packed = gzip.compress(body)

    found = busy(of(packed, more="\nContent-Encoding: gzip"))

    assert len(found.busy or ()) == 1


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (404, "gone", True),
        (410, "gone", True),
        (429, "http:429", False),
        (500, "http:500", False),
        (503, "http:503", False),
        (204, "http:204", False),
        (206, "http:206", False),
        (304, "http:304", False),
        (302, "http:302", False),
        (400, "http:400", False),
    ],
)
def test_an_answer_that_is_none(
    fault: Callable[..., Fault],
    body: bytes,
    status: int,
    code: str,
    permanent: bool,  # noqa: FBT001
) -> None:
    error = fault(of(b"" if status in {204, 304} else body, f"HTTP/1.1 {status} No"))

    assert isinstance(error, ProviderError)
    assert (error.code, error.permanent) == (code, permanent)


@pytest.mark.parametrize("status", [401, 403])
def test_an_address_that_is_not_accepted_any_more(fault: Callable[..., Fault], status: int) -> None:
    error = fault(of(b"<html>", f"HTTP/1.1 {status} No"))

    assert isinstance(error, ProviderError)
    assert (error.code, error.permanent) == (f"http:{status}", True)


def test_a_pause_that_is_asked_for_is_kept(fault: Callable[..., Fault]) -> None:
    error = fault(of(b"", "HTTP/1.1 429 Slow down", more="\nRetry-After: 120"))

    assert isinstance(error, ProviderError)
    assert error.retry_after is not None
    assert timedelta(seconds=100) < error.retry_after - present() <= timedelta(seconds=120)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "ical:empty"),
        (b"<!DOCTYPE html><title>Sign in</title>", "ical:html"),
        (b"  \r\n<html>BEGIN:VCALENDAR", "ical:html"),
        (b'{"error":"login"}', "ical:not_a_calendar"),
        (b"\x1f\x8b\x08\x00", "ical:not_a_calendar"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "ical:cut_off"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2026", "ical:cut_off"),
    ],
)
def test_what_is_no_calendar_is_not_free(fault: Callable[..., Fault], content: bytes, code: str) -> None:
    error = fault(of(content))

    assert isinstance(error, ProviderError)
    assert (error.code, error.permanent) == (code, False)


def test_a_calendar_that_is_cut_anywhere_is_not_free(fault: Callable[..., Fault], body: bytes) -> None:
    """The server closes without having said how long the file is."""
    for length in range(0, len(body.rstrip()), 9):
        error = fault(answer("HTTP/1.0 200 OK", body[:length]))
        assert isinstance(error, ProviderError)
        assert error.code.startswith("ical:")


@pytest.mark.parametrize("claimed", [10, 100_000])
def test_a_wrong_length_is_not_free(fault: Callable[..., Fault], body: bytes, claimed: int) -> None:
    error = fault(answer(f"HTTP/1.1 200 OK\nContent-Length: {claimed}", body))

    assert error.code in {"network:protocol", "network:reset", "ical:not_a_calendar"}


def test_a_bomb_is_stopped_before_it_unpacks(fault: Callable[..., Fault]) -> None:
    packed = gzip.compress(b"BEGIN:VCALENDAR\r\n" + b"X-A:" + b"a" * 60_000_000)

    started = time.process_time()
    error = fault(of(packed, more="\nContent-Encoding: gzip"))

    assert error.code == "network:too_large"
    assert time.process_time() - started < 5


def test_packed_data_that_is_cut_off_is_not_free(fault: Callable[..., Fault], body: bytes) -> None:
    assert fault(of(gzip.compress(body)[:-9], more="\nContent-Encoding: gzip")).code == "network:encoding"


def test_a_drip_ends_in_time(
    fault: Callable[..., Fault], body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_BUDGET", Budget(total_seconds=1.0))

    def drip(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
        for byte in body:
            time.sleep(0.1)
            connection.sendall(bytes([byte]))

    started = time.monotonic()
    assert fault(drip).code == "network:timeout"
    assert time.monotonic() - started < 0.1 * len(body)


def test_redirects_are_followed_and_loops_are_not(
    busy: Callable[..., Reading], fault: Callable[..., Fault], wire: Wire, body: bytes
) -> None:
    assert body
    found = busy(of(b"", "HTTP/1.1 301 Moved", more=f"\nLocation: {wire.url}/x.ics"))

    assert len(found.busy or ()) == 1
    assert (
        fault(of(b"", "HTTP/1.1 302 Found", more="\nLocation: /private-canary.ics")).code
        == "icalfeed:redirect"
    )


def test_nothing_new_counts_only_where_it_was_asked_for(
    busy: Callable[..., Reading], fault: Callable[..., Fault], body: bytes
) -> None:
    cursor = busy(of(body)).cursor

    assert json.loads(cursor)["etag"] == ""
    assert fault(of(b"", "HTTP/1.1 304 Not Modified"), cursor).code == "http:304"


def test_what_a_server_calls_its_state_is_sent_back_only_where_it_is_harmless(
    busy: Callable[..., Reading], body: bytes
) -> None:
    kept = busy(of(body, more='\nETag: "a"\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT')).cursor
    odd = busy(of(body, more=f'\nETag: "{"a" * 2000}"')).cursor

    assert json.loads(kept)["etag"] == '"a"'
    assert "Thu, 01 Jan 2026" in kept
    assert json.loads(odd)["etag"] == ""
