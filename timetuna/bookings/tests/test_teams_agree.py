"""Whatever hosts and rules a page has: a time is listed exactly if it can be booked exactly if there is no reason."""

from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timetuna.availability.hours import Cap, CapScope, Period, date_start
from timetuna.availability.interval import minute_of
from timetuna.availability.slots import Code
from timetuna.availability.teams import Part
from timetuna.availability.tests.strategies import any_hours, days
from timetuna.bookings.actions.book import book
from timetuna.bookings.slots import explain
from timetuna.bookings.slots.availability import SlotQuery, bookable, choices_at, offered, who_can, why
from timetuna.bookings.tests.conftest import make_host, make_page, order, staff
from timetuna.calendars.models import Calendar
from timetuna.pages.queries import page_settings

NOW = datetime(2027, 3, 26, 9, 2, 30, tzinfo=UTC)  # two days before most of Europe's clocks change
KINDS = {
    Code.CALENDAR_BUSY,
    Code.HOURS,
    Code.NOTICE,
    Code.NO_CONNECTION,
    Code.PAUSED,
    Code.PROVIDER_UNREADABLE,
    Code.SWITCHED_OFF,
}
"""All that anybody is told of another host."""
parts = st.sampled_from(Part)
some_caps = st.lists(
    st.builds(
        Cap, st.sampled_from(Period), st.sampled_from([CapScope.HOST, CapScope.PART]), st.integers(1, 4)
    ),
    max_size=1,
).map(tuple)
hosts = st.lists(
    st.fixed_dictionaries(
        {
            "opening": any_hours,
            "caps": some_caps,
            "part": parts,
            "kinds": st.sampled_from([frozenset(), frozenset({"zoom"})]),
            "bookable": st.sampled_from([True] * 5 + [False]),
        }
    ),
    min_size=3,
    max_size=3,
)
own_rules = st.lists(
    st.fixed_dictionaries(
        {
            "buffer_before_minutes": st.sampled_from([None, None, 0, 45]),
            "buffer_after_minutes": st.sampled_from([None, None, 0, 30]),
            "notice_minutes": st.sampled_from([None, None, 0, 2 * 1_440]),
            "weight": st.sampled_from([100, 100, 100, 0]),
            "paused_until": st.sampled_from([None, None, None, date(2027, 3, 26)]),
        }
    ),
    min_size=3,
    max_size=3,
)
of_page = st.fixed_dictionaries(
    {
        "staffing": st.sampled_from(["all", "any", "any"]),
        "rotating_count": st.integers(1, 2),
        "increment_minutes": st.sampled_from([5, 20, 45, 60]),
        "buffer_after_minutes": st.sampled_from([0, 10]),
        "notice_minutes": st.sampled_from([0, 0, 120]),
        "guests_choose": st.booleans(),
    }
)


@pytest.fixture
def settled(alice):
    """Return a page of three hosts who have bookings around the clock change, alone and together."""
    page = staff(make_page(alice), "all", make_host("bob", "Bob"), make_host("cleo", "Cleo"))
    Calendar.objects.update(
        read_at=datetime(2090, 1, 1, tzinfo=UTC), known_until_minute=minute_of(NOW) + 9**9
    )
    pages = [page, *(make_page(row.host, slug="own") for row in page.page_hosts.all())]
    for number, start in enumerate(
        [(26, 12), (27, 9), (28, 1), (29, 8), (27, 14), (28, 9), (29, 20), (30, 11)]
    ):
        moment, early = datetime(2027, 3, *start, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
        book(order(pages[number % 4], moment, email=f"{number}@guest.example"), now=early)
    return page_settings(page.pk)


def varied(settled, *, rules, times, rows, caps, kinds):
    """Give the page and its hosts other rules."""
    taking_part = []
    for host, time, own in zip(settled.hosts, times, rows, strict=True):
        row = copy(host.row)
        for name, value in own.items():
            setattr(row, name, value)
        taking_part.append(replace(host, row=row, **time))
    row = copy(settled.settings)
    for name, value in rules.items():
        setattr(row, name, value)
    choice = settled.meeting_types[0]
    return replace(
        settled,
        own=taking_part[0],
        hosts=tuple(taking_part),
        caps=caps,
        settings=row,
        meeting_types=tuple(replace(choice, kind=kind) for kind in kinds),
    )


def agrees_with_why(asked, query):
    answer, opening = explain.explain(asked, now=NOW), query.page.own.opening
    span = date_start(opening, asked.day), date_start(opening, asked.day + timedelta(days=1))
    free = [one.time for one in answer.starts if one.line is None]
    assert len(free) == len(offered(query, span=span))
    assert all(bool(one.words) == bool(one.line) for one in answer.starts)
    names = {host.name for host in query.page.hosts if host.id != asked.reader}
    for moment in answer.moments:
        assert (moment.public is None) == any(one.lines for one in moment.hosts)
        others = [line for one in moment.hosts if one.host in names for line in one.lines]
        assert all(line.code in KINDS and not line.links for line in others)


@given(
    rules=of_page,
    times=hosts,
    rows=own_rules,
    caps=st.sampled_from([(), (), (Cap(Period.DAY, CapScope.PAGE, 1),)]),
    horizon=st.sampled_from([None, 2, 60]),
    day=days,
    quarter=st.integers(0, 95),
    kinds=st.sampled_from([("in_person",), ("zoom",), ("zoom", "in_person")]),
    person=st.sampled_from([None, None, 0, 1, 2]),
    reads=st.integers(0, 2),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_listed_is_bookable_is_without_reason(
    settled, rules, times, rows, caps, horizon, day, quarter, kinds, person, reads
):
    page = varied(settled, rules=rules, times=times, rows=rows, caps=caps, kinds=kinds)
    page = replace(page, horizon_days=horizon)
    named = None if person is None else page.hosts[person].id
    query = SlotQuery(page=page, minutes=30, now=NOW, person=named)
    reader = page.hosts[reads].id
    asked = explain.AskedTime(
        page=page, reader=reader, minutes=30, day=day, minute=15 * quarter, hours_path="/"
    )

    for start in explain.instants(page.own.opening, day, asked.minute):
        listed = start in offered(query, span=(start, start + 1))
        able = who_can(query, start_minute=start)
        assert listed == bookable(query, start_minute=start) == (able is not None)
        assert listed == (not why(query, start_minute=start).every())
        if len(page.meeting_types) > 1:
            choices = choices_at(query, start_minute=start)
            for choice in page.meeting_types:
                of_kind = bookable(replace(query, kind=choice.kind), start_minute=start)
                assert of_kind == (choice in choices)
            assert listed == bool(choices)
    agrees_with_why(asked, replace(query, person=None))
