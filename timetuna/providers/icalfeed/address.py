"""A feed's address as it is typed or pasted. It is a secret: whoever has it reads the calendar."""

import hashlib

import httpx2

from timetuna.lib.urls import read_web_url
from timetuna.providers.errors import ProviderError

_SCHEMES = {"webcal": "https", "webcals": "https", "ical": "https", "feed": "https"}
_LONGEST = 2_000


def read_address(typed: str, *, allow_http: bool) -> str:
    """The address to fetch. Raises ProviderError with a sentence that says what to type instead."""
    text = typed.strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "https", text
    scheme = _SCHEMES.get(scheme.lower(), scheme.lower())
    if scheme == "http" and not allow_http:
        raise _wrong(
            "The address begins with http:, so everybody on the way could read your calendar. Type https: instead."
        )
    address = _parsed(f"{scheme}://{rest}")
    if address is None:
        raise _wrong(
            "This is not the address of an iCal feed. It begins with https:// or webcal://, and often ends in .ics."
        )
    if address.userinfo:
        raise _wrong(
            "The address holds a user name or a password. Use one that works without, or connect by CalDAV."
        )
    return str(address.copy_with(fragment=None))


def host_of(address: str) -> str:
    """The only part of the address that may be shown."""
    return httpx2.URL(address).host


def fingerprint(address: str) -> str:
    """It tells addresses apart and does not give them away."""
    return hashlib.sha256(b"icalfeed:" + address.encode()).hexdigest()[:40]


def _parsed(text: str) -> httpx2.URL | None:
    odd = len(text) > _LONGEST or not text.isprintable() or set(text) & set(" \\")
    return None if odd else read_web_url(text)


def _wrong(sentence: str) -> ProviderError:
    return ProviderError(sentence, code="icalfeed:address", permanent=True)
