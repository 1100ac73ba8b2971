import gzip
import logging
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from timetuna.lib import http_connect
from timetuna.lib.http import Body, Budget, HttpClient, HttpError, Response, trust
from timetuna.lib.tests.certificates import Authority
from timetuna.lib.tests.wires import Talk, Wire, answer, read_request

OK = "HTTP/1.1 200 OK\nContent-Length: 2"
Listen = Callable[..., Wire]


@pytest.fixture
def listen() -> Iterator[Listen]:
    with ExitStack() as stack:
        yield lambda talk, **options: stack.enter_context(Wire(talk, **options))


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def client(**options: Any) -> HttpClient:
    return HttpClient(**({"user_agent": "TimeTuna/1.0 (test)", "allow_private": True} | options))


def failure(url: str, **options: Any) -> HttpError:
    with pytest.raises(HttpError) as raised:
        client(**options).request(
            "POST", url, headers={"Authorization": "Bearer canary"}, body=Body.form({"code": "canary"})
        )
    error = raised.value
    assert "canary" not in f"{error!r}{error.__cause__!r}"
    assert error.__suppress_context__ or error.__context__ is None
    return error


def test_the_request_is_what_was_asked_for(listen: Listen) -> None:
    seen = []

    def talk(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nx-a: 2\r\n\r\n{}")

    wire = listen(talk)

    response = client().request(
        "POST", f"{wire.url}/a?b=c", headers={"Accept": "x/y"}, body=Body.form({"a": "ü &"})
    )

    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a?b=c HTTP/1.1"
    assert {
        f"Host: localhost:{wire.port}",
        "User-Agent: TimeTuna/1.0 (test)",
        "Accept-Encoding: gzip",
        "Accept: x/y",
        "Content-Type: application/x-www-form-urlencoded",
    } < set(lines)
    assert body == b"a=%C3%BC+%26"
    assert response == Response(200, {"content-length": "2", "x-a": "1, 2"}, b"{}")


def test_redirects_are_answers_and_are_not_followed(listen: Listen) -> None:
    elsewhere = listen(answer(OK, b"no"))
    wire = listen(answer(f"HTTP/1.1 302 Found\nLocation: {elsewhere.url}\nContent-Length: 0"))

    assert client().request("GET", wire.url).status == 302
    assert elsewhere.connections == 0


def test_proxies_of_the_environment_are_not_used(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, wire = listen(answer(OK, b"no")), listen(answer(OK, b"ok"))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)

    assert client().request("GET", wire.url).body == b"ok"
    assert proxy.connections == 0


# Size


def test_gzip_is_unpacked(listen: Listen) -> None:
    packed = gzip.compress(b"x" * 1000, mtime=0)
    wire = listen(answer(f"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: {len(packed)}", packed))

    assert client().request("GET", wire.url).body == b"x" * 1000


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Length: 5000", b"x" * 5000),
        ("Connection: close", b"x" * 5000),
        ("Transfer-Encoding: chunked", b"1388\r\n" + b"x" * 5000 + b"\r\n0\r\n\r\n"),
        ("Content-Encoding: gzip\nConnection: close", gzip.compress(b"x" * 5_000_000, mtime=0)),
        ("Content-Encoding: gzip\nConnection: close", gzip.compress(b"", mtime=0) * 500),
    ],
)
def test_a_large_answer_is_cut_off(listen: Listen, head: str, body: bytes) -> None:
    error = failure(listen(answer(f"HTTP/1.1 200 OK\n{head}", body)).url, max_bytes=4000)

    assert (error.kind, error.sent) == ("too_large", True)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", b"x"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"x", mtime=0), mtime=0)),
        ("gzip", b"plain"),
        ("gzip", gzip.compress(b"x" * 1000, mtime=0)[:-4]),
        ("gzip", gzip.compress(b"x", mtime=0) * 2),
    ],
)
def test_packing_that_cannot_be_undone_is_no_answer(listen: Listen, encoding: str, body: bytes) -> None:
    wire = listen(answer(f"HTTP/1.1 200 OK\nContent-Encoding: {encoding}\nContent-Length: {len(body)}", body))

    assert failure(wire.url).kind == "encoding"


def test_endless_headers_are_no_answer(listen: Listen) -> None:
    wire = listen(answer("HTTP/1.1 200 OK\nX: " + "x" * 300_000))

    assert failure(wire.url).kind in {"protocol", "reset"}


# Time


def test_a_drip_does_not_outlive_the_total(listen: Listen) -> None:
    def drip(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.1)

    started = time.monotonic()

    error = failure(listen(drip).url, budget=Budget(read_seconds=5, total_seconds=0.5))

    assert (error.kind, error.sent) == ("timeout", True)
    assert time.monotonic() - started < 50  # of a hundred


def test_a_silent_server_is_given_up_after_the_read_time(listen: Listen) -> None:
    def wait(connection: socket.socket) -> None:
        read_request(connection)
        connection.recv(1)

    error = failure(listen(wait).url, budget=Budget(read_seconds=0.3))

    assert (error.kind, error.sent) == ("timeout", True)


def test_a_server_that_reads_nothing_is_given_up(listen: Listen) -> None:
    wire = listen(lambda connection: time.sleep(1) or connection.recv(1))

    with pytest.raises(HttpError) as raised:
        client(budget=Budget(read_seconds=0.3)).request(
            "POST", wire.url, body=Body.form({"a": "x" * 20_000_000})
        )

    assert (raised.value.kind, raised.value.sent) == ("timeout", True)


def test_a_handshake_that_hangs_was_not_sent(listen: Listen) -> None:
    wire = listen(lambda connection: connection.recv(100_000) and time.sleep(0.6))

    error = failure(f"https://localhost:{wire.port}", budget=Budget(connect_seconds=0.3))

    assert (error.kind, error.sent) == ("timeout", False)


def test_a_resolver_that_hangs_was_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connect, "getaddrinfo", lambda *_, **__: time.sleep(0.6))

    error = failure("http://slow.test", budget=Budget(connect_seconds=0.2))

    assert (error.kind, error.sent) == ("timeout", False)


# Faults


def test_a_reset_after_the_request_was_sent(listen: Listen) -> None:
    def reset(connection: socket.socket) -> None:
        read_request(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    error = failure(listen(reset).url)

    assert (error.kind, error.sent) == ("reset", True)


@pytest.mark.parametrize(
    "said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx"]
)
def test_an_answer_that_is_not_http(listen: Listen, said: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(said)

    error = failure(listen(talk).url)

    assert (error.kind, error.sent) == ("protocol", True)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    error = failure(f"http://127.0.0.1:{port}")

    assert (error.kind, error.sent) == ("connect", False)


def test_an_unknown_name() -> None:
    error = failure("http://nobody.invalid")

    assert (error.kind, error.sent) == ("dns", False)


def test_a_header_that_would_start_another_is_not_sent(listen: Listen) -> None:
    wire = listen(answer(OK, b"no"))

    with pytest.raises(HttpError) as raised:
        client().request("GET", wire.url, headers={"Authorization": "Bearer a\r\nX: b"})

    assert (raised.value.kind, raised.value.sent) == ("protocol", False)


# TLS


def test_tls_with_a_known_authority(listen: Listen, authority: Authority) -> None:
    wire = listen(answer(OK, b"ok"), tls=authority.server())

    assert client(tls=authority.client()).request("GET", wire.url).body == b"ok"


def test_tls_with_an_unknown_authority_was_not_sent(listen: Listen, authority: Authority) -> None:
    error = failure(listen(answer(OK, b"ok"), tls=authority.server()).url)

    assert (error.kind, error.sent) == ("tls", False)


def test_tls_for_another_name_was_not_sent(listen: Listen) -> None:
    other = Authority("other.test")
    wire = listen(answer(OK, b"ok"), tls=other.server())

    assert failure(wire.url, tls=other.client()).kind == "tls"


# Addresses


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
    ],
)
def test_no_connection_is_made_to_a_private_address(listen: Listen, host: str) -> None:
    wire = listen(answer(OK, b"no"))

    error = failure(f"http://{host}:{wire.port}/", allow_private=False, ports=frozenset({wire.port}))

    assert (error.kind, error.sent, wire.connections) == ("refused_address", False, 0)


@pytest.mark.parametrize("answers", [["93.184.216.34", "127.0.0.1"], ["10.0.0.1"], ["64:ff9b::7f00:1"]])
def test_one_private_answer_spoils_the_name(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in answers]
    monkeypatch.setattr(http_connect, "getaddrinfo", lambda *_, **__: found)

    assert failure("http://mixed.test/", allow_private=False).kind == "refused_address"


def test_the_name_is_asked_for_once_and_the_peer_is_looked_at(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = listen(answer(OK, b"no"))
    monkeypatch.setattr(http_connect, "is_public", lambda address: address != "127.0.0.1")
    monkeypatch.setattr(
        http_connect,
        "getaddrinfo",
        lambda *_, **__: [(socket.AF_INET, 1, 6, "", ("0.0.0.0", wire.port))],  # noqa: S104
    )

    error = failure("http://sly.test/", allow_private=False)

    assert (error.kind, error.sent) == ("refused_address", False)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://example.org/",
        "ftp://example.org/",
        "data:,x",
        "//example.org/",
        "",
        "http://",
        "http://user:password@example.org/",
        "http://example.org\\@evil.test/",
        "http://exam\tple.org/",
        "http://example.org/\n",
        "http://example.org:22/",
        "https://example.org:25/",
        "http://example.org:6379/",
    ],
)
def test_only_plain_web_addresses_are_asked(url: str) -> None:
    error = failure(url, allow_private=False)

    assert (error.kind, error.sent) == ("address", False)


# The log


def logged(talk: Talk, caplog: pytest.LogCaptureFixture, **options: Any) -> str:
    with caplog.at_level(logging.DEBUG), Wire(talk) as wire:
        with suppress(HttpError):
            client(**options).request(
                "GET", f"{wire.url}/path%0aforged?token=canary", headers={"A": "canary"}
            )
        return caplog.text


def test_one_line_tells_of_a_call(caplog: pytest.LogCaptureFixture) -> None:
    text = logged(answer(f"{OK}\nx-zm-trackingid: v=2.0;clid=us05;rid=WEB_1", b"ok"), caplog)

    assert text.count("\n") == 1
    assert 'GET localhost "/path forged" 200 ' in text
    assert '"v=2.0;clid=us05;rid=WEB_1"' in text
    assert "canary" not in text


def test_a_strangers_path_stays_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    text = logged(answer(OK, b"ok"), caplog, allow_private=False)

    assert "forged" not in text
    assert "WARNING" in text


def test_a_path_that_names_people_stays_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    text = logged(answer(OK, b"ok"), caplog, log_paths=False)

    assert "GET localhost … 200" in text


def test_an_operators_own_authority_is_trusted_beside_the_others(
    authority: Authority, listen: Listen
) -> None:
    wire = listen(answer(OK, b"ok"), tls=authority.server())

    assert failure(wire.url).kind == "tls"
    assert client(tls=trust(authority.pem)).request("GET", wire.url).body == b"ok"


@pytest.mark.parametrize(
    "content", ["nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "ä"]
)
def test_authorities_that_cannot_be_read_are_an_error(content: str) -> None:
    with pytest.raises((OSError, ValueError)):
        trust(content)
