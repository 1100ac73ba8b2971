from collections.abc import Callable

import pytest
from icalendar import Calendar, Event

from timetuna.providers.base import Person, Written
from timetuna.providers.caldav.account import CaldavAccount
from timetuna.providers.caldav.provider import CalDAV
from timetuna.providers.caldav.tests.conftest import build
from timetuna.providers.caldav.tests.misbehaving import CALENDAR, Misbehaving, found, multistatus
from timetuna.providers.caldav.tests.servers import USER, CalendarServer
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.tests.contracts.calendar import booked

STORED = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:b-17@timetuna.test\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
DATA = "<C:calendar-data>{}</C:calendar-data>"
ANOTHER = found(f"{CALENDAR}another.ics", DATA.format(STORED.replace("b-17", "ab-17")))
CONFLICT = (
    '<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:no-uid-conflict>{}</C:no-uid-conflict>'
    "</D:error>"
)


@pytest.fixture
def put(provider: CalDAV, credential: str, calendar: str) -> Callable[..., Written]:
    return lambda entry, reference="": provider.put(
        entry, calendar=calendar, reference=reference, credential=credential
    )


def at(odd: Misbehaving) -> tuple[CalDAV, str]:
    account = CaldavAccount(origin=odd.url, homes=("/home/ada/",), user="ada", password="secret 17")
    return build(CALDAV_ALLOW_PRIVATE="yes", CALDAV_ALLOW_HTTP="yes"), account.credential()


def write(odd: Misbehaving, reference: str = "") -> Written:
    provider, credential = at(odd)
    return provider.put(booked(), calendar=CALENDAR, reference=reference, credential=credential)


def asked(odd: Misbehaving) -> list[tuple[str, str, str]]:
    """What was asked for: method, path, condition."""
    return [
        (one.method, one.path, one.headers.get("if-match", "") or one.headers.get("if-none-match", ""))
        for one in odd.asked
    ]


def stored(server: CalendarServer, path: str) -> Event:
    (event,) = Calendar.from_ical(server.text(path)).walk("VEVENT")
    return event


def test_the_stored_event_is_ours_and_invites_nobody(
    server: CalendarServer, put: Callable[..., Written], calendar: str
) -> None:
    written = put(booked(revision=3))

    text = server.text(written.reference)
    event = stored(server, written.reference)
    assert (written.reference, written.ical_uid) == (f"{calendar}b-17.ics", "b-17@timetuna.test")
    assert (event["UID"], event["SEQUENCE"], event["X-TIMETUNA-BOOKING"]) == ("b-17@timetuna.test", 3, "b-17")
    assert event["ORGANIZER"] == f"mailto:{USER}"
    assert event["ATTENDEE"].params["SCHEDULE-AGENT"] == "CLIENT"
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert "METHOD" not in text
    assert "DTSTART:20310305T120000Z" in text


def test_who_was_brought_has_not_said_yes(server: CalendarServer, put: Callable[..., Written]) -> None:
    booker, brought = Person("Ada", "ada@guest.example"), Person("Kim", "kim@guest.example", accepted=False)

    written = put(booked(guests=(booker, brought)))

    found = stored(server, written.reference)["ATTENDEE"]
    assert [(who.params["PARTSTAT"], who.params["RSVP"]) for who in found] == [
        ("ACCEPTED", "FALSE"),
        ("NEEDS-ACTION", "TRUE"),
    ]


def test_what_the_host_added_stays_when_the_booking_moves(
    server: CalendarServer, put: Callable[..., Written]
) -> None:
    written = put(booked())
    alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Soon", "TRIGGER:-PT10M", "END:VALARM"]
    lines = server.text(written.reference).replace("\r\n", "\n").split("\n")
    first, last = lines.index("BEGIN:VEVENT"), lines.index("END:VEVENT")
    server.store(
        written.reference, *lines[first:last], "CATEGORIES:Clients", "X-OTHER:1", *alarm, "END:VEVENT"
    )

    put(booked(revision=1, title="Moved"), written.reference)

    event = stored(server, written.reference)
    assert (event["SUMMARY"], event["SEQUENCE"]) == ("Moved", 1)
    assert [str(one["TRIGGER"].to_ical(), "ascii") for one in event.walk("VALARM")] == ["-PT10M"]
    assert "Clients" in server.text(written.reference)


def test_an_event_our_mail_put_there_first_is_used(
    server: CalendarServer, put: Callable[..., Written], calendar: str
) -> None:
    server.store(
        f"{calendar}from-mail.ics",
        *("BEGIN:VEVENT", "UID:b-17@timetuna.test", "DTSTAMP:20310101T000000Z", "SUMMARY:Invitation"),
        *("DTSTART:20310305T120000Z", "DTEND:20310305T123000Z", "END:VEVENT"),
    )

    written = put(booked())

    assert server.members(calendar) == [f"{calendar}from-mail.ics"]
    assert written.reference.replace("%40", "@") == f"{calendar}from-mail.ics"
    assert stored(server, written.reference)["SUMMARY"] == "Intro call with Ada"
    assert put(booked(revision=1), written.reference).reference == written.reference


def test_a_calendar_that_is_gone_is_said(provider: CalDAV, credential: str, gone: str) -> None:
    with pytest.raises(ProviderError, match=r"\.$") as raised:
        provider.put(booked(), calendar=gone, reference="", credential=credential)
    assert (raised.value.code, raised.value.permanent) == ("gone", True)

    provider.remove(f"{gone}b-17.ics", calendar=gone, credential=credential)


def test_the_first_write_asks_once(odd: Misbehaving) -> None:
    odd.will("PUT", 201)

    assert write(odd).reference == f"{CALENDAR}b-17.ics"
    assert asked(odd) == [("PUT", f"{CALENDAR}b-17.ics", "*")]
    assert odd.asked[0].headers["content-type"] == "text/calendar; charset=utf-8"


def test_a_change_names_what_it_changes(odd: Misbehaving) -> None:
    odd.will("GET", 200, STORED, ETag='"7"')
    odd.will("PUT", 204)

    write(odd, f"{CALENDAR}x.ics")

    assert asked(odd) == [("GET", f"{CALENDAR}x.ics", ""), ("PUT", f"{CALENDAR}x.ics", '"7"')]


@pytest.mark.parametrize("etag", [{}, {"ETag": 'W/"7"'}])
def test_a_weak_mark_is_no_condition(odd: Misbehaving, etag: dict[str, str]) -> None:
    odd.will("GET", 200, STORED, **etag)
    odd.will("PUT", 204)

    write(odd, f"{CALENDAR}x.ics")

    assert asked(odd)[-1] == ("PUT", f"{CALENDAR}x.ics", "")


def test_somebody_elses_change_in_between_is_read_and_tried_again(odd: Misbehaving) -> None:
    odd.will("GET", 200, STORED, ETag='"7"')
    odd.will("GET", 200, STORED, ETag='"8"')
    odd.will("PUT", 412)
    odd.will("PUT", 204)

    write(odd, f"{CALENDAR}x.ics")

    assert [one[2] for one in asked(odd)] == ["", '"7"', "", '"8"']


def test_a_change_without_end_is_given_up_for_now(odd: Misbehaving) -> None:
    odd.will("GET", 200, STORED, ETag='"7"')
    odd.will("PUT", 412)

    with pytest.raises(ProviderError, match=r"again\.$") as raised:
        write(odd)
    assert (raised.value.code, raised.value.permanent) == ("http:412", False)
    assert len(odd.asked) < 10


def test_an_event_deleted_in_between_is_made_again(odd: Misbehaving) -> None:
    odd.will("GET", 200, STORED, ETag='"7"')
    odd.will("GET", 404)
    odd.will("PUT", 404)
    odd.will("PUT", 201)

    write(odd, f"{CALENDAR}x.ics")

    assert asked(odd)[-1] == ("PUT", f"{CALENDAR}x.ics", "*")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, "<html/>"),
        (403, CONFLICT.format("")),
        (409, CONFLICT.format(f"<D:href>{CALENDAR}other.ics</D:href>")),
    ],
)
def test_an_event_of_the_same_uid_is_found(odd: Misbehaving, status: int, body: str) -> None:
    """Nextcloud says 400 and no more; others name the condition, some the place."""
    odd.will("PUT", status, body)
    odd.will("PUT", 204)
    odd.will("REPORT", 207, multistatus(ANOTHER, found(f"{CALENDAR}other.ics", DATA.format(STORED))))
    odd.will("GET", 200, STORED, ETag='"7"')

    assert write(odd).reference == f"{CALENDAR}other.ics"
    assert asked(odd)[-1] == ("PUT", f"{CALENDAR}other.ics", '"7"')


def test_an_event_whose_uid_only_holds_ours_is_left_alone(odd: Misbehaving) -> None:
    odd.will("PUT", 400)
    odd.will("REPORT", 207, multistatus(ANOTHER))

    with pytest.raises(ProviderError):
        write(odd)
    assert [one.method for one in odd.asked] == ["PUT", "REPORT"]


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (400, "http:400", True),
        (403, "http:403", True),
        (409, "gone", True),
        (413, "http:413", True),
        (423, "http:423", False),
        (429, "http:429", False),
        (500, "http:500", False),
        (507, "http:507", False),
    ],
)
def test_each_refusal_is_told_apart(odd: Misbehaving, *, status: int, code: str, permanent: bool) -> None:
    odd.will("PUT", status, "secret 17")

    with pytest.raises(ProviderError, match=r"\.$") as raised:
        write(odd)
    assert (raised.value.code, raised.value.permanent) == (code, permanent)
    assert "secret 17" not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "raised"), [(401, NeedsReconnect), (302, NeedsReconnect), (500, ProviderError)]
)
def test_what_cannot_be_looked_at_is_not_written_over(
    odd: Misbehaving, status: int, raised: type[Exception]
) -> None:
    odd.will("GET", status)
    odd.will("PUT", 201)

    with pytest.raises(raised):
        write(odd, f"{CALENDAR}x.ics")
    assert [one.method for one in odd.asked] == ["GET"]


@pytest.mark.parametrize(
    ("status", "raised"), [(401, NeedsReconnect), (403, ProviderError), (500, ProviderError)]
)
def test_what_was_not_removed_is_not_taken_for_removed(
    odd: Misbehaving, status: int, raised: type[Exception]
) -> None:
    odd.will("DELETE", status)
    provider, credential = at(odd)

    with pytest.raises(raised):
        provider.remove(f"{CALENDAR}x.ics", calendar=CALENDAR, credential=credential)


def test_a_reference_of_another_server_goes_nowhere(odd: Misbehaving) -> None:
    with pytest.raises(ProviderError):
        write(odd, "https://elsewhere.example/x.ics")
    assert odd.asked == []


@pytest.mark.parametrize(
    "before", [b"\xff\xfe", b"BEGIN:VCALENDAR", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 3, b"<html>"]
)
def test_what_stood_there_may_be_anything(odd: Misbehaving, before: bytes) -> None:
    odd.will("GET", 200, before, ETag='"7"')
    odd.will("PUT", 204)

    assert write(odd, f"{CALENDAR}x.ics").reference == f"{CALENDAR}x.ics"


@pytest.mark.parametrize("booking", ["../../etc", "a/b", "a b?c#d", "ä"])
def test_a_bookings_uid_is_one_segment_of_a_path(odd: Misbehaving, booking: str) -> None:
    odd.will("PUT", 201)
    provider, credential = at(odd)

    provider.put(booked(booking=booking), calendar=CALENDAR, reference="", credential=credential)

    assert odd.asked[0].path.startswith(CALENDAR)
    assert odd.asked[0].path.count("/") == CALENDAR.count("/")


@pytest.mark.parametrize("addresses", [(), ("ada@nowhere at all",)])
def test_without_an_address_of_the_owner_the_event_has_no_organizer(
    odd: Misbehaving, addresses: tuple[str, ...]
) -> None:
    odd.will("PUT", 201)
    account = CaldavAccount(
        origin=odd.url, homes=("/",), user="ada", password="secret 17", addresses=addresses
    )

    at(odd)[0].put(booked(), calendar=CALENDAR, reference="", credential=account.credential())

    assert b"ORGANIZER" not in odd.asked[0].body
    assert b"mailto:ada@guest.example" in odd.asked[0].body


def test_where_a_page_invites_the_owner_takes_part_by_the_address_that_the_server_knows(
    server: CalendarServer, put: Callable[..., Written]
) -> None:
    page, ada = (
        Person("Support team", "noreply@tuna.example"),
        Person("Ada", "ada@elsewhere.example", leads=True),
    )
    entry = booked(organizer=page, hosts=(ada, Person("Bob", "bob@host.example")))

    event = stored(server, put(entry).reference)

    assert str(event["ORGANIZER"]) == "mailto:noreply@tuna.example"
    assert dict(event["ORGANIZER"].params) == {"CN": "Support team", "SCHEDULE-AGENT": "CLIENT"}
    owner, bob, guest = event["ATTENDEE"]
    assert owner.params["ROLE"] == "CHAIR"
    assert str(owner) == f"mailto:{USER}"
    assert [str(one) for one in (bob, guest)] == ["mailto:bob@host.example", "mailto:ada@guest.example"]
    assert {one.params["SCHEDULE-AGENT"] for one in event["ATTENDEE"]} == {"CLIENT"}
    moved = booked(organizer=page, hosts=entry.hosts, revision=1)
    assert put(moved).reference == put(entry).reference


@pytest.mark.parametrize(
    ("status", "unknown"), [(401, False), (403, False), (404, False), (409, False), (500, True), (503, True)]
)
def test_an_event_may_stand_there_unless_the_server_refused_to_write_it(
    odd: Misbehaving, status: int, *, unknown: bool
) -> None:
    odd.will("PUT", status, "")

    with pytest.raises((ProviderError, NeedsReconnect)) as raised:
        write(odd)

    assert raised.value.outcome_unknown is unknown
