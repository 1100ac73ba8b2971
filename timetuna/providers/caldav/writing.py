"""Writes a booking's event: one resource named after the booking, so that doing it twice changes nothing.

As RFC 4791 section 4.1 has it: one event, no METHOD, nobody invited by it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import quote

from icalendar import Calendar, Component, Event, vCalAddress

from timetuna.lib.http import Body, Response
from timetuna.lib.ics import PRODUCT, Invitation, InvitationAttendee, event_of
from timetuna.lib.mail import clean_address
from timetuna.lib.text import spoken
from timetuna.providers.base import Entry, Person, Written
from timetuna.providers.caldav.multistatus import CALDAV, conditions
from timetuna.providers.caldav.server import (
    CONFLICT,
    FORBIDDEN,
    GONE,
    NOT_FOUND,
    PRECONDITION,
    Server,
    gone,
    refusal,
)
from timetuna.providers.errors import NeedsReconnect, ProviderError

_MARK = "x-timetuna-booking"
_KEPT = ("categories", "color")  # what a host's own calendar program adds and our mails never carry
_HOSTS_OWN = ("summary", "description", "attendee", "transp")  # what repairing leaves alone


def calendar_object(entry: Entry, *, organizer: str, before: bytes, now: datetime) -> bytes:
    """Return the object. Raises ValueError when the start has no zone or an address is none.

    organizer: the owner's mail address. Where it is none, a user name perhaps, the event names guests only. Where the
    entry has an organizer of its own, the owner is one of the hosts who take part, by that address.
    before: what is stored now, b"" where nothing is; the alarms and colors its host gave it stay.
    """
    owner = organizer if _is_address(organizer) else ""
    inviting = entry.organizer or Person("", owner)
    event = event_of(
        Invitation(
            uid=entry.ical_uid,
            sequence=entry.revision,
            start=entry.start,
            end=entry.start + timedelta(minutes=entry.minutes),
            stamp=now,
            summary=entry.title,
            organizer_name=inviting.name,
            organizer_email=inviting.email,
            attendees=(*_hosts(entry, owner), *map(_attendee, entry.guests)),
            description=entry.description,
            location=entry.location,
        )
    )
    event.add(_MARK, entry.booking)
    if entry.tentative:
        event["STATUS"] = "TENTATIVE"
    for person in (*_attendees(event), *([event["ORGANIZER"]] if entry.organizer else ())):
        # The one value that all servers know: they leave the guest, or who invites, to us (RFC 6638 section 7.1). NONE
        # means the same to people, but SabreDAV (Nextcloud, Baikal) sends mails for it.
        person.params["SCHEDULE-AGENT"] = "CLIENT"
    _keep(event, before, names=_KEPT + _HOSTS_OWN if entry.unchanged else _KEPT)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def has_uid(body: bytes, uid: str) -> bool:
    return any(str(one.get("UID", "")) == uid for one in _events(body))


def _is_address(text: str) -> bool:
    try:
        return bool(clean_address(text, allow_localhost=True))
    except ValueError:
        return False


def _attendee(guest: Person) -> InvitationAttendee:
    return InvitationAttendee(guest.name, guest.email, "ACCEPTED" if guest.accepted else "NEEDS-ACTION")


def _hosts(entry: Entry, owner: str) -> tuple[InvitationAttendee, ...]:
    own = [replace(host, email=owner or host.email) for host in entry.hosts[:1]]
    return tuple(
        InvitationAttendee(host.name, host.email, "ACCEPTED", "CHAIR" if host.leads else "REQ-PARTICIPANT")
        for host in (*own, *entry.hosts[1:])
    )


def _attendees(event: Event) -> list[vCalAddress]:
    found = event.get("ATTENDEE", [])
    return found if isinstance(found, list) else [found]


def _keep(event: Event, before: bytes, *, names: tuple[str, ...]) -> None:
    """Take over what the host's own calendar program can have put there, or taken out."""
    for old in _events(before)[:1]:
        for alarm in old.walk("VALARM"):
            event.add_component(alarm)
        for name in names:
            event.pop(name, None)
            if name in old:
                event[name] = old[name]


def _events(body: bytes) -> list[Component]:
    """None of what cannot be read."""
    try:
        return list(Calendar.from_ical(body).walk("VEVENT")) if body else []
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return []


_OK, _BAD_REQUEST, _SERVER_ERROR = 200, 400, 500
_SUCCESS = range(200, 300)
_ABSENT = frozenset({NOT_FOUND, GONE})
_UID_TAKEN = frozenset({_BAD_REQUEST, FORBIDDEN, CONFLICT})
_TYPE = "text/calendar; charset=utf-8"
_TRIES = 4
_UID_CONFLICT, _DATA = f"{CALDAV}no-uid-conflict", f"{CALDAV}calendar-data"


class Events:
    """The events of one calendar, to be written and removed."""

    def __init__(self, server: Server, calendar: str, *, organizer: str) -> None:
        self._server = server
        self._calendar = server.path(calendar if calendar.endswith("/") else f"{calendar}/")
        self._organizer = organizer

    def put(self, entry: Entry, *, reference: str) -> Written:
        """Write the event or change it. Somebody else's change in between leads to reading and trying again."""
        path = self._path(reference) if reference else self._path(f"{quote(entry.booking, safe='')}.ics")
        known = bool(reference)
        for _ in range(_TRIES):
            stored = self._stored(path) if known else None
            answer = self._write(entry, path, stored)
            if answer.status in _SUCCESS:
                return Written(reference=path, ical_uid=entry.ical_uid)
            other = "" if stored else self._uid_holder(entry.ical_uid, answer)
            if other:
                path = other
            elif answer.status != PRECONDITION and not (stored and answer.status in _ABSENT):
                raise self._refusal(answer)
            known = True
        raise ProviderError(
            spoken("The event is being changed by somebody else all the time; this is tried again."),
            code=f"http:{PRECONDITION}",
        )

    def remove(self, reference: str) -> None:
        """Delete the event; one that is gone is as good."""
        answer = self._server.ask("DELETE", self._path(reference))
        if answer.status not in _SUCCESS and answer.status not in _ABSENT:
            raise refusal(answer)

    def _stored(self, path: str) -> Response | None:
        answer = self._server.ask("GET", path, headers={"Accept": "text/calendar"})
        if answer.status in _ABSENT:
            return None
        if answer.status != _OK:
            raise refusal(answer)
        return answer

    def _write(self, entry: Entry, path: str, stored: Response | None) -> Response:
        content = calendar_object(
            entry, organizer=self._organizer, before=stored.body if stored else b"", now=datetime.now(UTC)
        )
        etag = stored.headers.get("etag", "") if stored else ""
        condition = {"If-Match": etag} if etag and not etag.startswith("W/") else {}
        if stored is None:
            condition = {"If-None-Match": "*"}
        return self._server.ask("PUT", path, body=Body(content, _TYPE), headers=condition)

    def _uid_holder(self, uid: str, answer: Response) -> str:
        """Return where an event of this UID stands, "" where none is in the way.

        The invitation in our mail may have put it there first. Some servers name it (RFC 4791 section 5.3.2.1),
        others are asked.
        """
        if not _uid_may_be_taken(answer):
            return ""
        named = conditions(answer.body).get(_UID_CONFLICT, "")
        if named and self._server.has(named):
            return self._server.path(named, base=self._calendar)
        xml = (
            '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
            "<D:prop><C:calendar-data/></D:prop>"
            '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="UID">'
            f'<C:text-match collation="i;octet">{escape(uid)}</C:text-match>'
            "</C:prop-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
        )
        try:
            found = self._server.multistatus("REPORT", self._calendar, xml=xml, depth=1).resources
        except (ProviderError, NeedsReconnect):
            return ""
        # A server looks for the text anywhere in a UID; only the very one is ours to change.
        return next(
            (self._server.path(one.href) for one in found if has_uid(one.text(_DATA).encode(), uid)), ""
        )

    def _path(self, reference: str) -> str:
        return self._server.path(reference, base=self._calendar)

    def _refusal(self, answer: Response) -> ProviderError | NeedsReconnect:
        """A missing parent is a missing calendar (RFC 4918 section 9.7.1)."""
        missing = answer.status == CONFLICT and not conditions(answer.body)
        failure = gone() if missing else refusal(answer)
        failure.outcome_unknown = answer.status >= _SERVER_ERROR
        return failure


def _uid_may_be_taken(answer: Response) -> bool:
    """Nextcloud says 400 and nothing else where another event has this UID."""
    return answer.status in _UID_TAKEN or _UID_CONFLICT in conditions(answer.body)
