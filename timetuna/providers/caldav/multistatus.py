"""Answers of a WebDAV server (RFC 4918 section 13): what it says of each resource, and nothing half-read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from timetuna.lib.text import spoken
from timetuna.providers.errors import ProviderError

DAV, CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
CALENDARSERVER, APPLE, OWNCLOUD = (
    "{http://calendarserver.org/ns/}",
    "{http://apple.com/ns/ical/}",
    "{http://owncloud.org/ns}",
)
_OK = 200
_SUCCESS = range(200, 300)
_MOST_TAGS, _MOST_QUOTES = 500_000, 1_000_000
"""Of an answer, tens of thousands of events: each tag and attribute takes many times its own size of memory."""
_STATUS = re.compile(r"HTTP/\d(?:\.\d)?\s+(\d{3})\b")


@dataclass(frozen=True, slots=True)
class Resource:
    """What is said of one resource. `status` is the resource's own, 200 where only its properties have one.

    refused: the status of each property that is not here, 404 for those the server does not have.
    """

    href: str
    status: int
    properties: Mapping[str, Element]
    refused: Mapping[str, int]

    def text(self, name: str) -> str:
        """The property's text without the white space around it, "" where it has none."""
        found = self.properties.get(name)
        return "" if found is None else (found.text or "").strip()

    def hrefs(self, name: str) -> tuple[str, ...]:
        """As they are written."""
        found = self.properties.get(name)
        texts = [] if found is None else [(one.text or "").strip() for one in found.iter(f"{DAV}href")]
        return tuple(text for text in texts if text)

    def children(self, name: str) -> frozenset[str]:
        """At any depth."""
        found = self.properties.get(name)
        return (
            frozenset() if found is None else frozenset(one.tag for one in found.iter() if one is not found)
        )


@dataclass(frozen=True, slots=True)
class Multistatus:
    """A whole answer. `sync_token` is that of a sync-collection report (RFC 6578), else ""."""

    resources: tuple[Resource, ...]
    sync_token: str = ""


def read_multistatus(body: bytes) -> Multistatus:
    """Read the body of a 207. Raises ProviderError when it is anything else, or cut off."""
    root = _parsed(body)
    if root is None or root.tag != f"{DAV}multistatus":
        raise _unreadable()
    resources = tuple(one for response in root.findall(f"{DAV}response") for one in _resources(response))
    return Multistatus(resources, (root.findtext(f"{DAV}sync-token") or "").strip())


def conditions(body: bytes) -> Mapping[str, str]:
    """The names of the conditions in the body of an error (RFC 4918 section 16), each with its href or ""."""
    root = _parsed(body)
    if root is None or root.tag != f"{DAV}error":
        return {}
    return {one.tag: (one.findtext(f"{DAV}href") or "").strip() for one in root}


def _parsed(body: bytes) -> Element | None:
    """Read XML without a document type: nothing in DAV needs one, and entities can be bombs, as can empty tags."""
    if body.count(b"<") > _MOST_TAGS or body.count(b'"') + body.count(b"'") > _MOST_QUOTES:
        return None
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root


def _resources(response: Element) -> Iterator[Resource]:
    hrefs = [(one.text or "").strip() for one in response.findall(f"{DAV}href")]
    status = response.findtext(f"{DAV}status")
    parts = [(_status(one), one.find(f"{DAV}prop")) for one in response.findall(f"{DAV}propstat")]
    if not all(hrefs) or not hrefs or (status is None and not parts):
        raise _unreadable()
    found: dict[str, Element] = {}
    refused: dict[str, int] = {}
    for code, properties in parts:
        for one in () if properties is None else properties:
            if code in _SUCCESS:
                found[one.tag] = one
            else:
                refused[one.tag] = code
    own = _OK if status is None else _number(status)
    yield from (Resource(href, own, found, refused) for href in hrefs)


def _status(propstat: Element) -> int:
    return _number(propstat.findtext(f"{DAV}status") or "")


def _number(line: str) -> int:
    found = _STATUS.match(line.strip())
    if found is None:
        raise _unreadable()
    return int(found.group(1))


def _unreadable() -> ProviderError:
    return ProviderError(
        spoken("The calendar server’s answer could not be read; this is tried again."), code="caldav:answer"
    )
