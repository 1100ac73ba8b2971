import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from timetuna.lib.http import HttpClient
from timetuna.lib.tests.wires import Talk, Wire, read_request
from timetuna.providers.icalfeed import PROVIDER
from timetuna.providers.icalfeed.provider import ICalFeed

Listen = Callable[[Talk], Wire]


def build(**settings: str) -> ICalFeed:
    environment = {"ICALFEED_ALLOW_PRIVATE": "yes", "ICALFEED_ALLOW_HTTP": "yes"} | {
        f"ICALFEED_{name.upper()}": value for name, value in settings.items()
    }
    provider = PROVIDER.build(
        PROVIDER.config(environment, redirect_uri=""), HttpClient(user_agent="TimeTuna/1.0 (test)")
    )
    assert isinstance(provider, ICalFeed)
    return provider


@dataclass
class Feed:
    """A published calendar: its events, whether its server knows ETags, and what was asked of it."""

    events: dict[int, str] = field(default_factory=dict)
    name: str = ""
    etags: bool = True
    asked: list[bytes] = field(default_factory=list)
    made: int = 0

    def add(self, start: Any, end: Any, **kind: Any) -> int:
        """Put an event in, as calendar_contract.py describes it."""
        self.made += 1
        lines = [f"UID:{kind.get('uid', f'event-{self.made}')}", _line("DTSTART", start), _line("DTEND", end)]
        if "weekly" in kind:
            lines.append(f"RRULE:FREQ=WEEKLY;COUNT={kind['weekly']}")
        lines += [line for name, line in _KINDS.items() if kind.get(name)]
        self.events[self.made] = "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])
        return self.made

    def remove(self, number: int) -> None:
        del self.events[number]

    @property
    def body(self) -> bytes:
        name = f"X-WR-CALNAME:{self.name}\r\n" if self.name else ""
        inside = "".join(self.events.values())
        return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{name}{inside}END:VCALENDAR\r\n".encode()

    def talk(self, connection: Any) -> None:
        request = read_request(connection)
        self.asked.append(request)
        tag = f'"{hashlib.sha256(self.body).hexdigest()[:12]}"'.encode()
        known = self.etags and b"If-None-Match: " + tag in request
        status, body = (b"304 Not Modified", b"") if known else (b"200 OK", self.body)
        etag = b"ETag: " + tag + b"\r\n" if self.etags else b""
        if request.startswith(b"GET /none"):
            status, body = b"404 Not Found", b"<html>"
        if request.startswith(b"GET /closed"):
            status, body = b"403 Forbidden", b"<html>"
        # A content type that is a lie, as many servers tell it.
        head = b"HTTP/1.1 " + status + b"\r\n" + etag + b"Content-Type: text/html\r\n"
        connection.sendall(head + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


_KINDS = {
    "transparent": "TRANSP:TRANSPARENT",
    "cancelled": "STATUS:CANCELLED",
    "tentative": "STATUS:TENTATIVE",
}


def _line(name: str, moment: Any) -> str:
    if not isinstance(moment, datetime):
        return f"{name};VALUE=DATE:{moment:%Y%m%d}" if isinstance(moment, date) else ""
    if moment.tzinfo is UTC:
        return f"{name}:{moment:%Y%m%dT%H%M%SZ}"
    return f"{name};TZID={moment.tzinfo}:{moment:%Y%m%dT%H%M%S}"


@pytest.fixture
def listen() -> Iterator[Listen]:
    with ExitStack() as stack:
        yield lambda talk: stack.enter_context(Wire(talk))


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def wire(listen: Listen, feed: Feed) -> Wire:
    return listen(feed.talk)


@pytest.fixture
def provider() -> ICalFeed:
    return build()


@pytest.fixture
def credential(wire: Wire) -> str:
    return f"{wire.url}/private-canary/basic.ics"


@pytest.fixture
def bad_credential(wire: Wire) -> str:
    return f"{wire.url}/closed-canary"


@pytest.fixture
def calendar() -> str:
    return "feed"


@pytest.fixture
def gone() -> str:
    return "another"


@pytest.fixture
def add_event(feed: Feed) -> Callable[..., int]:
    return feed.add


@pytest.fixture
def remove_event(feed: Feed) -> Callable[[int], None]:
    return feed.remove
