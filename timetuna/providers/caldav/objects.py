"""The calendar objects of a span (RFC 4791 section 7.8), also from servers whose queries cannot be relied on.

A query that finds nothing proves nothing: the calendar may be new, or its server's index may be gone. And an object
that a query could not give may have been deleted since, or it may not.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from html import escape
from typing import NamedTuple

from timetuna.availability.interval import Interval
from timetuna.lib.text import spoken
from timetuna.providers.caldav.multistatus import CALDAV, DAV, Multistatus, Resource
from timetuna.providers.caldav.server import GONE, NOT_FOUND, Server, incomplete, same_path
from timetuna.providers.errors import ProviderError

_DATA, _KIND, _ETAG = f"{CALDAV}calendar-data", f"{DAV}resourcetype", f"{DAV}getetag"
_TYPE, _COLLECTION = f"{DAV}getcontenttype", f"{DAV}collection"
_CALENDAR_TYPE = "text/calendar"
# A server puts all-day and floating times into a zone of its own choice: up to 14 hours off ours, and ours off UTC.
_MARGIN = timedelta(hours=30)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVER = ("19700101T000000Z", "20991231T000000Z")
_BEGIN, _END = "BEGIN:VCALENDAR", "END:VCALENDAR"
_SUCCESS, _MISSING = range(200, 300), frozenset({NOT_FOUND, GONE})
_MOST_ASKED_FOR, _AT_ONCE, _MOST_MEMBERS, _MOST_BYTES = 50, 200, 10_000, 40_000_000


class Found(NamedTuple):
    """Whole calendar objects. reliable: that they are all of the span need not be looked into soon again."""

    objects: list[bytes]
    reliable: bool


class Objects:
    """Fetches the objects of one calendar."""

    def __init__(self, server: Server, path: str) -> None:
        self._server = server
        self._path = path

    def within(self, span: Interval, *, trusting: bool) -> Found:
        """Return the objects that have events in the span (UTC minutes), and perhaps others, with all recurrences.

        trusting: a query that finds nothing is taken at its word; else it is looked into. Raises ProviderError where
        something is missing, NeedsReconnect.
        """
        start, end = (_EPOCH + timedelta(minutes=minute) for minute in span)
        found = self._query(_stamp(start - _MARGIN), _stamp(end + _MARGIN), wanted="<C:calendar-data/>")
        if found.resources:
            return Found(self._whole(found.resources), reliable=True)
        if trusting or self._or_nothing(lambda: self._query(*_EVER, wanted="")):
            return Found([], reliable=True)
        members = self._members()
        return Found(self._each(members), reliable=not members)

    def _query(self, start: str, end: str, *, wanted: str) -> Multistatus:
        xml = (
            '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
            f"<D:prop><D:getetag/>{wanted}</D:prop>"
            '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
            f'<C:time-range start="{start}" end="{end}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>'
        )
        return self._server.multistatus("REPORT", self._path, xml=xml, depth=1)

    def _members(self) -> list[str]:
        members: list[str] = []
        for one in self._server.propfind(self._path, _KIND, _ETAG, _TYPE, depth=1).resources:
            if same_path(self._at(one.href), self._path):
                continue
            if one.status not in {*_SUCCESS, *_MISSING}:
                raise incomplete()
            kind = one.text(_TYPE).partition(";")[0].strip().lower()
            if (
                one.status in _SUCCESS
                and _COLLECTION not in one.children(_KIND)
                and kind in {"", _CALENDAR_TYPE}
            ):
                members.append(one.href)
        return members

    def _each(self, members: list[str]) -> list[bytes]:
        if len(members) > _MOST_MEMBERS:
            raise ProviderError(
                spoken(
                    "The calendar server finds nothing in a calendar that is not empty; this is tried again."
                ),
                code="caldav:query",
            )
        objects: list[bytes] = []
        for first in range(0, len(members), _AT_ONCE):
            some = members[first : first + _AT_ONCE]
            hrefs = "".join(f"<D:href>{escape(href)}</D:href>" for href in some)
            xml = (
                '<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
                f"<D:prop><D:getetag/><C:calendar-data/></D:prop>{hrefs}</C:calendar-multiget>"
            )
            given = self._or_nothing(
                partial(self._server.multistatus, "REPORT", self._path, xml=xml, depth=1)
            )
            told = {self._at(one.href) for one in given}
            silent = [href for href in some if self._at(href) not in told]
            objects += self._whole([*given, *(Resource(href, NOT_FOUND, {}, {}) for href in silent)])
            if sum(map(len, objects)) > _MOST_BYTES:
                raise incomplete()
        return objects

    def _whole(self, resources: Iterable[Resource]) -> list[bytes]:
        """The objects; one that was not given is asked for by itself."""
        unique = list({one.href: one for one in resources}.values())
        texts = [_text(one) for one in unique]
        if texts.count("") > _MOST_ASKED_FOR:
            raise incomplete()
        pairs = zip(unique, texts, strict=True)
        return [found for one, text in pairs if (found := text.encode() or self._alone(one))]

    def _alone(self, resource: Resource) -> bytes:
        """The object as it is by itself; empty where it is not there any more, by this answer and the first."""
        path = self._at(resource.href)
        if same_path(path, self._path):  # the answer itself was cut short (RFC 4918 section 11.5: 507)
            raise incomplete()
        response = self._server.ask("GET", path)
        was_missing = resource.status in _MISSING or resource.refused.get(_DATA) in _MISSING
        if response.status in _MISSING and was_missing:
            return b""
        text = _calendar(response.body.decode("utf-8", "surrogateescape"))
        if response.status not in _SUCCESS or not text:
            raise incomplete()
        return text.encode("utf-8", "surrogateescape")

    def _or_nothing(self, ask: Callable[[], Multistatus]) -> tuple[Resource, ...]:
        """What a question brings; nothing where the server does not take such questions."""
        try:
            return ask().resources
        except ProviderError as error:
            if error.permanent:
                return ()
            raise

    def _at(self, href: str) -> str:
        try:
            return self._server.path(href, base=self._path)
        except ProviderError:  # of another server
            raise incomplete() from None


def _text(resource: Resource) -> str:
    return _calendar(resource.text(_DATA)) if resource.status in _SUCCESS else ""


def _calendar(text: str) -> str:
    """A calendar object that is one from its beginning to its end, else ""."""
    text = text.lstrip("\ufeff").strip()
    return text if text[: len(_BEGIN)].upper() == _BEGIN and text[-len(_END) :].upper() == _END else ""


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")
