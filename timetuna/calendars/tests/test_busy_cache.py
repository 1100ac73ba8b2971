"""Packed busy time says what went in, whole or by the slice, and is renewed span by span."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timetuna.availability.interval import merge, overlapping, subtract
from timetuna.calendars.busy_cache import KnownBusy, busy_within, pack, unpack
from timetuna.ical.answer import BusyTime

pytestmark = pytest.mark.vendor

MINUTES = st.integers(-1_000, 1_000)
INTERVALS = st.lists(st.tuples(MINUTES, st.integers(1, 90)).map(lambda one: (one[0], one[0] + one[1])))
BUSY = st.lists(
    st.tuples(MINUTES, st.integers(1, 90), st.booleans()).map(
        lambda one: BusyTime(one[0], one[0] + one[1], one[2])
    )
)
SPANS = st.tuples(MINUTES, st.integers(1, 500)).map(lambda one: (one[0], one[0] + one[1]))


def minutes_of(intervals):
    return {minute for start, end in intervals for minute in range(start, end)}


@settings(max_examples=50)
@given(BUSY)
def test_what_is_packed_comes_out_again(busy):
    known = KnownBusy.of(busy)

    assert unpack(pack(known)) == known
    assert minutes_of(known.certain) == minutes_of(one[:2] for one in busy if not one.tentative)
    assert minutes_of(known.tentative) == minutes_of(one[:2] for one in busy if one.tentative)


@settings(max_examples=50)
@given(BUSY, SPANS)
def test_a_slice_holds_exactly_what_shares_a_minute_with_it(busy, span):
    known = KnownBusy.of(busy)

    both = busy_within(pack(known), span, tentative=True)
    certain = busy_within(pack(known), span, tentative=False)

    assert certain == list(overlapping(known.certain, span))
    assert both == certain + list(overlapping(known.tentative, span))


@settings(max_examples=50)
@given(BUSY, BUSY, SPANS)
def test_a_later_look_replaces_what_was_known_of_its_span_and_nothing_else(old, new, span):
    inside = [
        BusyTime(max(one.start_minute, span[0]), min(one.end_minute, span[1]), one.tentative)
        for one in new
        if one.start_minute < span[1] and one.end_minute > span[0]
    ]
    before, fresh = KnownBusy.of(old), KnownBusy.of(inside)

    after = before.renewed(span, fresh)

    within = set(range(*span))
    for part in ("certain", "tentative"):
        kept, found, now = (minutes_of(getattr(one, part)) for one in (before, fresh, after))
        assert now == (kept - within) | found
        assert list(getattr(after, part)) == merge(getattr(after, part))


def test_the_same_answer_once_more_changes_nothing():
    known = KnownBusy(certain=((0, 100), (200, 300)), tentative=((50, 60),))

    again = known.renewed((20, 250), KnownBusy(certain=((20, 100), (200, 250)), tentative=((50, 60),)))

    assert again == known


def test_nothing_is_known_of_a_calendar_that_was_never_read():
    assert unpack(b"") == KnownBusy()
    assert busy_within(b"", (0, 10), tentative=True) == []
    assert unpack(pack(KnownBusy())) == KnownBusy()


def test_tentative_time_is_kept_beside_certain_time_that_hides_it():
    known = KnownBusy.of([BusyTime(0, 60), BusyTime(30, 90, tentative=True)])

    assert busy_within(pack(known), (70, 80), tentative=False) == []
    assert busy_within(pack(known), (70, 80), tentative=True) == [(30, 90)]
    assert subtract(known.tentative, known.certain) == [(60, 90)]


def test_a_slice_of_much_costs_little():
    packed = pack(KnownBusy(tuple((start, start + 20) for start in range(0, 3_000_000, 60))))

    began = time.process_time()
    for _ in range(100):
        found = busy_within(packed, (1_500_000, 1_545_000), tentative=True)

    assert len(found) == 750
    assert time.process_time() - began < 1.0
