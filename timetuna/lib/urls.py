"""Web addresses that strangers type, or that servers answer with."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import httpx2
import idna

from timetuna.lib.http import Budget, HttpClient, HttpError, Response

_HOST = re.compile(r"[a-z0-9.-]{1,180}|\[[0-9a-f:.]{2,45}\]")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def read_url(text: str) -> httpx2.URL | None:
    """The address, None where it is none, or its host is a name that cannot be ("xn--")."""
    try:
        url = httpx2.URL(text)
        if url.raw_host.startswith(b"xn--"):
            idna.decode(url.raw_host)  # httpx2 shows what cannot be decoded as it is
    except (httpx2.InvalidURL, ValueError):
        return None
    return url


def read_web_url(text: str) -> httpx2.URL | None:
    """The address, None where it is none of the web, or could be read in two ways."""
    address = read_url(text)
    try:
        good = urlsplit(text).port != 0  # raises ValueError for a port that cannot be
    except ValueError:
        return None
    return address if address and good and address.host and address.scheme in {"http", "https"} else None


def joined(base: str, reference: str) -> httpx2.URL | None:
    """Where a reference leads that stands at `base` (RFC 3986 section 5), None where that is nowhere."""
    try:
        return read_url(urljoin(base, reference))
    except ValueError:
        return None


def website_of(address: str) -> str:
    """The website of an address, as "https://host" or "http://host:8080"; "" where it has none."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    shown = f"[{host}]" if ":" in host else host
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(shown) or _UNSAFE.search(address.strip()):
        return ""
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{shown}" + (f":{port}" if port and port != usual else "")


def may_lead_to(address: str, websites: Iterable[str]) -> bool:
    """Whether it is an https address on one of these websites, and nothing could read it in another way.

    websites: as `website_of` has them.
    """
    website = website_of(address)
    plain = website.startswith("https://") and "@" not in urlsplit(address).netloc
    return plain and not _UNSAFE.search(address) and website in websites


MOST = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class RedirectRefused(Exception):  # noqa: N818 - it is what the reader of the log wants to know
    """A redirect led nowhere one may go: round in circles, or from https to http. `str()` names no address."""


def get(http: HttpClient, url: str, *, headers: Mapping[str, str], budget: Budget) -> Response:
    """Fetch an address and follow up to five redirects (RFC 9110 section 15.4), all within one budget.

    Each hop is dialled by the same client, so that what it refuses (private addresses, ports, credentials in the
    address) is refused at each. Nothing is handed on but the headers given. Raises HttpError, RedirectRefused.
    """
    until = time.monotonic() + budget.total_seconds
    for _ in range(MOST + 1):
        left = until - time.monotonic()
        if left <= 0:
            raise HttpError("timeout", sent=True)
        response = http.request("GET", url, headers=headers, budget=replace(budget, total_seconds=left))
        location = response.headers.get("location", "").strip()
        if response.status not in _REDIRECTS or not location:
            return response
        url = _next(url, location)
    raise RedirectRefused("The address leads from one place to the next and never to an answer.")


def _next(url: str, location: str) -> str:
    try:
        target = urljoin(url, location).partition("#")[0]
        schemes = urlsplit(url).scheme, urlsplit(target).scheme
    except ValueError:
        raise HttpError("address", sent=True) from None
    if schemes[0] == "https" and schemes[1] != "https":
        raise RedirectRefused("The address leads away from https to a place without encryption.")
    return target
