"""Whatever the rules: a time is listed exactly if it can be booked exactly if its host is given no reason."""

from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timetuna.availability.hours import Cap, CapScope, Period, date_start
from timetuna.availability.interval import moment_of
from timetuna.availability.tests.strategies import any_hours, days
from timetuna.bookings.actions.book import book
from timetuna.bookings.slots import explain
from timetuna.bookings.slots.availability import SlotQuery, bookable, offered
from timetuna.bookings.tests.conftest import order
from timetuna.l10n import datetimes
from timetuna.pages.public import PageDuration
from timetuna.pages.queries import page_settings

NOW = datetime(2027, 3, 26, 9, 2, 30, tzinfo=UTC)  # two days before most of Europe's clocks change

caps = st.lists(
    st.builds(Cap, st.sampled_from(Period), st.sampled_from(CapScope), st.integers(1, 4)), max_size=2
).map(tuple)
rules = st.fixed_dictionaries(
    {
        "increment_minutes": st.sampled_from([5, 15, 30, 45, 60]),
        "buffer_before_minutes": st.sampled_from([0, 0, 15, 60]),
        "buffer_after_minutes": st.sampled_from([0, 0, 10, 45]),
        "notice_minutes": st.sampled_from([0, 0, 120, 2 * 1440]),
    }
)


times = st.fixed_dictionaries({"opening": any_hours, "caps": caps})


@pytest.fixture
def settled(page):
    """Return a page whose host has bookings on some days."""
    page.buffer_before_minutes = 20
    page.save()
    for number, start in enumerate([(26, 12), (27, 9), (27, 15), (28, 1), (29, 8), (30, 22)]):
        moment = datetime(2027, 3, *start, tzinfo=UTC)
        book(order(page, moment, email=f"{number}@guest.example"), now=datetime(2027, 3, 1, tzinfo=UTC))
    return page_settings(page.pk)


def label(start, zone):
    there = moment_of(start).astimezone(zone)
    return f"{datetimes.clock(there)} {datetimes.which_of_two(there)}".rstrip()


@given(
    rules=rules,
    horizon=st.sampled_from([None, 2, 60]),
    time=times,
    day=days,
    quarter=st.integers(0, 95),
    minutes=st.sampled_from([15, 30, 90]),
    usable=st.sampled_from([True, True, True, False]),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_listed_is_bookable_is_without_reason(settled, rules, horizon, time, day, quarter, minutes, usable):
    of_page = tuple(cap for cap in time["caps"] if cap.scope is CapScope.PAGE)
    of_host = tuple(cap for cap in time["caps"] if cap.scope is not CapScope.PAGE)
    own, row = replace(settled.own, opening=time["opening"], caps=of_host), copy(settled.settings)
    lengths = PageDuration(minutes), PageDuration(20)
    page = replace(
        settled, own=own, hosts=(own,), caps=of_page, durations=lengths, settings=row, horizon_days=horizon
    )
    for name, value in rules.items():
        setattr(row, name, value)
    page = page if usable else replace(page, meeting_types=())
    asked = explain.AskedTime(
        page=page, reader=own.id, minutes=minutes, day=day, minute=15 * quarter, hours_path="/hours"
    )
    query = SlotQuery(page=page, minutes=minutes, now=NOW)

    answer = explain.explain(asked, now=NOW)

    instants = explain.instants(page.own.opening, day, asked.minute)
    assert len(instants) == len(answer.moments)
    for start, moment in zip(instants, answer.moments, strict=True):
        listed = start in offered(query, span=(start, start + 1))
        assert listed == bookable(query, start_minute=start) == (moment.public is not None)
        assert listed == (not any(one.lines for one in moment.hosts))
        with_20 = bookable(replace(query, minutes=20), start_minute=start)
        assert not with_20 or listed or [other.text for other in moment.others] == ["20 minutes"]
    span = date_start(page.own.opening, day), date_start(page.own.opening, day + timedelta(days=1))
    free = [label(start, answer.zone) for start in offered(query, span=span)]
    assert [start.time for start in answer.starts if start.line is None] == free
    assert all(start.line or start.booking is None for start in answer.starts)
