"""Mails and invitations as their readers' programs take them apart."""

from email import message_from_string, policy
from html.parser import HTMLParser

import vobject
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
    """Return the one event, as both parsers see it: the icalendar component, after vobject agreed."""
    [content, copy] = calendar_parts(mail)
    assert copy == content
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
