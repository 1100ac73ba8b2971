"""Calendars and their busy time beyond the contract: sync tokens, shared availability, what Google calls busy."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.google.control import GoogleControl
from timetuna.ical.answer import BusyTime
from timetuna.providers.base import Reading
from timetuna.providers.errors import ProviderError
from timetuna.providers.google.provider import GoogleProvider
from timetuna.providers.google.reading import taken
from timetuna.providers.google.tests.conftest import PRIMARY
from timetuna.providers.tests.contracts.calendar import NOON, hours, minute

Fault = Callable[..., Any]
Read = Callable[..., Reading]
ZONE = "Europe/Berlin"
COLLEAGUE = "casey@cohost.example"  # of whom robin sees the availability only


@pytest.fixture
def read(provider: GoogleProvider, token: str) -> Read:
    def reading(calendar: str = PRIMARY, *, cursor: str = "", span: tuple[int, int] | None = None) -> Reading:
        window = span or hours(0, 8)
        return provider.busy(calendar, window, time_zone=ZONE, credential=token, cursor=cursor)

    return reading


def lists(google: GoogleControl) -> list[list[str]]:
    return [row["query_names"] for row in google.sandbox.calls("google.events.list")]


def test_the_list_says_what_is_needed(provider: GoogleProvider, google: GoogleControl, token: str) -> None:
    google.page_size(2)
    found = {one.name: one for one in provider.calendars(credential=token)}

    mine, family = found["robin@host.example"], found["Family"]
    assert (mine.primary, mine.writable, mine.color, mine.time_zone) == (True, True, "#9fe1e7", ZONE)
    assert mine.meeting_types == family.meeting_types == {"google_meet"}
    assert (family.primary, family.writable, family.selected) == (False, True, True)
    holidays, colleague = found["Holidays in Germany"], found["Casey Cohost"]
    assert (holidays.writable, holidays.selected, holidays.meeting_types) == (False, False, frozenset())
    assert (colleague.writable, colleague.selected, colleague.meeting_types) == (False, False, frozenset())


def test_a_calendar_without_meet_promises_none(
    provider: GoogleProvider, google: GoogleControl, connect: Callable[[], Any]
) -> None:
    google.decide("allow", account="zoe")

    (only,) = provider.calendars(credential=connect().access_token)

    assert (only.writable, only.meeting_types) == (True, frozenset())


def test_hostile_names_and_colours_become_harmless(
    provider: GoogleProvider, google: GoogleControl, token: str
) -> None:
    google.add_calendar("odd@x.example", summary="<b>\u202eodd\r\nname", color="red;}", time_zone="Mars/Base")

    odd = next(one for one in provider.calendars(credential=token) if one.id == "odd@x.example")

    assert (odd.name, odd.color, odd.time_zone) == ("<b>odd name", "", "")


def test_nothing_changed_is_one_small_call(read: Read, google: GoogleControl) -> None:
    google.add_event(NOON, NOON + timedelta(hours=1))
    first = read()
    before = len(lists(google))

    again = read(cursor=first.cursor)

    assert again.busy is None
    assert again.cursor
    assert lists(google)[before:] == [["fields", "maxAttendees", "maxResults", "singleEvents", "syncToken"]]
    assert read(cursor=again.cursor).busy is None


def test_a_change_leads_to_the_whole_window(read: Read, google: GoogleControl) -> None:
    cursor = read().cursor
    google.add_event(NOON, NOON + timedelta(hours=1))

    changed = read(cursor=cursor)

    assert changed.busy is not None
    assert [one[:2] for one in changed.busy] == [hours(0, 1)]
    assert read(cursor=changed.cursor).busy is None


def test_a_part_of_what_was_read_needs_no_new_reading(read: Read) -> None:
    cursor = read(span=hours(0, 8)).cursor

    assert read(span=hours(2, 8), cursor=cursor).busy is None
    assert read(span=hours(0, 9), cursor=cursor).busy == ()


@pytest.mark.parametrize("name", ["google_expire_sync", "google_sync_gone"])
def test_a_sync_token_that_is_too_old_leads_to_a_full_reading(
    read: Read, google: GoogleControl, fault: Fault, name: str
) -> None:
    google.add_event(NOON, NOON + timedelta(hours=1))
    cursor = read().cursor
    fault(name)

    full = read(cursor=cursor)

    assert full.busy is not None
    assert [one[:2] for one in full.busy] == [hours(0, 1)]
    assert read(cursor=full.cursor).busy is None


def test_a_list_without_a_sync_token_has_no_cursor(read: Read, fault: Fault) -> None:
    fault("google_without_sync")

    assert read() == Reading((), "")


def test_trouble_with_the_sync_token_is_trouble(read: Read, fault: Fault) -> None:
    cursor = read().cursor
    fault("google_503")

    with pytest.raises(ProviderError) as raised:
        read(cursor=cursor)

    assert raised.value.code == "http:503"


def test_our_own_events_carry_the_bookings_uid(read: Read, google: GoogleControl) -> None:
    google.add_event(
        NOON,
        NOON + timedelta(hours=1),
        iCalUID="b-17@timetuna.test",
        extendedProperties={"private": {"timetuna": "b-17", "other": "x"}},
    )

    assert read().busy == (BusyTime(*hours(0, 1), uid="b-17"),)


def test_an_event_without_length_takes_no_time(read: Read, google: GoogleControl) -> None:
    moment = NOON + timedelta(seconds=30)
    google.add_event(moment, moment)

    assert read().busy == ()


def test_a_day_in_a_calendar_of_another_zone_is_the_hosts_day(
    provider: GoogleProvider, google: GoogleControl, token: str
) -> None:
    far = "far@group.calendar.google.example"
    google.add_calendar(far, summary="Far", time_zone="Pacific/Kiritimati")
    google.add_event(date(2031, 3, 5), date(2031, 3, 6), calendar=far)
    day = (minute(NOON) - 13 * 60, minute(NOON) + 11 * 60)  # 5 March in Berlin

    reading = provider.busy(far, (day[0] - 60, day[1] + 60), time_zone=ZONE, credential=token)

    assert reading.busy is not None
    assert [one[:2] for one in reading.busy] == [day]


def test_shared_availability_is_read_as_such(read: Read, google: GoogleControl) -> None:
    google.add_event(NOON, NOON + timedelta(minutes=30), account="casey")
    google.add_event(NOON + timedelta(hours=1), NOON + timedelta(hours=2), account="casey")
    google.add_event(
        NOON + timedelta(hours=3), NOON + timedelta(hours=4), account="casey", transparency="transparent"
    )
    google.add_event(NOON - timedelta(hours=1), NOON + timedelta(minutes=15), account="casey")

    assert read(COLLEAGUE) == Reading((BusyTime(*hours(0, 0.5)), BusyTime(*hours(1, 2))))
    assert len(google.sandbox.calls("google.freebusy")) == 1


def test_events_that_may_not_be_read_lead_to_the_availability(
    read: Read, google: GoogleControl, fault: Fault
) -> None:
    google.add_event(NOON, NOON + timedelta(minutes=30))
    fault("google_403_forbidden")

    assert read() == Reading((BusyTime(*hours(0, 0.5)),))


def test_a_long_availability_is_asked_for_in_pieces(read: Read, google: GoogleControl) -> None:
    start = NOON + timedelta(days=60) - timedelta(hours=13)
    google.add_event(start, start + timedelta(hours=2), account="casey")
    first = minute(NOON - timedelta(hours=12))

    reading = read(COLLEAGUE, span=(first, first + 200 * 24 * 60))

    assert reading.busy is not None
    assert [one[:2] for one in reading.busy] == [
        (minute(start), minute(start) + 60),
        (minute(start) + 60, minute(start) + 120),
    ]
    assert len(google.sandbox.calls("google.freebusy")) == 4


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("internalError", ("google:freebusy", False)), ("notFound", ("gone", True))],
)
def test_an_error_of_one_calendar_inside_a_good_answer_is_an_error(
    read: Read, fault: Fault, reason: str, expected: tuple[str, bool]
) -> None:
    fault("google_freebusy_error", reason=reason)

    with pytest.raises(ProviderError) as raised:
        read(COLLEAGUE)

    assert (raised.value.code, raised.value.permanent) == expected


def test_a_calendar_missing_in_a_good_answer_is_an_error(read: Read, fault: Fault) -> None:
    fault("google_freebusy_missing")

    with pytest.raises(ProviderError) as raised:
        read(COLLEAGUE)

    assert raised.value.code == "protocol"


@pytest.mark.parametrize(
    ("named", "first"), [("", -1), ("America/New_York", 5), ("W. Europe Standard Time", -1)]
)
def test_a_time_without_an_offset_is_in_the_zone_that_is_named(named: str, first: int) -> None:
    ends = {
        name: {"dateTime": f"2031-03-05T{hour}:00:00", "timeZone": named}
        for name, hour in (("start", 12), ("end", 13))
    }

    assert taken(ends, hours(-8, 8), zone=ZoneInfo(ZONE)) == BusyTime(*hours(first, first + 1))


def test_a_zone_that_nobody_knows_is_no_guess() -> None:
    ends = {name: {"dateTime": "2031-03-05T12:00:00", "timeZone": "Mars/Base"} for name in ("start", "end")}

    with pytest.raises(ProviderError) as raised:
        taken(ends, hours(-8, 8), zone=ZoneInfo(ZONE))
    assert raised.value.code == "protocol"
