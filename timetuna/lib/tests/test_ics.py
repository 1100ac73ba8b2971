from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from timetuna.lib import ics
from timetuna.lib.ics import Invitation, InvitationAttendee

START = datetime(2026, 3, 5, 15, tzinfo=UTC)
LINK = "https://us05web.zoom.us/j/92674392836?pwd=abcDEF123EXAMPLE.1"


def invitation(**changes: object) -> Invitation:
    values: dict[str, object] = {
        "uid": "booking-1@timetuna.test",
        "sequence": 0,
        "start": START,
        "end": START + timedelta(minutes=30),
        "stamp": START - timedelta(days=1),
        "summary": "Intro call",
        "organizer_name": "Robin Host",
        "organizer_email": "robin@host.example",
        "attendees": (InvitationAttendee("Sam Guest", "sam@guest.example"),),
        "description": "See you.\nBye",
        "location": LINK,
        "url": "https://timetuna.test/b/abc?x=1&y=2",
    }
    return Invitation(**(values | changes))  # type: ignore[arg-type]


def both(written: bytes) -> tuple[icalendar.Event, object]:
    """Read it with two parsers that share no code; each must see exactly one event."""
    calendar = icalendar.Calendar.from_ical(written)
    (event,) = calendar.walk("VEVENT")
    other = vobject.readOne(written.decode())
    assert len(other.vevent_list) == 1
    return event, other.vevent


def test_two_parsers_read_the_same_meeting() -> None:
    event, other = both(ics.write(invitation()))

    assert event["UID"] == other.uid.value == "booking-1@timetuna.test"
    assert event["SUMMARY"] == other.summary.value == "Intro call"
    assert event["LOCATION"] == other.location.value == LINK
    assert event["DESCRIPTION"] == other.description.value == "See you.\nBye"
    assert event["URL"] == other.url.value == "https://timetuna.test/b/abc?x=1&y=2"
    assert event["DTSTART"].dt == other.dtstart.value == START
    assert event["DTEND"].dt == other.dtend.value == START + timedelta(minutes=30)


def test_the_lines_are_those_of_rfc_5546() -> None:
    lines = ics.write(invitation()).decode().replace("\r\n ", "").split("\r\n")

    assert "METHOD:REQUEST" in lines
    assert "DTSTART:20260305T150000Z" in lines
    assert "DTEND:20260305T153000Z" in lines
    assert "DTSTAMP:20260304T150000Z" in lines
    assert "SEQUENCE:0" in lines
    assert "STATUS:CONFIRMED" in lines
    assert "TRANSP:OPAQUE" in lines
    assert 'ORGANIZER;CN="Robin Host":mailto:robin@host.example' in lines
    assert (
        'ATTENDEE;CN="Sam Guest";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=FALSE:'
        "mailto:sam@guest.example" in lines
    )
    assert "BEGIN:VTIMEZONE" not in lines


def test_a_cancellation_keeps_the_uid_and_raises_the_sequence() -> None:
    event, other = both(ics.write(invitation(method="CANCEL", sequence=3)))

    assert (event["UID"], int(event["SEQUENCE"]), event["STATUS"]) == (
        "booking-1@timetuna.test",
        3,
        "CANCELLED",
    )
    assert other.status.value == "CANCELLED"


def test_an_event_that_is_stored_and_not_sent_needs_no_organizer() -> None:
    event = ics.event_of(invitation(organizer_email=""))

    assert "ORGANIZER" not in event
    assert event["ATTENDEE"] == "mailto:sam@guest.example"


def test_any_zone_is_written_in_utc() -> None:
    berlin = START.astimezone(timezone(timedelta(hours=1)))

    assert b"DTSTART:20260305T150000Z\r\n" in ics.write(invitation(start=berlin))


@pytest.mark.parametrize(
    "changes", [{"start": START.replace(tzinfo=None)}, {"end": START}, {"organizer_email": "a@b,c@d"}]
)
def test_what_cannot_be_right_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        ics.write(invitation(**changes))


HOSTILE = (
    'Eve"\r\nATTENDEE:mailto:evil@x.test\r\nEND:VEVENT\x85BEGIN:VEVENT\u2028X:1\u2029\v\f\0;,:\\^n\u202e'
)


def test_hostile_text_adds_nothing() -> None:
    written = ics.write(
        invitation(
            summary=HOSTILE,
            description=HOSTILE,
            location=HOSTILE,
            organizer_name=HOSTILE,
            attendees=(InvitationAttendee(HOSTILE, "eve@x.test"),),
            uid="a\r\nX:1",
        )
    )

    event, other = both(written)
    assert str(event["ATTENDEE"]) == other.attendee.value == "mailto:eve@x.test"
    assert len(other.contents["attendee"]) == 1
    assert event["ATTENDEE"].params["CN"].startswith("Eve' ATTENDEE:mailto:evil@x.test END:VEVENT")
    for character in "\x85\u2028\u2029\v\f\0\u202e":
        assert character not in written.decode()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://", "//x.test", "https://x.test/a b", ""])
def test_only_web_addresses_become_urls(url: str) -> None:
    event, _ = both(ics.write(invitation(url=url)))

    assert "URL" not in event


def test_an_address_cannot_smuggle_header_fields() -> None:
    event, _ = both(ics.write(invitation(attendees=(InvitationAttendee("", "a?cc=b%40c&d@x.test"),))))

    assert str(event["ATTENDEE"]) == "mailto:a%3Fcc=b%2540c%26d@x.test"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_lines_fold_at_75_octets_inside_no_character(text: str) -> None:
    written = ics.write(invitation(summary="ü🐟 " * 60 + text, description=text, organizer_name=text))

    for line in written.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")
        assert b"\n" not in line
    both(written)


def test_google_link_carries_encoded_values() -> None:
    parts = urlsplit(ics.google_url(invitation(summary="Q&A + <b>", description="a\nb")))
    query = parse_qs(parts.query)

    assert (parts.scheme, parts.hostname) == ("https", "calendar.google.com")
    assert query["text"] == ["Q&A + <b>"]
    assert query["dates"] == ["20260305T150000Z/20260305T153000Z"]
    assert query["location"] == [LINK]
    assert query["details"] == ["a\nb"]


@pytest.mark.parametrize(
    ("link", "host"), [(ics.outlook_url, "outlook.live.com"), (ics.office365_url, "outlook.office.com")]
)
def test_outlook_links_carry_encoded_values(link: Callable[[Invitation], str], host: str) -> None:
    parts = urlsplit(link(invitation(summary="Q&A", description="", location="")))
    query = parse_qs(parts.query)

    assert parts.hostname == host
    assert (query["subject"], query["startdt"]) == (["Q&A"], ["2026-03-05T15:00:00Z"])
    assert "body" not in query
    assert "+" not in parts.query
