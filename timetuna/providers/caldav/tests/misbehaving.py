"""A calendar server that answers what a test wants, over a real socket, and remembers what it was asked."""

import socket
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from timetuna.lib.tests.wires import Wire, read_request

CALENDAR = "/home/ada/office/"
_NAMESPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/" '
    'xmlns:A="http://apple.com/ns/ical/" xmlns:O="http://owncloud.org/ns"'
)
IS_CALENDAR = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Misbehaving:
    """`answers` has, for each method, what to say in turn; the last one is said for ever."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, deque[bytes]] = field(default_factory=dict)

    def will(self, method: str, status: int, body: str | bytes = b"", **headers: str) -> None:
        """Add an answer to what is said to a method."""
        content = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.answers.setdefault(method, deque()).append("\r\n".join([*lines, "", ""]).encode() + content)

    def talk(self, connection: socket.socket) -> None:
        head, _, body = read_request(connection).partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        self.asked.append(Asked(method, path, headers, body))
        said = self.answers.get(method, deque([b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"]))
        connection.sendall(said.popleft() if len(said) > 1 else said[0])


@contextmanager
def misbehaving() -> Iterator[Misbehaving]:
    server = Misbehaving("")
    with Wire(server.talk) as wire:
        server.url = f"http://localhost:{wire.port}"
        yield server


def multistatus(*responses: str, token: str = "") -> str:
    end = f"<D:sync-token>{token}</D:sync-token>" if token else ""
    return f'<?xml version="1.0"?><D:multistatus {_NAMESPACES}>{"".join(responses)}{end}</D:multistatus>'


def found(
    href: str, properties: str, *, status: int = 200, missing: str = "", missing_status: int = 404
) -> str:
    """What is said of one resource: its properties, and those it could not give."""
    refused = f"<D:propstat><D:prop>{missing}</D:prop><D:status>HTTP/1.1 {missing_status} No</D:status></D:propstat>"
    return (
        f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{properties}</D:prop>"
        f"<D:status>HTTP/1.1 {status} Whatever</D:status></D:propstat>{refused if missing else ''}</D:response>"
    )


def failed(href: str, status: int) -> str:
    """What is said of a resource that could not be given."""
    return f"<D:response><D:href>{href}</D:href><D:status>HTTP/1.1 {status} No</D:status></D:response>"


def event(number: int, *lines: str) -> str:
    """A resource with one event on 5 March 2031, at noon UTC."""
    data = "\r\n".join(
        [
            *(
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                "PRODID:-//t//t//EN",
                "BEGIN:VEVENT",
                f"UID:{number}@example.org",
            ),
            *("DTSTAMP:20310101T000000Z", "DTSTART:20310305T120000Z", "DTEND:20310305T123000Z", *lines),
            *("END:VEVENT", "END:VCALENDAR", ""),
        ]
    )
    return found(
        f"{CALENDAR}{number}.ics", f'<D:getetag>"1"</D:getetag><C:calendar-data>{data}</C:calendar-data>'
    )
