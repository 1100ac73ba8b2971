"""Sentences for what no page of the sandboxed tests can set up, and that there is one for every code."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from timetuna.availability.hours import Cap, CapScope, Period
from timetuna.availability.interval import minute_of
from timetuna.availability.slots import Busy, Code, Kind, Reason
from timetuna.bookings.slots.reason_context import Link, ReasonContext
from timetuna.bookings.slots.reasons import tell
from timetuna.pages.queries import page_settings

MONDAY = date(2027, 3, 1)


def at(hour, minute=0, day=1):
    return minute_of(datetime(2027, 3, day, hour, minute, tzinfo=UTC))


def taken(kind, before=0, after=0):
    return Busy(at(10), at(11), kind, before, after)


@pytest.fixture
def setting(page):
    return ReasonContext(
        page=page_settings(page.pk),
        reader=page.host_id,
        minutes=30,
        day=MONDAY,
        zone=ZoneInfo("UTC"),
        hours_path="/hours",
        bookings={},
    )


def test_an_event_of_a_calendar(setting):
    line = tell(Reason(Code.CALENDAR_BUSY, busy=taken(Kind.CALENDAR)), setting)

    assert line.text == "An event in one of your calendars takes 10:00 to 11:00."
    assert line.links == calendar_links(setting)


def test_an_event_of_a_calendar_that_is_known(setting):
    named = replace(setting, calendars={at(10): ("Work", "Family")})

    line = tell(Reason(Code.CALENDAR_BUSY, busy=taken(Kind.CALENDAR)), named)

    assert line.text == "An event in “Work” and “Family” takes 10:00 to 11:00."


def calendar_links(setting):
    own = Link(f"/booking-pages/{setting.page.id}/calendars", "Calendars of this page")
    return own, Link("/settings/providers", "Connected providers")


def test_a_calendar_that_cannot_be_read(setting):
    line = tell(Reason(Code.PROVIDER_UNREADABLE, label="Work (Google)"), setting)

    assert line.text == (
        "“Work (Google)” cannot be read at the moment, so nobody knows whether you are free."
    )
    assert line.links == calendar_links(setting)


def test_a_booking_of_a_colleague_is_not_named(setting):
    line = tell(Reason(Code.OWN_BOOKING, busy=taken(Kind.BOOKING)), setting)

    assert (line.text, line.links) == ("A booking takes 10:00 to 11:00.", ())


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (Kind.CALENDAR, "an event in one of your calendars"),
        (Kind.HOLD, "a time that a guest is about to book"),
        (Kind.BOOKING, "a booking"),
    ],
)
def test_a_buffer_says_to_what(setting, kind, what):
    line = tell(Reason(Code.BUFFER, at(9, 45), taken(kind, before=15)), setting)

    assert line.text == (
        f"It comes too near to {what}, 10:00 to 11:00: a meeting before it has to end by 09:45."
    )


def test_what_lies_on_another_day_says_so(setting):
    overnight = Busy(at(23), at(1, day=2), Kind.CALENDAR)

    line = tell(Reason(Code.CALENDAR_BUSY, busy=overnight), setting)

    assert line.text == "An event in one of your calendars takes 23:00 to Tuesday 2 March, 01:00."


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_sentence(setting, code):
    period = code.removeprefix("cap_")
    cap = Cap(Period(period), CapScope.PAGE, 3) if code.startswith("cap_") else None
    reason = Reason(code, at(9), taken(Kind.HOLD), "label", cap)

    line = tell(reason, replace(setting, grid=(at(9), at(10))))

    assert line.code == code
    assert line.text.endswith((".", "label"))
    assert line.name
