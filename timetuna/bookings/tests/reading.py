"""Mails and invitations as their readers' programs take them apart."""

from email import message_from_string, policy
from html.parser import HTMLParser

import vobject
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

GUEST, HOST = "sam@guest.example", "alice@host.example"


def message(mail):
    """Return the parsed mail out of what the sandbox kept."""
    return message_from_string(mail["raw"], policy=policy.default)


def calendar_parts(mail):
    """Return the invitation's bytes: the alternative that mail programs act on, then the attached copy."""
    parts = [part for part in message(mail).walk() if not part.is_multipart()]
    kinds = ("text/calendar", "application/ics")
    return [
        part.get_payload(decode=True) for kind in kinds for part in parts if part.get_content_type() == kind
    ]


def method_parameter(mail):
    """Return the method that the MIME part claims."""
    [part] = [part for part in message(mail).walk() if part.get_content_type() == "text/calendar"]
    return part["Content-Type"].params["method"]


def event(mail):
    """Return the one event, as all parsers see it: the icalendar component, after vobject and ical agreed."""
    [content, copy] = calendar_parts(mail)
    assert copy == content
    read_by_three(content)
    calendar = Calendar.from_ical(content)
    assert [component.name for component in calendar.walk()] == ["VCALENDAR", "VEVENT"]
    [found] = calendar.walk("VEVENT")
    [other] = list(vobject.readComponents(content.decode()))
    [twin] = other.vevent_list
    assert {child.name for child in other.getChildren()} == {*calendar.keys(), "VEVENT"}
    assert {child.name for child in twin.getChildren()} == set(found.keys())
    for name in ("uid", "sequence", "status", "summary", "location", "description"):
        assert getattr(twin, name).value == str(found[name])
    assert twin.dtstart.value == found.decoded("dtstart")
    assert [str(line.value) for line in twin.attendee_list] == [str(who) for who in found["attendee"]]
    return found


def read_by_three(content):
    """Return what an invitation says, after three parsers that share no code said the same of it."""
    said = [_by_icalendar(content), _by_vobject(content.decode()), _by_ical(content.decode())]
    assert said[1] == said[0]
    assert said[2] == said[0]
    return said[0]


def _by_icalendar(content):
    calendar = Calendar.from_ical(content)
    [found] = calendar.walk("VEVENT")
    return {
        "uid": str(found["uid"]),
        "sequence": int(found["sequence"]),
        "method": str(calendar["method"]),
        "dtstart": found.decoded("dtstart"),
        "dtend": found.decoded("dtend"),
        "organizer": (str(found["organizer"]), found["organizer"].params.get("CN")),
        "attendees": [_person(str(who), who.params.get) for who in _all(found["attendee"])],
        "status": str(found.get("status", "")),
        "summary": str(found["summary"]),
    }


def _by_vobject(text):
    [calendar] = list(vobject.readComponents(text))
    [found] = calendar.vevent_list
    return {
        "uid": found.uid.value,
        "sequence": int(found.sequence.value),
        "method": calendar.method.value,
        "dtstart": found.dtstart.value,
        "dtend": found.dtend.value,
        "organizer": (found.organizer.value, _parameter(found.organizer)("CN")),
        "attendees": [_person(who.value, _parameter(who)) for who in found.attendee_list],
        "status": found.status.value if hasattr(found, "status") else "",
        "summary": found.summary.value,
    }


def _by_ical(text):
    calendar = IcsCalendarStream.calendar_from_ics(text)
    [found] = calendar.events
    return {
        "uid": found.uid,
        "sequence": found.sequence,
        "method": calendar.method,
        "dtstart": found.dtstart,
        "dtend": found.dtend,
        "organizer": (str(found.organizer.uri), found.organizer.common_name),
        "attendees": [
            (str(who.uri), who.common_name, who.status, who.role, str(who.rsvp).upper())
            for who in found.attendees
        ],
        "status": found.status.value if found.status else "",
        "summary": found.summary,
    }


def _all(value):
    return value if isinstance(value, list) else [value]


def _person(address, parameter):
    return (address, parameter("CN"), parameter("PARTSTAT"), parameter("ROLE"), parameter("RSVP"))


def _parameter(line):
    return lambda name: line.params.get(name, [None])[0]


class Page(HTMLParser):
    """What a browser sees of a mail: its text, its links, and the tags it is made of."""

    def __init__(self, html):
        super().__init__()
        self.words, self.links, self.tags = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.words.append(data)

    def text(self):
        return " ".join(" ".join(self.words).split())
