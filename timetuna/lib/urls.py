"""Web addresses that strangers type, or that servers answer with."""

from urllib.parse import urljoin

import httpx


def read_url(text: str) -> httpx.URL | None:
    """Return the address, None where it is none, or its host is a name that cannot be ("xn--")."""
    try:
        url = httpx.URL(text)
        return url if isinstance(url.host, str) else None  # an IDNA name is decoded, and may fail, only here
    except (httpx.InvalidURL, ValueError):
        return None


def joined(base: str, reference: str) -> httpx.URL | None:
    """Return where a reference leads that stands at `base` (RFC 3986 section 5), None where that is nowhere."""
    try:
        return read_url(urljoin(base, reference))
    except ValueError:
        return None
