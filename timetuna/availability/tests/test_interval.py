from hypothesis import given, settings
from hypothesis import strategies as st

from timetuna.availability.interval import Interval, intersect, merge, overlapping, subtract, widen

calm = settings(derandomize=True, max_examples=100, deadline=None, database=None)
intervals = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


def minutes(some: list[Interval]) -> set[int]:
    return {minute for start, end in some for minute in range(start, end)}


def is_disjoint(some: list[Interval]) -> bool:
    edges = [edge for interval in some for edge in interval]
    return edges == sorted(edges) and all(start < end for start, end in some)


def test_merge_joins_what_touches_and_drops_what_is_empty() -> None:
    assert merge([(5, 9), (1, 3), (3, 4), (7, 8), (20, 20), (30, 10)]) == [(1, 4), (5, 9)]


def test_subtract_cuts_holes_out() -> None:
    assert subtract([(0, 10), (10, 20)], [(2, 4), (3, 5), (8, 12)]) == [(0, 2), (5, 8), (12, 20)]


def test_a_long_hole_reaches_over_several_intervals() -> None:
    assert subtract([(0, 10), (12, 20), (30, 40)], [(5, 35), (6, 7)]) == [(0, 5), (35, 40)]


def test_intersect_keeps_touching_pieces_apart() -> None:
    assert intersect([(0, 10), (10, 20)], [(5, 15)]) == [(5, 10), (10, 15)]


def test_widen_moves_both_edges() -> None:
    assert widen((10, 20), before=3, after=4) == (7, 24)


def test_overlapping_gives_whole_intervals() -> None:
    assert overlapping([(0, 10), (10, 20), (30, 40)], (10, 31)) == [(10, 20), (30, 40)]
    assert overlapping([(0, 10), (10, 20), (30, 40)], (20, 30)) == []


@calm
@given(intervals)
def test_merge_covers_the_same_minutes(some: list[Interval]) -> None:
    merged = merge(some)

    assert minutes(merged) == minutes(some)
    assert is_disjoint(merged)
    assert merge(merged) == merged


@calm
@given(intervals, intervals)
def test_subtract_and_intersect_are_set_operations(some: list[Interval], others: list[Interval]) -> None:
    ours, theirs = merge(some), merge(others)

    assert minutes(subtract(ours, sorted(merge(others)))) == minutes(ours) - minutes(theirs)
    assert minutes(intersect(ours, theirs)) == minutes(ours) & minutes(theirs)
    assert intersect(ours, theirs) == intersect(theirs, ours)
    assert is_disjoint(subtract(ours, theirs))


@calm
@given(intervals, intervals)
def test_holes_may_overlap(some: list[Interval], holes: list[Interval]) -> None:
    sane = sorted((start, end) for start, end in holes if start < end)

    assert subtract(merge(some), sane) == subtract(merge(some), merge(holes))


@calm
@given(intervals, st.integers(0, 60), st.integers(1, 30))
def test_overlapping_is_what_shares_a_minute(some: list[Interval], start: int, length: int) -> None:
    merged, span = merge(some), (start, start + length)

    assert overlapping(merged, span) == [one for one in merged if one[0] < span[1] and span[0] < one[1]]
