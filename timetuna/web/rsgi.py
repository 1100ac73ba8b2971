"""Takes requests from Granian (RSGI) and hands them to Django (WSGI, PEP 3333) once their body has arrived.

Granian's own WSGI interface gives a request to a thread before its body is there: a few clients that send
theirs a byte at a time hold every thread. Here a body is awaited without one, within a time and a size.
"""

import asyncio
import io
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Protocol

from timetuna.lib.call_stack import with_room

Headers = list[tuple[str, str]]
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Answer = tuple[int, Headers, bytes]

BODY_WITHIN_SECONDS = 20.0
LARGE_WITHIN_SECONDS = 180.0
_MOST_DIGITS = 15
PLAIN: Headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
TOO_LARGE: Answer = (
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    PLAIN,
    b"This is more than TimeTuna accepts at once.",
)
CUT_OFF: Answer = (
    HTTPStatus.BAD_REQUEST,
    PLAIN,
    b"This did not arrive whole, so nothing was done. Send it again.",
)
NO_LENGTH: Answer = (
    HTTPStatus.LENGTH_REQUIRED,
    PLAIN,
    b"This came without its length, so nobody can tell whether it is whole. Send it with a Content-Length.",
)
TOO_SLOW: Answer = (HTTPStatus.REQUEST_TIMEOUT, PLAIN, b"This took too long to arrive. Send it again.")
BROKEN: Answer = (HTTPStatus.INTERNAL_SERVER_ERROR, PLAIN, b"Something went wrong. Try again.")
Explain = Callable[[str, int, str], tuple[str, bytes]]
"""Of a path, a status and a sentence: the media type and the body in which whoever asks there reads it."""
log = logging.getLogger("timetuna.web")


class RequestScope(Protocol):
    """What Granian knows of a request before its body."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    headers: Any
    authority: str | None


class Exchange(Protocol):
    """The request's body, and the way to answer."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer."""


class Bridge:
    """A server application for Granian that runs a WSGI application in so many threads.

    largest_body: in bytes.  most_bytes: what a body may have that is larger, by path and query.
    explain: says what was refused here as whoever asks there reads it.
    signed_below: paths that begin so take bodies without a length, because what reads them checks a signature over
    every byte. Granian ends a chunked body that was cut off as it ends a whole one, so that nobody else may take any.
    """

    def __init__(
        self,
        application: Application,
        *,
        threads: int,
        largest_body: int,
        signed_below: str,
        most_bytes: Callable[[str, str], int],
        explain: Explain,
    ) -> None:
        self.application = application
        self.largest_body = largest_body
        self.most_bytes = most_bytes
        self.signed_below = signed_below
        self.explain = explain
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="web")

    async def __rsgi__(self, scope: RequestScope, exchange: Exchange) -> None:
        most = self._most(scope)
        try:
            usual = most == self.largest_body
            async with asyncio.timeout(BODY_WITHIN_SECONDS if usual else LARGE_WITHIN_SECONDS):
                body = await self._body(scope, exchange, most)
        except TimeoutError:
            body = TOO_SLOW
        if not isinstance(body, bytes):
            exchange.response_bytes(*self._explained(scope.path, body))
            return
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self.threads, with_room, self._answer, environ_of(scope, body))
        exchange.response_bytes(*(self._explained(scope.path, answer) if answer is BROKEN else answer))

    def _explained(self, path: str, answer: Answer) -> Answer:
        status, headers, text = answer
        kind, body = self.explain(path, status, text.decode())
        return status, [("content-type", kind), *headers[1:]], body

    def _most(self, scope: RequestScope) -> int:
        """How large its body may be; asked for where it says that it is larger than others."""
        length = scope.headers.get("content-length") or ""
        if not (length.isascii() and length.isdigit()) or _number(length) <= self.largest_body:
            return self.largest_body
        return max(self.largest_body, self.most_bytes(scope.path, scope.query_string))

    async def _body(self, scope: RequestScope, exchange: Exchange, most: int) -> bytes | Answer:
        length = scope.headers.get("content-length")
        if length is None:
            if scope.headers.get("transfer-encoding") is None:
                return b""
            if not scope.path.startswith(self.signed_below):
                return NO_LENGTH
        elif not (length.isascii() and length.isdigit()):
            return CUT_OFF
        elif _number(length) > most:
            return TOO_LARGE
        body = await self._arrived(exchange, most)
        if body is None:
            return TOO_LARGE
        return body if length is None or _number(length) == len(body) else CUT_OFF

    async def _arrived(self, exchange: Exchange, most: int) -> bytes | None:
        """What arrives until the stream ends, or None as soon as it is too large."""
        parts, size = [], 0
        async for part in exchange:
            size += len(part)
            if size > most:
                return None
            parts.append(part)
        return b"".join(parts)

    def _answer(self, environ: Environ) -> Answer:
        started: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: Headers, _exc_info: object = None) -> None:
            started[:] = [(int(status[:3]), headers)]

        try:
            chunks = self.application(environ, start_response)
            try:
                body = b"".join(chunks)
            finally:
                getattr(chunks, "close", lambda: None)()
        except Exception:
            log.exception("a request broke outside Django")
            return BROKEN
        return (*started[0], body)


def _number(digits: str) -> int:
    return int(digits[-_MOST_DIGITS:]) if len(digits.lstrip("0")) <= _MOST_DIGITS else sys.maxsize


def environ_of(scope: RequestScope, body: bytes) -> Environ:
    """The request as PEP 3333 wants it. The process's own environment, with its secrets, stays out."""
    server, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),  # Granian decoded it
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        _add_header(environ, name, value)
    return environ


def _add_header(environ: Environ, name: str, value: str) -> None:
    if "_" in name or name in {"content-length", "transfer-encoding"}:
        return  # an underscore would let X_Forwarded_For pose as X-Forwarded-For
    key = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
    separator = "; " if name == "cookie" else ","
    environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
