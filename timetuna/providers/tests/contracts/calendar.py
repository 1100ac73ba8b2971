"""What every provider owes who knows a calendar: its list, its busy time, events written into it.

Used as contract.py is: a provider's tests subclass what it claims and give the fixtures named in the class.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from timetuna.availability.interval import Interval
from timetuna.ical.answer import BusyTime
from timetuna.providers.base import BusySource, CalendarWriter, Directory, Entry, Person, Written
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.tests.contracts.oauth import HOSTILE

AddEvent = Callable[..., Any]


NOON = datetime(2031, 3, 5, 12, tzinfo=UTC)


def minute(moment: datetime) -> int:
    """Return the whole minutes since the epoch."""
    return int(moment.timestamp() // 60)


def hours(first: float, last: float) -> Interval:
    """Return the time from so many hours after NOON until so many."""
    return minute(NOON + timedelta(hours=first)), minute(NOON + timedelta(hours=last))


DAY = hours(-2, 10)


class DirectoryContract:
    """Fixtures: `provider`; `credential`; `bad_credential`, one that the service does not accept."""

    def test_it_knows_the_calendars(self, provider: Directory, credential: str) -> None:
        """Each with an id of its own and a name, at most one of them the primary."""
        assert isinstance(provider, Directory)
        found = provider.calendars(credential=credential)
        assert found
        assert len({one.id for one in found}) == len(found)
        assert sum(one.primary for one in found) <= 1
        assert any(one.writable for one in found)
        for one in found:
            assert one.id
            assert one.name.strip()
            assert one.name.isprintable()
            assert re.fullmatch("#[0-9a-f]{6}|", one.color)

    def test_meeting_types_are_those_the_writer_has(self, provider: Directory, credential: str) -> None:
        """No calendar promises more."""
        known = set(provider.meeting_types()) if isinstance(provider, CalendarWriter) else set()
        for one in provider.calendars(credential=credential):
            assert one.meeting_types <= known

    def test_a_bad_credential_is_no_empty_account(self, provider: Directory, bad_credential: str) -> None:
        """It is said, without the credential."""
        with pytest.raises((ProviderError, NeedsReconnect)) as raised:
            provider.calendars(credential=bad_credential)
        assert bad_credential not in str(raised.value)


class BusySourceContract:
    """Fixtures, over an account whose `calendar` is empty.

    `provider`; `credential`; `bad_credential`; `calendar`, its id; `gone`, the id of a calendar that is not there.
    `add_event(start, end, **kind)` puts an event into the calendar as its host would, and returns what `remove_event`
    takes. Two datetimes with a zone, or two dates (the end exclusive) for all-day. Kinds: `uid="…"`, `weekly=3` (so
    many times, by the wall clock of the start's zone), and each name in `free` and `unsure` as `name=True`.
    """

    free: tuple[str, ...] = ("transparent", "cancelled", "declined")
    unsure: tuple[str, ...] = ("tentative",)
    zone = "Europe/Berlin"
    many = 60

    @pytest.fixture
    def read(self, provider: BusySource, credential: str, calendar: str) -> Callable[..., Any]:
        """Return what reads the calendar: a span, and a cursor."""

        def reading(span: Interval = DAY, cursor: str = "") -> Any:
            return provider.busy(calendar, span, time_zone=self.zone, credential=credential, cursor=cursor)

        return reading

    def test_an_empty_calendar_is_free(self, provider: BusySource, read: Callable[..., Any]) -> None:
        """And that is a reading, not None."""
        assert isinstance(provider, BusySource)
        assert read().busy == ()

    def test_an_event_takes_its_time_in_whole_minutes(
        self, read: Callable[..., Any], add_event: AddEvent
    ) -> None:
        """The start rounded down, the end up."""
        add_event(NOON + timedelta(seconds=20), NOON + timedelta(minutes=29, seconds=20))
        assert [one[:3] for one in read().busy] == [(*hours(0, 0.5), False)]

    def test_it_is_in_order_clipped_and_touches_the_span(
        self, read: Callable[..., Any], add_event: AddEvent
    ) -> None:
        """What ends where the span begins, or begins where it ends, is outside."""
        for first, last in [(3, 5), (0.5, 1), (-1, 0.25), (-2, 0), (4, 6), (-3, -1)]:
            add_event(NOON + timedelta(hours=first), NOON + timedelta(hours=last))
        assert [one[:2] for one in read(hours(0, 4)).busy] == [hours(0, 0.25), hours(0.5, 1), hours(3, 4)]

    def test_what_takes_no_time_is_left_out(self, read: Callable[..., Any], add_event: AddEvent) -> None:
        """Free, cancelled, declined."""
        for kind in self.free:
            add_event(NOON, NOON + timedelta(hours=1), **{kind: True})
        add_event(NOON + timedelta(hours=2), NOON + timedelta(hours=3))
        assert [one[:2] for one in read().busy] == [hours(2, 3)]

    def test_what_is_not_sure_is_marked(self, read: Callable[..., Any], add_event: AddEvent) -> None:
        """It blocks by default, and a host may let it."""
        for index, kind in enumerate(self.unsure):
            add_event(
                NOON + timedelta(hours=index), NOON + timedelta(hours=index, minutes=30), **{kind: True}
            )
        expected = [(*hours(index, index + 0.5), True) for index in range(len(self.unsure))]
        assert [one[:3] for one in read().busy] == expected

    def test_all_day_is_the_local_day(self, read: Callable[..., Any], add_event: AddEvent) -> None:
        """Of the host's zone, also where the clocks change: the second day has 23 hours."""
        add_event(date(2031, 3, 29), date(2031, 3, 31))
        zone = ZoneInfo(self.zone)
        taken = tuple(minute(datetime(2031, 3, day, tzinfo=zone)) for day in (29, 31))
        found = read((taken[0] - 3_000, taken[1] + 3_000)).busy
        assert [one[:2] for one in found] == [taken]
        assert taken[1] - taken[0] == 47 * 60

    def test_recurring_events_follow_the_wall_clock(
        self, read: Callable[..., Any], add_event: AddEvent
    ) -> None:
        """Nine o'clock stays nine o'clock across the change of the clocks."""
        zone = ZoneInfo(self.zone)
        starts = [datetime(2031, 3, day, 9, tzinfo=zone) for day in (20, 27)]
        starts.append(datetime(2031, 4, 3, 9, tzinfo=zone))
        add_event(starts[0], starts[0] + timedelta(hours=1), weekly=3)
        found = read((minute(starts[0]) - 600, minute(starts[2]) + 20_000)).busy
        assert [one.start_minute for one in found] == [minute(start) for start in starts]

    def test_every_page_is_read(self, read: Callable[..., Any], add_event: AddEvent) -> None:
        """However many there are."""
        for index in range(self.many):
            add_event(NOON + timedelta(minutes=2 * index), NOON + timedelta(minutes=2 * index + 1))
        assert len(read().busy) == self.many

    def test_the_mark_is_the_events_uid(self, read: Callable[..., Any], add_event: AddEvent) -> None:
        """So that our own can be told."""
        add_event(NOON, NOON + timedelta(hours=1), uid="b-17@timetuna.test")
        assert read().busy == (BusyTime(*hours(0, 1), uid="b-17@timetuna.test"),)

    def test_nothing_new_is_said_shortly_or_read_again(
        self, read: Callable[..., Any], add_event: AddEvent
    ) -> None:
        """And never as an empty calendar."""
        add_event(NOON, NOON + timedelta(hours=1))
        first = read()
        assert read(cursor=first.cursor).busy in {None, first.busy}

    def test_what_changed_is_seen_behind_a_cursor(
        self, read: Callable[..., Any], add_event: AddEvent, remove_event: Callable[[Any], None]
    ) -> None:
        """An event more, and one less, each time as a whole."""
        made = add_event(NOON, NOON + timedelta(hours=1))
        first = read()
        add_event(NOON + timedelta(hours=2), NOON + timedelta(hours=3))
        second = read(cursor=first.cursor)
        assert [one[:2] for one in second.busy] == [hours(0, 1), hours(2, 3)]
        remove_event(made)
        assert [one[:2] for one in read(cursor=second.cursor).busy] == [hours(2, 3)]

    def test_a_cursor_is_no_reading_of_another_span(
        self, read: Callable[..., Any], add_event: AddEvent
    ) -> None:
        """What it did not see is read."""
        add_event(NOON + timedelta(hours=5), NOON + timedelta(hours=6))
        cursor = read(hours(0, 4)).cursor
        assert [one[:2] for one in read(hours(0, 8), cursor).busy] == [hours(5, 6)]

    @pytest.mark.parametrize("cursor", ["nonsense", "{}", "[1]", '{"token": 7}', "\0"])
    def test_an_unknown_cursor_leads_to_a_full_reading(
        self, read: Callable[..., Any], add_event: AddEvent, cursor: str
    ) -> None:
        """Whatever was kept."""
        add_event(NOON, NOON + timedelta(hours=1))
        assert [one[:2] for one in read(cursor=cursor).busy] == [hours(0, 1)]

    def test_a_calendar_that_is_gone_is_not_free(
        self, provider: BusySource, credential: str, gone: str
    ) -> None:
        """A permanent error with the word that the caller knows."""
        with pytest.raises(ProviderError) as raised:
            provider.busy(gone, hours(0, 8), time_zone=self.zone, credential=credential)
        assert (raised.value.permanent, raised.value.code) == (True, "gone")

    def test_a_bad_credential_is_not_free(
        self, provider: BusySource, calendar: str, bad_credential: str
    ) -> None:
        """It is said, without the credential."""
        with pytest.raises((ProviderError, NeedsReconnect)) as raised:
            provider.busy(calendar, hours(0, 8), time_zone=self.zone, credential=bad_credential)
        assert bad_credential not in str(raised.value)


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event as its host finds it in the calendar. Guests by mail address; start is aware."""

    reference: str
    title: str
    start: datetime
    minutes: int
    guests: frozenset[str]
    location: str
    description: str
    tentative: bool


def booked(**changes: Any) -> Entry:
    """Return a booking to write."""
    entry = Entry(
        booking="b-17",
        ical_uid="b-17@timetuna.test",
        revision=0,
        title="Intro call with Ada",
        start=NOON,
        minutes=30,
        time_zone="Europe/Berlin",
        guests=(Person("Ada Lovelace", "ada@guest.example"),),
        location="Room 4",
        description="Change it: https://timetuna.test/b/17",
    )
    return replace(entry, **changes)


class CalendarWriterContract:
    """Fixtures, over an account whose `calendar` is empty and may be written to.

    `provider`; `credential`; `bad_credential`; `calendar`, its id; `seen` returns what stands in the calendar now, in
    order; `remove_event(reference)` deletes an event as its host would.
    """

    @pytest.fixture
    def put(self, provider: CalendarWriter, credential: str, calendar: str) -> Callable[..., Written]:
        """Return what writes an entry into the calendar."""

        def writing(entry: Entry, reference: str = "") -> Written:
            return provider.put(entry, calendar=calendar, reference=reference, credential=credential)

        return writing

    def test_a_booking_becomes_an_event(
        self, provider: CalendarWriter, put: Callable[..., Written], seen: Callable[[], list[SeenEvent]]
    ) -> None:
        """With all that a host wants to see."""
        assert isinstance(provider, CalendarWriter)
        written = put(booked())
        (event,) = seen()
        assert event.reference == written.reference
        assert (event.title, event.start, event.minutes) == ("Intro call with Ada", NOON, 30)
        assert (event.location, event.description) == ("Room 4", "Change it: https://timetuna.test/b/17")
        assert event.guests == {"ada@guest.example"}
        assert not event.tentative
        assert written.join_url == ""

    def test_a_repeat_makes_no_second(
        self, put: Callable[..., Written], seen: Callable[[], list[SeenEvent]]
    ) -> None:
        """Also where the first answer was lost with its reference."""
        first = put(booked())
        assert put(booked()).reference == first.reference
        assert put(booked(), first.reference).reference == first.reference
        assert len(seen()) == 1

    def test_a_moved_booking_moves_its_event(
        self, put: Callable[..., Written], seen: Callable[[], list[SeenEvent]]
    ) -> None:
        """In place, with its new words."""
        first = put(booked(tentative=True))
        assert seen()[0].tentative
        later = booked(
            revision=1, start=NOON + timedelta(days=1), minutes=45, title="Moved", location="", guests=()
        )
        assert put(later, first.reference).reference == first.reference
        (event,) = seen()
        assert (event.title, event.start, event.minutes) == ("Moved", NOON + timedelta(days=1), 45)
        assert (event.location, event.guests, event.tentative) == ("", frozenset(), False)

    def test_an_event_that_its_host_deleted_is_made_again(
        self,
        put: Callable[..., Written],
        seen: Callable[[], list[SeenEvent]],
        remove_event: Callable[[Any], None],
    ) -> None:
        """Once, whether the reference is known or not."""
        for known in (True, False):
            before = put(booked())
            remove_event(before.reference)
            assert seen() == []
            again = put(booked(revision=1), before.reference if known else "")
            assert [event.reference for event in seen()] == [again.reference]

    def test_removing_may_be_repeated(
        self,
        provider: CalendarWriter,
        put: Callable[..., Written],
        seen: Callable[[], list[SeenEvent]],
        credential: str,
        calendar: str,
    ) -> None:
        """And what was removed can be written again."""
        written = put(booked())
        for _ in range(2):
            provider.remove(written.reference, calendar=calendar, credential=credential)
            assert seen() == []
        put(booked(), written.reference)
        assert len(seen()) == 1

    def test_two_bookings_are_two_events(
        self, put: Callable[..., Written], seen: Callable[[], list[SeenEvent]]
    ) -> None:
        """Also at the same time with the same words."""
        put(booked())
        put(booked(booking="b-18", ical_uid="b-18@timetuna.test"))
        assert len({event.reference for event in seen()}) == 2

    def test_hostile_and_long_texts_are_one_event_too(
        self, put: Callable[..., Written], seen: Callable[[], list[SeenEvent]]
    ) -> None:
        """Whatever a guest calls himself."""
        put(
            booked(
                title=HOSTILE,
                location=HOSTILE,
                description=HOSTILE * 20,
                guests=(Person(HOSTILE, "eve@guest.example"),),
            )
        )
        (event,) = seen()
        assert event.title
        assert "\0" not in event.title
        assert event.guests == {"eve@guest.example"}

    def test_a_time_without_zone_is_a_mistake(self, put: Callable[..., Written]) -> None:
        """Nothing is guessed."""
        with pytest.raises(ValueError, match="zone"):
            put(booked(start=NOON.replace(tzinfo=None)))

    def test_its_meetings_have_links(
        self, provider: CalendarWriter, put: Callable[..., Written], seen: Callable[[], list[SeenEvent]]
    ) -> None:
        """Each kind that it names: https, the same one when the booking moves."""
        for number, kind in enumerate(provider.meeting_types()):
            entry = booked(booking=f"m-{number}", ical_uid=f"m-{number}@timetuna.test", meeting_type=kind)
            written = put(entry)
            assert urlsplit(written.join_url).scheme == "https"
            moved = replace(entry, revision=1, start=NOON + timedelta(hours=3))
            assert put(moved, written.reference).join_url == written.join_url
        assert len(seen()) == len(provider.meeting_types())

    def test_its_own_events_can_be_told(
        self, provider: CalendarWriter, put: Callable[..., Written], credential: str, calendar: str
    ) -> None:
        """Where it reads as well as it writes: by the booking's uid or the event's."""
        written = put(booked())
        if not isinstance(provider, BusySource):
            return
        found = provider.busy(calendar, hours(-2, 8), time_zone="Europe/Berlin", credential=credential).busy
        assert found is not None
        assert [one[:2] for one in found] == [hours(0, 0.5)]
        assert found[0].uid in {"b-17", "b-17@timetuna.test", written.ical_uid}

    def test_a_bad_credential_is_said(
        self, provider: CalendarWriter, calendar: str, bad_credential: str
    ) -> None:
        """Nothing is written, and nothing taken for removed."""
        with pytest.raises((ProviderError, NeedsReconnect)):
            provider.put(booked(), calendar=calendar, reference="", credential=bad_credential)
        with pytest.raises((ProviderError, NeedsReconnect)):
            provider.remove("some-event", calendar=calendar, credential=bad_credential)
