import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.clock import present
from timetuna.lib.http import Budget
from timetuna.providers.base import Reading
from timetuna.providers.caldav import provider as module
from timetuna.providers.caldav.account import CaldavAccount
from timetuna.providers.caldav.provider import CalDAV
from timetuna.providers.caldav.reading import CaldavCursor
from timetuna.providers.caldav.tests.conftest import build
from timetuna.providers.caldav.tests.misbehaving import (
    CALENDAR,
    IS_CALENDAR,
    Misbehaving,
    event,
    failed,
    found,
    multistatus,
)
from timetuna.providers.caldav.tests.servers import USER, ZONE_LINES, CalendarServer
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.tests.contracts.calendar import DAY, NOON, hours

TOKEN = "<D:sync-token>t1</D:sync-token>"
CTAG = "<S:getctag>c1</S:getctag>"
TAKEN = [hours(0, 0.5)]


def read(
    odd: Misbehaving, *, cursor: str = "", span: tuple[int, int] = DAY, zone: str = "Europe/Berlin"
) -> Reading:
    account = CaldavAccount(
        origin=odd.url,
        homes=("/home/ada/",),
        user="ada",
        password="secret 17",
        addresses=("ada@example.org",),
    )
    provider = build(CALDAV_ALLOW_PRIVATE="yes", CALDAV_ALLOW_HTTP="yes")
    return provider.busy(CALENDAR, span, time_zone=zone, credential=account.credential(), cursor=cursor)


def times(reading: Reading) -> list[tuple[int, int]]:
    assert reading.busy is not None
    return [one[:2] for one in reading.busy]


def state(properties: str) -> str:
    return multistatus(found(CALENDAR, IS_CALENDAR + properties))


def remembered(*, time_zone: str = "Europe/Berlin", **state: str) -> str:
    return CaldavCursor(
        span=DAY, time_zone=time_zone, read_at=int(present().timestamp()) // 60, **state
    ).text()


# Nothing new


def test_a_sync_token_saves_the_reading(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(TOKEN + CTAG))
    odd.will("REPORT", 207, multistatus(event(1)))
    first = read(odd)
    odd.answers.clear()
    odd.will("REPORT", 207, multistatus(token="t2"))

    second = read(odd, cursor=first.cursor)

    assert times(first) == TAKEN
    assert second.busy is None
    assert b"<D:sync-token>t1</D:sync-token>" in odd.asked[-1].body
    kept = CaldavCursor.read(first.cursor)
    assert kept is not None
    assert CaldavCursor.read(second.cursor) == replace(kept, token="t2")
    assert (kept.token, kept.ctag, kept.reliable) == ("t1", "c1", True)


def test_without_one_the_calendars_tag_is_compared(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(CTAG))
    odd.will("REPORT", 207, multistatus(event(1)))
    first = read(odd)
    asked = len(odd.asked)

    assert read(odd, cursor=first.cursor) == Reading(None, first.cursor)
    assert [one.method for one in odd.asked[asked:]] == ["PROPFIND"]

    odd.answers["PROPFIND"].clear()
    odd.will("PROPFIND", 207, state(CTAG.replace("c1", "c2")))
    assert times(read(odd, cursor=first.cursor)) == TAKEN


def test_a_server_with_neither_is_read_each_time(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(""))
    odd.will("REPORT", 207, multistatus(event(1)))

    first = read(odd)

    assert (times(first), first.cursor) == (TAKEN, "")


@pytest.mark.parametrize("status", [400, 403, 409, 412, 507])
def test_a_token_that_is_not_known_any_more_leads_to_a_full_reading(odd: Misbehaving, status: int) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("REPORT", status, '<D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>')
    odd.will("REPORT", 207, multistatus(event(1)))
    old = remembered(token="old")

    assert times(read(odd, cursor=old)) == TAKEN


@pytest.mark.parametrize(
    "changes",
    [
        multistatus(failed(f"{CALENDAR}1.ics", 404), token="t2"),
        multistatus(found(f"{CALENDAR}1.ics", "<D:getetag>2</D:getetag>"), token="t2"),
        multistatus(failed(CALENDAR, 507), token="t2"),
        multistatus(),
    ],
)
def test_any_change_leads_to_a_full_reading(odd: Misbehaving, changes: str) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("REPORT", 207, changes)
    odd.will("REPORT", 207, multistatus(event(1)))
    old = remembered(token="old")

    assert times(read(odd, cursor=old)) == TAKEN


def test_a_cursor_of_another_zone_is_no_reading(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(CTAG))
    odd.will("REPORT", 207, multistatus(event(1)))
    old = remembered(time_zone="Asia/Tokyo", ctag="c1")

    assert times(read(odd, cursor=old)) == TAKEN


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_failure_behind_a_cursor_is_no_empty_calendar(odd: Misbehaving, status: int) -> None:
    odd.will("REPORT", status)
    old = remembered(token="old")

    with pytest.raises((ProviderError, NeedsReconnect)):
        read(odd, cursor=old)


# All of it


def test_more_is_asked_for_than_the_span_since_servers_have_zones_of_their_own(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(""))
    odd.will("REPORT", 207, multistatus())

    assert read(odd).busy == ()
    query = next(one for one in odd.asked if one.method == "REPORT")
    assert b'<C:time-range start="20310304T040000Z" end="20310307T040000Z"/>' in query.body
    assert query.headers["depth"] == "1"


@pytest.mark.parametrize("inside", ["BEGIN:VEVENT", "BEGIN:VEVENT\nUID:2\nDTSTART:never\nEND:VEVENT"])
def test_an_object_the_reader_refuses_is_an_error(odd: Misbehaving, inside: str) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    data = f"BEGIN:VCALENDAR\nVERSION:2.0\n{inside}\nEND:VCALENDAR"
    broken = found(f"{CALENDAR}2.ics", f"<C:calendar-data>{data}</C:calendar-data>")
    odd.will("REPORT", 207, multistatus(event(1), broken, event(3)))

    with pytest.raises(ProviderError, match=r"^Something in this calendar cannot be read.*\.$") as raised:
        read(odd)
    assert raised.value.code.startswith("ical:")


@pytest.mark.parametrize(
    ("method", "body", "code"),
    [
        ("PROPFIND", multistatus(), "caldav:incomplete"),
        (
            "PROPFIND",
            multistatus(found(CALENDAR, "<D:resourcetype><D:collection/></D:resourcetype>")),
            "gone",
        ),
        ("PROPFIND", state(TOKEN)[:-9], "caldav:answer"),
        ("REPORT", multistatus(event(1), event(2))[:-40], "caldav:answer"),
        ("REPORT", "<html>Please sign in</html>", "caldav:answer"),
        ("REPORT", "", "caldav:answer"),
        (
            "REPORT",
            '<!DOCTYPE a [<!ENTITY b "c">]>' + multistatus(event(1)).partition("?>")[2],
            "caldav:answer",
        ),
    ],
)
def test_an_answer_that_is_none_is_an_error(odd: Misbehaving, method: str, body: str, code: str) -> None:
    odd.will(method, 207, body)
    odd.will("REPORT", 207, multistatus(event(1)))
    odd.will("PROPFIND", 207, state(TOKEN))

    with pytest.raises(ProviderError) as raised:
        read(odd)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (200, "http:200", False),
        (400, "http:400", True),
        (403, "http:403", True),
        (404, "gone", True),
        (405, "http:405", True),
        (408, "http:408", False),
        (410, "gone", True),
        (423, "http:423", False),
        (429, "http:429", False),
        (500, "http:500", False),
        (502, "http:502", False),
        (503, "http:503", False),
        (507, "http:507", False),
    ],
)
def test_each_refusal_is_told_apart(odd: Misbehaving, *, status: int, code: str, permanent: bool) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("REPORT", status, "secret 17", Retry_After="120")
    before = present()

    with pytest.raises(ProviderError, match=r"\.$") as raised:
        read(odd)
    error = raised.value
    assert (error.code, error.permanent) == (code, permanent)
    assert "secret 17" not in str(error)
    if status in {429, 503}:
        assert error.retry_after is not None
        assert 110 < (error.retry_after - before).total_seconds() < 130


@pytest.mark.parametrize("status", [401, 301, 302])
def test_what_only_the_host_can_mend_asks_the_host(odd: Misbehaving, other: Misbehaving, status: int) -> None:
    odd.will("PROPFIND", status, Location=f"{other.url}{CALENDAR}")

    with pytest.raises(NeedsReconnect, match=r"again\.$"):
        read(odd)
    assert other.asked == []


def test_a_server_that_does_not_answer_is_an_error(odd: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BUDGET", Budget(connect_seconds=1, read_seconds=0.2, total_seconds=0.5))
    odd.will("PROPFIND", 207, state(TOKEN), Padding="x")
    odd.answers["PROPFIND"][0] = b"HTTP/1.1 207 OK\r\nContent-Length: 5000\r\n\r\n<"

    with pytest.raises(ProviderError) as raised:
        read(odd)
    assert raised.value.code in {"network:timeout", "network:protocol", "network:reset"}
    assert not raised.value.permanent


@pytest.mark.parametrize(
    "calendar", ["https://elsewhere.example/home/", "//elsewhere.example/", "\\\\elsewhere", "http://[::1"]
)
def test_a_calendar_of_another_server_is_not_asked_for(odd: Misbehaving, calendar: str) -> None:
    account = CaldavAccount(origin=odd.url, homes=("/",), user="ada", password="secret 17")
    provider = build(CALDAV_ALLOW_PRIVATE="yes", CALDAV_ALLOW_HTTP="yes")

    with pytest.raises(ProviderError) as raised:
        provider.busy(calendar, DAY, time_zone="UTC", credential=account.credential())
    assert raised.value.code == "gone"
    assert odd.asked == []


def test_a_calendar_of_endless_lines_is_not_read(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    many = [event(number, "DESCRIPTION:declined" + "\n" * 500_000) for number in range(5)]
    odd.will("REPORT", 207, multistatus(*many))
    started = time.process_time()

    with pytest.raises(ProviderError) as raised:
        read(odd)

    assert raised.value.code == "caldav:lines"
    assert time.process_time() - started < 1


def test_the_same_object_twice_counts_once(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("REPORT", 207, multistatus(event(1), event(1)))

    assert times(read(odd)) == TAKEN


def test_two_thousand_events_are_read_in_a_few_seconds(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    long = "DESCRIPTION:" + "x" * 3_000
    odd.will("REPORT", 207, multistatus(*(event(number, long) for number in range(4_000))))
    started = time.process_time()

    reading = read(odd)

    assert len(reading.busy or ()) == 4_000
    assert time.process_time() - started < 10


# By the two real servers


def test_one_instance_that_was_moved_and_one_that_was_declined(
    server: CalendarServer, provider: CalDAV, credential: str, calendar: str
) -> None:
    series = ["BEGIN:VEVENT", "UID:series@example.org", "DTSTAMP:20310101T000000Z", "SUMMARY:Daily"]
    at = "TZID=Europe/Berlin:203103"
    asked = "ORGANIZER:mailto:eve@example.com"
    server.store(
        f"{calendar}series.ics",
        *ZONE_LINES,
        *(*series, f"DTSTART;{at}03T090000", f"DTEND;{at}03T100000", "RRULE:FREQ=DAILY;COUNT=4", asked),
        *("END:VEVENT", *series, f"RECURRENCE-ID;{at}04T090000", f"DTSTART;{at}04T150000"),
        *(f"DTEND;{at}04T153000", asked, "END:VEVENT", *series, f"RECURRENCE-ID;{at}05T090000"),
        *(f"DTSTART;{at}05T090000", f"DTEND;{at}05T100000", asked),
        *(f"ATTENDEE;PARTSTAT=DECLINED:mailto:{USER}", "END:VEVENT"),
    )

    busy = provider.busy(calendar, hours(-100, 100), time_zone="UTC", credential=credential).busy

    assert [one[:2] for one in busy or ()] == [hours(-52, -51), hours(-22, -21.5), hours(20, 21)]


def test_nothing_new_is_said_by_the_server(
    provider: CalDAV, credential: str, calendar: str, add_event: Callable[..., str], server: CalendarServer
) -> None:
    made = add_event(NOON, datetime(2031, 3, 5, 13, tzinfo=UTC))
    first = provider.busy(calendar, DAY, time_zone="UTC", credential=credential)
    second = provider.busy(calendar, DAY, time_zone="UTC", credential=credential, cursor=first.cursor)
    server.delete(made)
    third = provider.busy(calendar, DAY, time_zone="UTC", credential=credential, cursor=second.cursor)

    assert times(first) == [hours(0, 1)]
    assert (second.busy, third.busy) == (None, ())


def test_a_token_the_server_never_gave_leads_to_a_full_reading(
    provider: CalDAV, credential: str, calendar: str, add_event: Callable[..., str]
) -> None:
    add_event(NOON, datetime(2031, 3, 5, 13, tzinfo=UTC))
    for token in ("http://radicale.org/ns/sync/" + "0" * 64, "never", "0" * 40):
        old = remembered(time_zone="UTC", token=token)

        assert times(provider.busy(calendar, DAY, time_zone="UTC", credential=credential, cursor=old)) == [
            hours(0, 1)
        ]


def test_what_is_logged_names_nobody(
    provider: CalDAV, credential: str, calendar: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        provider.busy(calendar, DAY, time_zone="UTC", credential=credential)

    assert "localhost" in caplog.text
    assert "ada" not in caplog.text
    assert "horse" not in caplog.text
