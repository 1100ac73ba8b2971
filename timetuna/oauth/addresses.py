"""The addresses that apps lead back to, and those that tokens are good for."""

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext

from timetuna.api.principal import RESOURCES
from timetuna.web.forms import in_full

LONGEST_REDIRECT, MOST_REDIRECTS = 500, 10
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PLAIN = re.compile(r"[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


def redirect_fault(uri: str) -> str:
    """Why nobody may be led there, "" where they may: https, or http to the person's own computer (RFC 8252)."""
    try:
        parts = urlsplit(uri)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "The redirect URI cannot be read."
    rules = (
        (len(uri) <= LONGEST_REDIRECT, f"A redirect URI has at most {LONGEST_REDIRECT} characters."),
        (_PLAIN.fullmatch(uri), "A redirect URI has only those signs of US-ASCII that stand in addresses."),
        ("#" not in uri and "*" not in uri, "A redirect URI has no fragment and no wildcard."),
        ("@" not in parts.netloc, "A redirect URI has no user name."),
        (
            is_loopback(uri) or (parts.scheme == "https" and _HOST.fullmatch(host)),
            "A redirect URI begins with https://, or with http:// and 127.0.0.1, [::1] or localhost.",
        ),
    )
    return next((sentence for good, sentence in rules if not good), "")


def is_loopback(uri: str) -> bool:
    """Whether it leads to a program on the computer of who is asked."""
    parts = urlsplit(uri)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def place_of(uri: str) -> str:
    """The host that it leads to; "" for a program on the person's own computer."""
    return "" if is_loopback(uri) else urlsplit(uri).hostname or ""


def place_in_words(host: str) -> str:
    """As lists have it."""
    return host or gettext("a program on your computer")


def resources() -> tuple[str, ...]:
    """The whole addresses; the server's own is good for all of it."""
    return in_full(""), *(in_full(path) for path in RESOURCES)


def is_resource(uri: str) -> bool:
    return uri.rstrip("/") in resources()
