"""Invitations (RFC 5545, RFC 5546) that every calendar reads alike, and links that fill in web calendars."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

from icalendar import Calendar, Event, vCalAddress, vUri

from timetuna.lib.mail import clean_address
from timetuna.lib.text import multi_line, single_line

PRODUCT = "-//TimeTuna//TimeTuna//EN"
_SHORT, _LONG, _LINK = 200, 4_000, 2_000
_MAILTO_SAFE = "!$'*+/=^_{|}~-.`"
_URL_TEXT = 1_000  # what of a description goes into an address; browsers and proxies cut long ones

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]


@dataclass(frozen=True, slots=True)
class InvitationAttendee:
    """Somebody who takes part. `partstat` is ACCEPTED for who booked, NEEDS-ACTION for who was invited."""

    name: str
    email: str
    partstat: Literal["ACCEPTED", "NEEDS-ACTION", "DECLINED"] = "ACCEPTED"
    role: Literal["REQ-PARTICIPANT", "OPT-PARTICIPANT", "CHAIR"] = "REQ-PARTICIPANT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One meeting. All moments are aware; texts may be hostile, they are cleaned when written.

    `uid` stays for the booking's life and `sequence` rises with every change, the cancellation included
    (RFC 5546 section 2.1.4). `location` is the join link where there is one. `stamp` is now. Only an event that is
    stored and not sent may be without an organizer (""). `goes_on`: a CANCEL for its attendees alone.
    """

    uid: str
    sequence: int
    start: datetime
    end: datetime
    stamp: datetime
    summary: str
    organizer_name: str
    organizer_email: str
    attendees: tuple[InvitationAttendee, ...] = ()
    method: Method = "REQUEST"
    description: str = ""
    location: str = ""
    url: str = ""
    created: datetime | None = None
    goes_on: bool = False


def write(invitation: Invitation) -> bytes:
    """Return the calendar object: UTF-8, CRLF, lines folded at 75 octets. Raises ValueError on a bad address.

    Times are UTC with a Z and there is no VTIMEZONE: the ones libraries make are read an hour off by some.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", invitation.method)
    calendar.add_component(event_of(invitation))
    return bytes(calendar.to_ical())


def google_url(invitation: Invitation) -> str:
    start, end = (moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for moment in _times(invitation))
    query = {
        "action": "TEMPLATE",
        "text": _title(invitation),
        "dates": f"{start}/{end}",
        **_words(invitation, "details"),
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(query, quote_via=quote)}"


def outlook_url(invitation: Invitation) -> str:
    """For private accounts."""
    return _outlook("outlook.live.com", invitation)


def office365_url(invitation: Invitation) -> str:
    """For work and school accounts."""
    return _outlook("outlook.office.com", invitation)


def event_of(invitation: Invitation) -> Event:
    """Without a calendar around it. Raises ValueError on a bad address."""
    start, end = _times(invitation)
    event = Event()
    event.add("uid", single_line(invitation.uid, max_length=_SHORT))
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", _utc(invitation.stamp))
    event.add("last-modified", _utc(invitation.stamp))
    event.add("dtstart", start)
    event.add("dtend", end)
    if not invitation.goes_on:  # RFC 5546 section 3.2.5: no status where only some are taken off
        event.add("status", "CANCELLED" if invitation.method == "CANCEL" else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("summary", _title(invitation))
    if invitation.created:
        event.add("created", _utc(invitation.created))
    _add_texts(event, invitation)
    _add_people(event, invitation)
    return event


def _add_texts(event: Event, invitation: Invitation) -> None:
    if description := multi_line(invitation.description, max_length=_LONG):
        event.add("description", description)
    if location := single_line(invitation.location, max_length=_LINK):
        event.add("location", location)
    if url := _web_address(invitation.url):
        event.add("url", vUri(url))


def _add_people(event: Event, invitation: Invitation) -> None:
    if invitation.organizer_email:
        organizer = _person(invitation.organizer_name, invitation.organizer_email, allow_localhost=True)
        event.add("organizer", organizer, encode=False)
    for attendee in invitation.attendees:
        person = _person(attendee.name, attendee.email)
        person.params["CUTYPE"] = "INDIVIDUAL"
        person.params["ROLE"] = attendee.role
        person.params["PARTSTAT"] = attendee.partstat
        # Without it programs show no buttons to answer with (RFC 5545 section 3.2.17).
        asked = attendee.partstat == "NEEDS-ACTION" and invitation.method == "REQUEST"
        person.params["RSVP"] = "TRUE" if asked else "FALSE"
        event.add("attendee", person, encode=False)


def _person(name: str, email: str, *, allow_localhost: bool = False) -> vCalAddress:
    local, _, domain = clean_address(email, allow_localhost=allow_localhost).rpartition("@")
    # "?" would start header fields in a mailto address (RFC 6068 section 2), "%" an escape.
    person = vCalAddress(f"mailto:{quote(local, safe=_MAILTO_SAFE)}@{domain}")
    if shown := _quotable(name):
        person.params["CN"] = shown
    return person


def _quotable(name: str) -> str:
    """Return a name for CN that all programs read alike.

    No quote (it cannot stand there), no caret (RFC 6868 reads ^n as a line end), and no backslash (some read it as
    they do in a text, where RFC 5545 section 3.2 gives it no meaning).
    """
    return single_line(name, max_length=_SHORT).replace('"', "'").replace("^", "").replace("\\", "/")


def _title(invitation: Invitation) -> str:
    return single_line(invitation.summary, max_length=_SHORT) or "Meeting"


def _times(invitation: Invitation) -> tuple[datetime, datetime]:
    start, end = _utc(invitation.start), _utc(invitation.end)
    if end <= start:
        raise ValueError("A meeting has to end after it starts.")
    return start, end


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("An invitation's moments need a time zone.")
    return moment.astimezone(UTC).replace(microsecond=0)


def _web_address(url: str) -> str:
    cleaned = single_line(url, max_length=_LINK)
    parts = urlsplit(cleaned)
    return cleaned if parts.scheme in {"http", "https"} and parts.hostname and " " not in cleaned else ""


def _words(invitation: Invitation, name: str) -> dict[str, str]:
    words = {
        name: multi_line(invitation.description, max_length=_URL_TEXT),
        "location": single_line(invitation.location, max_length=_LINK),
    }
    return {key: value for key, value in words.items() if value}


def _outlook(host: str, invitation: Invitation) -> str:
    start, end = (moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in _times(invitation))
    query = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": _title(invitation),
        "startdt": start,
        "enddt": end,
        **_words(invitation, "body"),
    }
    return f"https://{host}/calendar/0/deeplink/compose?{urlencode(query, quote_via=quote)}"
