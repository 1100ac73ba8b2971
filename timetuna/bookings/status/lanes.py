"""Times side by side: which of those that overlap stands in which lane of a day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

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


def lanes(times: Sequence[Interval]) -> list[Lane]:
    """A lane for each, so that no two that overlap share one; never more lanes than overlap at one moment.

    Of those that begin together the longest stands first. Who has free lanes behind them takes those, too.
    """
    found: list[Lane] = [Lane(0, 1)] * len(times)
    for cluster in clusters(times):
        numbers = _numbered([times[index] for index in cluster])
        of = max(numbers) + 1
        for place, index in enumerate(cluster):
            others = (
                numbers[other]
                for other in range(len(cluster))
                if numbers[other] > numbers[place] and _overlap(times[cluster[other]], times[index])
            )
            found[index] = Lane(numbers[place], of, min(others, default=of) - numbers[place])
    return found


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


def _overlap(one: Interval, other: Interval) -> bool:
    return one[0] < other[1] and other[0] < one[1]
