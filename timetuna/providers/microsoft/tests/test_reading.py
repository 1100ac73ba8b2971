"""Calendars and their busy time beyond the contract: delta links, what Outlook calls busy, hostile answers."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.microsoft.control import MicrosoftControl
from tests.clock import present
from timetuna.ical.answer import BusyTime
from timetuna.providers.base import Reading, Tokens
from timetuna.providers.errors import ProviderError
from timetuna.providers.microsoft.provider import MicrosoftProvider
from timetuna.providers.microsoft.taken import taken
from timetuna.providers.microsoft.tests.conftest import PRIMARY, ZONE
from timetuna.providers.tests.contracts.calendar import NOON, booked, hours, minute

Fault = Callable[..., Any]
Read = Callable[..., Reading]
BERLIN = ZoneInfo(ZONE)


def kinds(microsoft: MicrosoftControl) -> list[str]:
    """The readings so far, in order."""
    return [
        row["kind"].removeprefix("microsoft.")
        for row in microsoft.sandbox.calls("microsoft")
        if row["kind"] in {"microsoft.view", "microsoft.delta"}
    ]


def calendars_of(provider: MicrosoftProvider, token: str) -> dict[str, Any]:
    return {one.name: one for one in provider.calendars(credential=token)}


def test_the_list_says_what_is_needed(
    provider: MicrosoftProvider, microsoft: MicrosoftControl, token: str
) -> None:
    microsoft.page_size(2)
    found = calendars_of(provider, token)

    mine, family = found["Calendar"], found["Family"]
    assert (mine.primary, mine.writable, mine.selected, mine.color) == (True, True, True, "")
    assert mine.meeting_types == family.meeting_types == {"teams"}
    assert (family.primary, family.writable, family.color) == (False, True, "#f88c9b")
    holidays, colleague = found["Holidays in Germany"], found["Casey Cohost"]
    assert family.selected
    assert (holidays.writable, holidays.selected, holidays.color) == (False, False, "#4adacc")
    assert holidays.meeting_types == colleague.meeting_types == frozenset()
    assert (colleague.writable, colleague.selected) == (False, False)
    assert len(microsoft.sandbox.calls("microsoft.calendars.list")) == 2


def test_a_personal_account_has_no_teams(
    provider: MicrosoftProvider, microsoft: MicrosoftControl, connect: Callable[[], Tokens]
) -> None:
    microsoft.decide("allow", account="zoe")

    (only,) = provider.calendars(credential=connect().access_token)

    assert (only.primary, only.writable, only.meeting_types) == (True, True, frozenset())


def test_hostile_names_and_colours_become_harmless(
    provider: MicrosoftProvider, microsoft: MicrosoftControl, token: str
) -> None:
    microsoft.add_calendar("AAMkOdd=", name="<b>\u202eodd\r\nname", color="red;}", hex_color="javascript:")
    microsoft.add_calendar("AAMkNone=", name="\0")

    odd, nameless = provider.calendars(credential=token)[-2:]

    assert (odd.name, odd.color) == ("<b>odd name", "")
    assert nameless.name == "Calendar"


def test_nothing_changed_is_one_call(read: Read, microsoft: MicrosoftControl) -> None:
    microsoft.add_event(NOON, NOON + timedelta(hours=1))
    first = read()
    again = read(cursor=first.cursor)

    assert (again.busy, read(cursor=again.cursor).busy) == (None, None)
    assert kinds(microsoft) == ["delta", "view", "delta", "delta"]


def test_a_change_leads_to_the_whole_window_with_one_delta(read: Read, microsoft: MicrosoftControl) -> None:
    cursor = read().cursor
    microsoft.add_event(NOON, NOON + timedelta(hours=1))

    changed = read(cursor=cursor)

    assert changed.busy is not None
    assert [one[:2] for one in changed.busy] == [hours(0, 1)]
    assert read(cursor=changed.cursor).busy is None
    assert kinds(microsoft) == ["delta", "view", "delta", "view", "delta"]


def test_changes_on_several_pages_are_all_followed(read: Read, microsoft: MicrosoftControl) -> None:
    cursor = read().cursor
    for index in range(5):
        microsoft.add_event(NOON + timedelta(hours=index), NOON + timedelta(hours=index, minutes=30))
    microsoft.page_size(2)

    changed = read(cursor=cursor)

    assert changed.busy is not None
    assert len(changed.busy) == 5
    assert read(cursor=changed.cursor).busy is None


def test_an_event_moved_to_another_calendar_is_away(read: Read, microsoft: MicrosoftControl) -> None:
    event = microsoft.add_event(NOON, NOON + timedelta(hours=1))["id"]
    first = read()
    family = microsoft.state()["calendars"][1]["id"]
    microsoft.move_event(event, family)

    assert read(cursor=first.cursor).busy == ()
    assert [one[:2] for one in read(family).busy or ()] == [hours(0, 1)]


def test_a_part_of_what_was_read_needs_no_new_reading(read: Read) -> None:
    cursor = read(span=hours(0, 8)).cursor

    assert read(span=hours(2, 8), cursor=cursor).busy is None
    assert read(span=hours(0, 9), cursor=cursor).busy == ()


def test_a_change_read_for_a_part_is_no_reading_of_the_rest(read: Read, microsoft: MicrosoftControl) -> None:
    cursor = read(span=hours(0, 8)).cursor
    microsoft.add_event(NOON, NOON + timedelta(hours=1))

    part = read(span=hours(2, 8), cursor=cursor)

    assert part.busy == ()
    assert [one[:2] for one in read(span=hours(0, 8), cursor=part.cursor).busy or ()] == [hours(0, 1)]


def test_another_zone_is_read_anew(
    provider: MicrosoftProvider, microsoft: MicrosoftControl, token: str
) -> None:
    microsoft.add_event(date(2031, 3, 5), date(2031, 3, 6))
    span = (minute(NOON) - 4_000, minute(NOON) + 4_000)
    ask: dict[str, Any] = {"credential": token}
    cursor = provider.busy(PRIMARY, span, time_zone=ZONE, **ask).cursor

    there = provider.busy(PRIMARY, span, time_zone="America/New_York", cursor=cursor, **ask)

    start = minute(datetime(2031, 3, 5, tzinfo=ZoneInfo("America/New_York")))
    assert [one[:2] for one in there.busy or ()] == [(start, start + 24 * 60)]


def test_once_an_hour_the_calendar_is_looked_at_whatever_delta_says(
    read: Read, microsoft: MicrosoftControl
) -> None:
    kept = json.loads(read().cursor)
    old = json.dumps(kept | {"read_at": kept["read_at"] - 60})

    whole = read(cursor=old)

    assert whole.busy == ()
    assert read(cursor=whole.cursor).busy is None
    assert kinds(microsoft) == ["delta", "view", "delta", "view", "delta"]
    assert json.loads(whole.cursor)["read_at"] >= present().timestamp() // 60 - 1


@pytest.mark.parametrize("name", ["microsoft_expire_delta", "microsoft_delta_410"])
def test_a_delta_link_that_is_too_old_leads_to_a_full_reading(
    read: Read, microsoft: MicrosoftControl, fault: Fault, name: str
) -> None:
    microsoft.add_event(NOON, NOON + timedelta(hours=1))
    cursor = read().cursor
    fault(name)

    full = read(cursor=cursor)

    assert full.busy is not None
    assert [one[:2] for one in full.busy] == [hours(0, 1)]
    assert read(cursor=full.cursor).busy is None


def test_a_link_that_was_kept_and_leads_elsewhere_gets_no_token(
    read: Read, microsoft: MicrosoftControl
) -> None:
    first = read()
    kept = json.loads(first.cursor)
    link = kept["token"]
    for elsewhere in ("http://127.0.0.1:9/microsoft/v1.0/x", "file:///etc/passwd", f"{link[:20]}@x.example/"):
        assert read(cursor=json.dumps(kept | {"token": elsewhere})).busy == ()
    assert kinds(microsoft).count("view") == 4


def test_a_calendar_without_delta_is_read_each_time(read: Read, microsoft: MicrosoftControl) -> None:
    holidays = microsoft.state()["calendars"][2]["id"]
    microsoft.add_event(date(2031, 3, 5), date(2031, 3, 6), calendar=holidays)

    first = read(holidays)

    assert first.cursor == ""
    assert [one[:2] for one in first.busy or ()] == [hours(0, 8)]
    assert read(holidays, cursor=first.cursor) == first


def test_a_delta_without_its_link_is_no_cursor(read: Read, fault: Fault) -> None:
    fault("microsoft_without_delta")

    assert read() == Reading(())


def test_away_is_taken_and_elsewhere_is_free(read: Read, microsoft: MicrosoftControl) -> None:
    for hour, shown in enumerate(("oof", "workingElsewhere", "unknown", "free", "tentative")):
        start = NOON + timedelta(hours=hour)
        microsoft.add_event(start, start + timedelta(minutes=30), showAs=shown)

    assert [one[:3] for one in read().busy or ()] == [
        (*hours(0, 0.5), False),
        (*hours(2, 2.5), False),
        (*hours(4, 4.5), True),
    ]


def test_an_answer_decides_only_where_it_is_no(read: Read, microsoft: MicrosoftControl) -> None:
    for hour, answer in enumerate(("accepted", "notResponded", "tentativelyAccepted", "declined", "none")):
        start = NOON + timedelta(hours=hour)
        status = {"response": answer, "time": "2031-01-01T00:00:00Z"}
        microsoft.add_event(start, start + timedelta(minutes=30), responseStatus=status)

    assert [one[:2] for one in read().busy or ()] == [hours(h, h + 0.5) for h in (0, 1, 2, 4)]


def test_a_series_of_days_is_days_of_the_host(read: Read, microsoft: MicrosoftControl) -> None:
    microsoft.add_event(date(2031, 3, 24), date(2031, 3, 25), weekly=2)
    days = [datetime(2031, 3, day, tzinfo=BERLIN) for day in (24, 31)]

    found = read(span=(minute(days[0]) - 3_000, minute(days[1]) + 3_000)).busy

    assert [one[:2] for one in found or ()] == [(minute(day), minute(day) + 24 * 60) for day in days]


def test_our_own_event_is_marked_by_the_booking(read: Read, put: Callable[..., Any]) -> None:
    put(booked())

    assert read().busy == (BusyTime(*hours(0, 0.5), uid="b-17"),)


EVENT: dict[str, Any] = {
    "showAs": "busy",
    "start": {"dateTime": "2031-03-05T12:00:00.0000000", "timeZone": "UTC"},
    "end": {"dateTime": "2031-03-05T13:00:00.0000000", "timeZone": "UTC"},
}


@pytest.mark.parametrize(
    "start",
    [
        None,
        {},
        "2031-03-05T12:00:00",
        {"dateTime": "soon", "timeZone": "UTC"},
        {"dateTime": 7, "timeZone": "UTC"},
        {"dateTime": "2031-03-05T12:00:00", "timeZone": "Mars/Base"},
        {"dateTime": "2031-03-05T12:00:00"},
        {"dateTime": "9999-12-31T24:00:00", "timeZone": "UTC"},
    ],
)
def test_a_time_that_cannot_be_read_is_no_free_time(start: Any) -> None:
    with pytest.raises(ProviderError) as raised:
        taken(EVENT | {"start": start}, hours(0, 8), zone=BERLIN)

    assert raised.value.code == "protocol"


@pytest.mark.parametrize("missing", ["showAs", "responseStatus", "isCancelled", "isAllDay"])
def test_a_word_that_is_missing_frees_nothing(missing: str) -> None:
    event = {name: value for name, value in EVENT.items() if name != missing}

    assert taken(event, hours(0, 8), zone=BERLIN) == BusyTime(*hours(0, 1))


def test_days_that_begin_at_another_hour_are_taken_as_written() -> None:
    ends = {
        "start": {"dateTime": "2031-03-04T23:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2031-03-05T23:00:00.0000000", "timeZone": "UTC"},
    }

    found = taken(EVENT | ends | {"isAllDay": True}, hours(-24, 24), zone=ZoneInfo("America/New_York"))

    assert found == BusyTime(*hours(-13, 11))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "W. Europe Standard Time", "tzone://Microsoft/Utc"])
def test_a_zone_that_comes_although_utc_was_asked_for_is_understood(zone: str) -> None:
    ends = {name: EVENT[name] | {"timeZone": zone} for name in ("start", "end")}

    found = taken(EVENT | ends, hours(-8, 8), zone=BERLIN)

    assert found == BusyTime(*(hours(0, 1) if zone.endswith("Utc") else hours(-1, 0)))


def test_an_unknown_zone_of_the_host_is_a_mistake(provider: MicrosoftProvider, token: str) -> None:
    with pytest.raises(ValueError, match="zone"):
        provider.busy(PRIMARY, hours(0, 8), time_zone="Mars/Base", credential=token)
