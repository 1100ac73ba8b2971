"""Half-open intervals on integer minutes since the epoch, UTC: `(start, end)` holds start and not end.

"Disjoint" means sorted and without overlap; disjoint intervals may touch. Each list is walked once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import itemgetter

Interval = tuple[int, int]

_start, _end = itemgetter(0), itemgetter(1)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Cover the same minutes with the fewest intervals. Disjoint, none empty, none touching."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        elif start < end:
            merged.append((start, end))
    return merged


def subtract(wholes: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """What `holes` leave of the disjoint `wholes`. Holes are sorted and may overlap each other."""
    left: list[Interval] = []
    following = iter(holes)
    hole = next(following, None)
    for start, end in wholes:
        cursor = start
        while hole and hole[0] < end:
            if cursor < hole[0]:
                left.append((cursor, hole[0]))
            cursor = max(cursor, hole[1])
            if cursor > end:
                break  # this hole reaches on, perhaps into the next whole
            hole = next(following, None)
        if cursor < end:
            left.append((cursor, end))
    return left


def intersect(ours: Sequence[Interval], theirs: Sequence[Interval]) -> list[Interval]:
    """What two disjoint lists share, a piece for each pair: where either is cut, so is the result."""
    shared: list[Interval] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        start, end = max(ours[i][0], theirs[j][0]), min(ours[i][1], theirs[j][1])
        if start < end:
            shared.append((start, end))
        if ours[i][1] <= end:
            i += 1
        else:
            j += 1
    return shared


def widen(interval: Interval, *, before: int, after: int) -> Interval:
    """Let an interval begin `before` minutes earlier and end `after` minutes later."""
    return interval[0] - before, interval[1] + after


def overlapping(intervals: Sequence[Interval], span: Interval) -> Sequence[Interval]:
    """Those of the disjoint `intervals` that share a minute with `span`, whole and in order."""
    first = bisect_right(intervals, span[0], key=_end)
    return intervals[first : bisect_left(intervals, span[1], lo=first, key=_start)]


def minute_of(moment: datetime) -> int:
    """The UTC minutes since the epoch of an aware datetime on a full minute."""
    return int(moment.timestamp()) // 60


def moment_of(minute: int) -> datetime:
    """The aware UTC datetime of a minute since the epoch."""
    return datetime.fromtimestamp(minute * 60, UTC)
