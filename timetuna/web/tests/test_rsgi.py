"""The bridge between the server and Django: what arrives, what is refused, and who waits for whom."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from timetuna.web import rsgi
from timetuna.web.refusals import explained
from timetuna.web.rsgi import Bridge, environ_of


class Headers:
    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.pairs if key == name), None)

    def items(self) -> list[tuple[str, str]]:
        return self.pairs


@dataclass
class Request:
    method: str = "GET"
    path: str = "/robin/intro"
    query_string: str = "month=2026-11"
    pairs: list[tuple[str, str]] = field(default_factory=list)
    http_version: str = "1.1"
    server: str = "127.0.0.1:8000"
    client: str = "[2001:db8::1]:50000"
    scheme: str = "http"
    authority: str | None = None

    @property
    def headers(self) -> Headers:
        return Headers(self.pairs)


class Exchange:
    def __init__(self, parts: list[bytes], *, pause: float = 0.0) -> None:
        self.parts, self.pause = parts, pause
        self.answer: tuple[int, list[tuple[str, str]], bytes] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            await asyncio.sleep(self.pause)
            yield part

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = (status, headers, body)


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("content-type", "text/plain")])
    return [environ["CONTENT_LENGTH"].encode(), b" ", environ["wsgi.input"].read()]


def broken(_environ: dict[str, Any], _start_response: Callable[..., Any]) -> Iterable[bytes]:
    raise RuntimeError


def ask(application: Any, request: Request, exchange: Exchange) -> tuple[int, bytes]:
    bridge = Bridge(
        application,
        threads=1,
        largest_body=10,
        signed_below="/signed/",
        most_bytes=lambda path, query: 20 if (path, query) == ("/video", "ticket=1") else 10,
        explain=explained,
    )
    asyncio.run(bridge.__rsgi__(request, exchange))
    assert exchange.answer is not None
    status, _headers, body = exchange.answer
    return status, body


def test_a_request_becomes_an_environ() -> None:
    pairs = [("host", "localhost"), ("cookie", "a=1"), ("cookie", "b=2"), ("x-forwarded-for", "192.0.2.1")]
    environ = environ_of(Request(path="/röbin", pairs=[*pairs, ("content-type", "text/plain")]), b"x")

    assert environ["PATH_INFO"] == "/röbin".encode().decode("latin-1")
    assert environ["QUERY_STRING"] == "month=2026-11"
    assert environ["REMOTE_ADDR"] == "2001:db8::1"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert environ["CONTENT_LENGTH"] == "1"
    assert "TIMETUNA_SECRET_KEY" not in environ


def test_a_path_is_decoded_once() -> None:
    assert environ_of(Request(path="/ro%62in/a%2fb"), b"")["PATH_INFO"] == "/ro%62in/a%2fb"


def test_an_underscore_does_not_pose_as_a_dash() -> None:
    environ = environ_of(Request(pairs=[("x_forwarded_for", "192.0.2.1")]), b"")

    assert "HTTP_X_FORWARDED_FOR" not in environ


def test_a_body_arrives_whole() -> None:
    request = Request(method="POST", pairs=[("content-length", "6")])

    assert ask(echo, request, Exchange([b"abc", b"def"])) == (200, b"6 abcdef")


@pytest.mark.parametrize(
    ("query", "length", "status"), [("ticket=1", 20, 200), ("ticket=1", 21, 413), ("ticket=2", 11, 413)]
)
def test_a_body_is_larger_only_where_the_page_with_its_form_has_said_so(query, length, status) -> None:
    request = Request(
        method="POST", path="/video", query_string=query, pairs=[("content-length", str(length))]
    )

    assert ask(echo, request, Exchange([b"a" * length]))[0] == status


@pytest.mark.parametrize(("length", "parts"), [("6", [b"abc"]), ("6", []), ("2", [b"abc"]), ("-3", [b"abc"])])
def test_a_body_that_is_not_as_long_as_it_says_is_refused(length: str, parts: list[bytes]) -> None:
    request = Request(method="POST", pairs=[("content-length", length)])

    status, body = ask(echo, request, Exchange(parts))

    assert (status, body) == (400, b"This did not arrive whole, so nothing was done. Send it again.")


def test_a_body_without_a_length_is_taken_only_where_its_signature_is_checked() -> None:
    chunked = [("transfer-encoding", "chunked")]

    refused, _body = ask(echo, Request(method="POST", pairs=chunked), Exchange([b"abc"]))
    taken = ask(echo, Request(method="POST", path="/signed/call", pairs=chunked), Exchange([b"abc"]))

    assert (refused, taken) == (411, (200, b"3 abc"))


@pytest.mark.parametrize("pairs", [[("content-length", "11")], [("transfer-encoding", "chunked")]])
def test_a_body_that_is_too_large_is_refused(pairs: list[tuple[str, str]]) -> None:
    request = Request(method="POST", path="/signed/call", pairs=pairs)

    status, body = ask(echo, request, Exchange([b"x" * 11]))

    assert (status, body) == (413, b"This is more than TimeTuna accepts at once.")


def test_a_body_that_dribbles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rsgi, "BODY_WITHIN_SECONDS", 0.05)
    request = Request(method="POST", pairs=[("content-length", "6")])

    status, _body = ask(echo, request, Exchange([b"a"] * 6, pause=0.02))

    assert status == 408


def test_what_breaks_outside_django_is_answered_in_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    assert ask(broken, Request(), Exchange([])) == (500, b"Something went wrong. Try again.")
    assert "broke outside Django" in caplog.text


@pytest.mark.parametrize(
    ("pairs", "parts", "status", "code"),
    [
        ([("content-length", "11")], [b"x" * 11], 413, "too-large"),
        ([("content-length", "6")], [b"abc"], 400, "malformed"),
        ([("transfer-encoding", "chunked")], [b"abc"], 411, "length-required"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/bookings", "/mcp"])
def test_programs_read_it_as_a_problem(
    path: str, pairs: list[tuple[str, str]], parts: list[bytes], status: int, code: str
) -> None:
    exchange = Exchange(parts)

    answered, body = ask(echo, Request(method="POST", path=path, pairs=pairs), exchange)

    assert exchange.answer is not None
    told = json.loads(body)
    assert (answered, told["status"], told["code"]) == (status, status, code)
    assert dict(exchange.answer[1]) == {"content-type": "application/problem+json", "connection": "close"}
    assert ("limit" in told) == (code == "too-large")


def test_programs_read_that_something_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    status, body = ask(broken, Request(path="/api/v1/me"), Exchange([]))

    assert (status, json.loads(body)["code"]) == (500, "server-error")
