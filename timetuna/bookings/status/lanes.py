"""Times side by side: which of those that overlap stands in which lane of a day."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from operator import itemgetter

from timetuna.availability.interval import Interval


@dataclass(frozen=True, slots=True)
class Lane:
    """Where one time stands: in lane `number`, from 0, of `of`, over `width` of them."""

    number: int
    of: int
    width: int = 1


def clusters(times: Sequence[Interval]) -> Iterator[list[int]]:
    """The indices of times that hang together: each overlaps another of its cluster, and nothing outside it."""
    found: list[int] = []
    end = 0
    for index in sorted(range(len(times)), key=lambda one: (times[one][0], -times[one][1])):
        if found and times[index][0] >= end:
            yield found
            found = []
        end = max(end, times[index][1]) if found else times[index][1]
        found.append(index)
    if found:
        yield found


def placed_clusters(times: Sequence[Interval]) -> Iterator[tuple[list[int], list[Lane]]]:
    """Each cluster with a lane for each of it, so that no two that overlap share one.

    There are never more lanes than overlap at one moment. Of those that begin together the longest stands first. Who
    has free lanes behind them takes those, too.
    """
    for cluster in clusters(times):
        theirs = [times[index] for index in cluster]
        numbers = _numbered(theirs)
        yield cluster, _widened(theirs, numbers)


def lanes(times: Sequence[Interval]) -> list[Lane]:
    """A lane for each, in the order given."""
    found = {
        index: lane
        for cluster, placed in placed_clusters(times)
        for index, lane in zip(cluster, placed, strict=True)
    }
    return [found[index] for index in range(len(times))]


def _widened(times: Sequence[Interval], numbers: Sequence[int]) -> list[Lane]:
    """times: in the order in which they begin, so that those of a lane end in it, too."""
    of = max(numbers) + 1
    in_lane: list[list[Interval]] = [[] for _ in range(of)]
    for one, number in zip(times, numbers, strict=True):
        in_lane[number].append(one)
    found = []
    for one, number in zip(times, numbers, strict=True):
        behind = number + 1
        while behind < of and not _is_taken(in_lane[behind], one):
            behind += 1
        found.append(Lane(number, of, behind - number))
    return found


def _is_taken(lane: Sequence[Interval], one: Interval) -> bool:
    """Whether the last of the lane that begins before this one ends is still there when it begins."""
    before = bisect_left(lane, one[1], key=itemgetter(0))
    return before > 0 and lane[before - 1][1] > one[0]


def _numbered(times: Iterable[Interval]) -> list[int]:
    """In the order in which they begin, each gets the first lane that is free again."""
    numbers: list[int] = []
    free: list[int] = []
    busy: list[tuple[int, int]] = []
    for start, end in times:
        while busy and busy[0][0] <= start:
            heappush(free, heappop(busy)[1])
        number = heappop(free) if free else len(busy)
        heappush(busy, (end, number))
        numbers.append(number)
    return numbers
