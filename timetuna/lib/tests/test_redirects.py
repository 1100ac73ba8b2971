"""Redirects are followed a few steps, and each step is judged as the first one was."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from timetuna.lib import http_connect
from timetuna.lib.http import Budget, HttpClient, HttpError
from timetuna.lib.tests.certificates import Authority
from timetuna.lib.tests.wires import Talk, Wire, answer, read_request
from timetuna.lib.urls import RedirectRefused, get

Listen = Callable[..., Wire]
SECONDS = Budget(connect_seconds=2, read_seconds=2, total_seconds=3)


@pytest.fixture
def listen() -> Iterator[Listen]:
    with ExitStack() as stack:
        yield lambda talk, **options: stack.enter_context(Wire(talk, **options))


def to(location: str, status: int = 302) -> Talk:
    return answer(f"HTTP/1.1 {status} Moved\nContent-Length: 0\nLocation: {location}")


def here(body: bytes = b"here") -> Talk:
    return answer(f"HTTP/1.1 200 OK\nContent-Length: {len(body)}", body)


def client(**options: object) -> HttpClient:
    return HttpClient(**({"user_agent": "TimeTuna/1.0 (test)", "allow_private": True} | options))


def fetch(url: str, **options: object) -> bytes:
    return get(client(**options), url, headers={"Accept": "x/y"}, budget=SECONDS).body


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(listen: Listen, status: int) -> None:
    target = listen(here())

    assert fetch(listen(to(f"{target.url}/b?c=d#e", status)).url) == b"here"


def test_a_relative_one_too(listen: Listen) -> None:
    paths = []

    def stay(connection: socket.socket) -> None:
        path = connection.recv(4096).split()[1]
        paths.append(path)
        head = b"302 Found\r\nLocation: ../b" if path == b"/x/a" else b"200 OK"
        connection.sendall(b"HTTP/1.1 " + head + b"\r\nContent-Length: 0\r\n\r\n")

    fetch(f"{listen(stay).url}/x/a")

    assert paths == [b"/x/a", b"/b"]


def test_five_are_followed_and_no_more(listen: Listen) -> None:
    wire = listen(here())
    for _ in range(5):
        wire = listen(to(wire.url))
    assert fetch(wire.url) == b"here"

    with pytest.raises(RedirectRefused, match=r"\.$"):
        fetch(listen(to(wire.url)).url)


def test_a_loop_ends(listen: Listen) -> None:
    wire = listen(to("/again"))

    with pytest.raises(RedirectRefused):
        fetch(wire.url)

    assert wire.connections == 6


def test_https_never_leads_to_http(listen: Listen) -> None:
    authority = Authority()
    canary = listen(here())
    wire = listen(to(canary.url), tls=authority.server())

    with pytest.raises(RedirectRefused, match="encryption"):
        fetch(wire.url, tls=authority.client())

    assert canary.connections == 0


def test_a_private_address_behind_a_redirect_is_not_dialled(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_connect, "is_public", lambda address: address == "127.0.0.1")
    with socket.create_server(("127.0.0.2", 0)) as canary:
        port = canary.getsockname()[1]
        wire = listen(to(f"http://127.0.0.2:{port}/"))

        with pytest.raises(HttpError) as raised:
            fetch(wire.url, allow_private=False, ports=frozenset({port, wire.port}))

        canary.setblocking(False)
        with pytest.raises(BlockingIOError):
            canary.accept()
    assert (raised.value.kind, wire.connections) == ("refused_address", 1)


@pytest.mark.parametrize(
    "location", ["ftp://localhost/", "file:///etc/passwd", "http://u:p@localhost/", "http://["]
)
def test_what_is_no_address_of_the_web_is_refused(listen: Listen, location: str) -> None:
    with pytest.raises(HttpError) as raised:
        fetch(listen(to(location)).url)

    assert raised.value.kind == "address"


def test_all_hops_share_one_budget(listen: Listen) -> None:
    def slow(connection: socket.socket) -> None:
        read_request(connection)
        time.sleep(0.4)
        connection.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /again\r\n\r\n")

    with pytest.raises(HttpError) as raised:
        get(client(), listen(slow).url, headers={}, budget=Budget(total_seconds=1))

    assert raised.value.kind == "timeout"  # and not that there were too many of them


def test_a_redirect_without_a_place_is_an_answer(listen: Listen) -> None:
    response = get(
        client(), listen(answer("HTTP/1.1 302 Found\nContent-Length: 0")).url, headers={}, budget=SECONDS
    )

    assert response.status == 302
