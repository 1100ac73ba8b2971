"""The one way out: bounded in time and size, no redirects, no private addresses but those an operator set."""

import json as jsonlib
import logging
import re
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import certifi
import httpcore2
import httpx2
import orjson

from timetuna.lib.http_connect import Budget, Dialer, HttpError, Kind
from timetuna.lib.text import log_value

__all__ = [
    "WEB_PORTS",
    "Body",
    "Budget",
    "HttpClient",
    "HttpError",
    "Json",
    "Kind",
    "NotJsonError",
    "Response",
    "trust",
]

WEB_PORTS = frozenset({80, 443, 5232, 8000, 8008, 8080, 8443, 8843})  # the web's, and CalDAV servers'

Json = dict[str, Any]
_LINK = re.compile(r"[\x21-\x7e]{1,2000}")
_BUDGET = Budget()
_FRAMING = 1_000_000  # bytes beside the body: headers, interim answers, the ends of chunks

log = logging.getLogger(__name__)
logging.getLogger("httpcore2").setLevel(logging.INFO)  # its DEBUG lines print headers


class NotJsonError(ValueError):
    """An answer was expected to be JSON and is not, or is nested too deep to be read."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a call carries. repr does not show it."""

    content: bytes = field(repr=False)
    media_type: str

    @classmethod
    def form(cls, fields: Mapping[str, str]) -> Self:
        return cls(urlencode(fields).encode("ascii"), "application/x-www-form-urlencoded")

    @classmethod
    def json(cls, value: Any) -> Self:
        """In UTF-8. Raises ValueError or TypeError where JSON has no word for it."""
        text = jsonlib.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return cls(text.encode("utf-8"), "application/json")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: status, headers by lower-case name (repeated ones joined by a comma), the unpacked body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Raises NotJsonError."""
        try:
            return orjson.loads(self.body)
        except ValueError:  # half a surrogate, which services do cut texts to, or another encoding
            pass
        try:
            return jsonlib.loads(self.body)
        except (ValueError, RecursionError):
            raise NotJsonError("The answer is not JSON.") from None

    def fields(self) -> Json:
        """Empty where the answer is HTML, XML, cut off or something else."""
        try:
            body = self.json()
        except NotJsonError:
            return {}
        return body if isinstance(body, dict) else {}


def text(body: Json, name: str) -> str:
    """Empty where it is no text."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def part(body: Json, name: str) -> Json:
    """Empty where it is no object."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def parts(body: Json, name: str) -> list[Json]:
    value = body.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def is_https(link: str) -> bool:
    """Whether guests can be sent there. Nothing is assumed about the host's name."""
    if not _LINK.fullmatch(link) or "\\" in link:
        return False
    try:
        found = urlsplit(link)
    except ValueError:
        return False
    return found.scheme == "https" and bool(found.hostname) and "@" not in found.netloc


class KeptConnection:
    """A connection that is kept from call to call, for one thread that asks one server several times in a row.

    It leads to whom it reached at first, whatever the name means later. Where the other side has closed it meanwhile
    the call is made over another one: what is sent by it has to be such that it may come twice.
    """

    def __init__(self) -> None:
        self._held: tuple[httpcore2.HTTPConnection, Dialer] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hold(None)

    def taken(self, origin: httpcore2.Origin) -> tuple[httpcore2.HTTPConnection, Dialer] | None:
        """What can be asked again, if it is that server's."""
        held = self._held
        if held and held[0].is_idle() and held[0].can_handle_request(origin):
            return held
        return None

    def hold(self, held: tuple[httpcore2.HTTPConnection, Dialer] | None) -> None:
        """In place of the one before, which is closed."""
        if self._held and (held is None or held[0] is not self._held[0]):
            self._held[0].close()
        self._held = held


@dataclass(frozen=True, kw_only=True)
class HttpClient:
    """Makes calls, each over a connection of its own unless it is given a kept one. Safe to share between threads.

    allow_private: for addresses the operator has set. Without it every address behind the name has to be
    public, only `ports` are dialled, and paths are kept out of the log (a feed's path is its password).
    log_paths: off where a path names people, whatever the address.
    max_bytes: counted after unpacking.  cut_off: the body is read as far as that, where else it is refused.
    tls: replaces the context that trusts the system's authorities.
    Proxies out of the environment are not used.
    """

    user_agent: str
    budget: Budget = _BUDGET
    max_bytes: int = 1_000_000
    allow_private: bool = False
    log_paths: bool = True
    cut_off: bool = False
    ports: frozenset[int] = WEB_PORTS
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        line: KeptConnection | None = None,
        budget: Budget | None = None,
    ) -> Response:
        """Make one call and return the answer; a redirect or an error status is one too. Raises HttpError."""
        with self._logged(method) as call:
            kept = {"Connection": "keep-alive"} if line else {}
            request = self._prepare(method, url, headers=kept | dict(headers or {}), body=body)
            shown = self.allow_private and self.log_paths
            call["host"], call["path"] = request.url.host, request.url.path if shown else "…"
            response = self._exchange(request, budget or self.budget, line)
            call["status"] = str(response.status)
            call["tracking"] = response.headers.get("x-zm-trackingid", "")
        return response

    def _prepare(
        self, method: str, url: str, *, headers: Mapping[str, str] | None, body: Body | None
    ) -> httpx2.Request:
        try:
            parsed = httpx2.URL(url)
            allowed = parsed.scheme in {"http", "https"} and parsed.host and not parsed.userinfo
            if not allowed or "\\" in url or not (self.allow_private or _port(parsed) in self.ports):
                raise HttpError("address", sent=False)
            own = {"User-Agent": self.user_agent, "Accept-Encoding": "gzip", "Connection": "close"}
            kind = {"Content-Type": body.media_type} if body else {}
            content = body.content if body else None
            return httpx2.Request(method, parsed, headers=own | kind | dict(headers or {}), content=content)
        except (httpx2.InvalidURL, ValueError, TypeError):
            raise HttpError("address", sent=False) from None

    def _exchange(self, request: httpx2.Request, budget: Budget, line: KeptConnection | None) -> Response:
        url = request.url
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=_port(url), target=url.raw_path)
        raw = httpcore2.Request(
            method=request.method, url=target, headers=request.headers.raw, content=request.read()
        )
        most = 2 * self.max_bytes + _FRAMING
        if line and (held := line.taken(target.origin)):
            held[1].begin(budget, most_bytes=most)
            try:
                return self._ask(*held, raw)
            except HttpError as error:
                if held[1].heard or error.kind not in {"reset", "protocol"}:
                    raise
        dialer = Dialer(budget, allow_private=self.allow_private, most_bytes=most)
        connection = httpcore2.HTTPConnection(
            target.origin, ssl_context=self.tls or trust(), network_backend=dialer
        )
        if line:
            line.hold((connection, dialer))
            return self._ask(connection, dialer, raw)
        with connection:
            return self._ask(connection, dialer, raw)

    def _ask(
        self, connection: httpcore2.HTTPConnection, dialer: Dialer, request: httpcore2.Request
    ) -> Response:
        with _as_http_errors(dialer):
            answer = connection.handle_request(request)
            try:
                headers = _lower(answer.headers)
                body = self._read(answer, headers.get("content-encoding", ""))
            finally:
                answer.close()
        return Response(answer.status, headers, body)

    def _read(self, answer: httpcore2.Response, encoding: str) -> bytes:
        """Unpack while streaming, never more than one byte beyond the cap: 284 kB of gzip can be 300 MB."""
        unpack = _Unpacker(encoding)
        received, body = 0, bytearray()
        for chunk in answer.iter_stream():
            received += len(chunk)
            body += unpack.feed(chunk, most=self.max_bytes - len(body) + 1)
            if received > self.max_bytes or len(body) > self.max_bytes:
                if self.cut_off:
                    return bytes(body[: self.max_bytes])
                raise HttpError("too_large", sent=True)
        if received:
            unpack.finish()
        return bytes(body)

    @contextmanager
    def _logged(self, method: str) -> Iterator[dict[str, str]]:
        """Write one line for the call: no query, no header, no body."""
        started = time.monotonic()
        call = {"host": "", "path": "", "status": "", "tracking": ""}
        try:
            yield call
        except HttpError as error:
            call["status"] = error.kind
            raise
        finally:
            words = [log_value(method), *(log_value(call[name]) for name in ("host", "path", "status"))]
            milliseconds = (time.monotonic() - started) * 1000
            level = logging.INFO if call["status"].isdigit() else logging.WARNING
            log.log(level, "%s %.0f ms %s", " ".join(words), milliseconds, log_value(call["tracking"] or "-"))


class _Unpacker:
    """Undoes the one content coding we ask for, a bounded piece at a time."""

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in {"", "identity", "gzip", "x-gzip"}:
            raise HttpError("encoding", sent=True)
        self._zip = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if "gzip" in name else None

    def feed(self, chunk: bytes, *, most: int) -> bytes:
        """At most `most` bytes."""
        if self._zip is None:
            return chunk
        try:
            return self._zip.decompress(chunk, most)
        except zlib.error:
            raise HttpError("encoding", sent=True) from None

    def finish(self) -> None:
        """Raises HttpError when the packed data was cut off or has a second part: half an answer is none."""
        if self._zip is not None and (not self._zip.eof or self._zip.unused_data):
            raise HttpError("encoding", sent=True)


@contextmanager
def _as_http_errors(dialer: Dialer) -> Iterator[None]:
    try:
        yield
    except (httpcore2.ProtocolError, httpcore2.NetworkError, httpcore2.TimeoutException):
        raise HttpError("protocol", sent=dialer.sent) from None


@lru_cache(maxsize=4)
def trust(authorities: str = "") -> ssl.SSLContext:
    """Trusts the system's authorities and these, in PEM form. Raises OSError, ValueError."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:  # slim images have no authorities of their own
        context.load_verify_locations(certifi.where())
    if not authorities.isascii():
        raise ValueError("PEM is ASCII.")
    if authorities:
        context.load_verify_locations(cadata=authorities)
    return context


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _lower(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


_LONGEST = timedelta(hours=25)  # a day, and the clocks may differ; more would be a broken or hostile value


def parse_retry_after(text: str, *, now: datetime) -> datetime | None:
    """Read a Retry-After value: ISO date-time (Zoom), whole seconds or HTTP date (RFC 9110 section 10.2.3).

    Returns aware UTC between one second and 25 hours from `now`, or None when the text is none of the three.
    """
    value = text.strip()
    iso = _aware(datetime.fromisoformat, value) if "T" in value.upper() else None
    moment = iso or _seconds(value, now) or _aware(parsedate_to_datetime, value)
    return None if moment is None else bounded(moment, now=now)


def bounded(moment: datetime, *, now: datetime) -> datetime:
    """The moment, brought between one second and 25 hours from `now`."""
    return min(max(moment, now + timedelta(seconds=1)), now + _LONGEST)


def _seconds(value: str, now: datetime) -> datetime | None:
    if not value.isascii() or not value.isdigit():
        return None
    return now + min(timedelta(seconds=int(value[:9])), _LONGEST)


def _aware(read: Callable[[str], datetime], value: str) -> datetime | None:
    try:
        moment = read(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
