"""Web addresses that strangers type, or that servers answer with."""

from urllib.parse import urljoin, urlsplit

import httpx2
import idna


def read_url(text: str) -> httpx2.URL | None:
    """Return the address, None where it is none, or its host is a name that cannot be ("xn--")."""
    try:
        url = httpx2.URL(text)
        if url.raw_host.startswith(b"xn--"):
            idna.decode(url.raw_host)  # httpx2 shows what cannot be decoded as it is
    except (httpx2.InvalidURL, ValueError):
        return None
    return url


def read_web_url(text: str) -> httpx2.URL | None:
    """Return the address, None where it is none of the web, or could be read in two ways."""
    address = read_url(text)
    try:
        good = urlsplit(text).port != 0  # raises ValueError for a port that cannot be
    except ValueError:
        return None
    return address if address and good and address.host and address.scheme in {"http", "https"} else None


def joined(base: str, reference: str) -> httpx2.URL | None:
    """Return where a reference leads that stands at `base` (RFC 3986 section 5), None where that is nowhere."""
    try:
        return read_url(urljoin(base, reference))
    except ValueError:
        return None
