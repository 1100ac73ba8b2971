"""A booking as a calendar object to be stored (RFC 4791 section 4.1): one event, no METHOD, nobody invited by it."""

from dataclasses import replace
from datetime import datetime, timedelta

from icalendar import Calendar, Component, Event, vCalAddress

from timetuna.lib.ics import PRODUCT, Invitation, InvitationAttendee, event_of
from timetuna.lib.mail import clean_address
from timetuna.providers.base import Entry, Person

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
