"""Meetings of several hosts."""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain
from typing import TypeVar

from timetuna.availability.interval import Interval, intersect
from timetuna.availability.policy import Policy
from timetuna.availability.slots import Diary, open_slots

Host = TypeVar("Host", bound=Hashable)


def all_of(diaries: Iterable[Diary]) -> Diary:
    """Return the diary of a group that only meets complete: open when all are, busy, full or unreadable when anyone is.

    Ask it like a single host's, so that a group's times are listed, checked and explained by the same sweep.
    Start times are counted from where the common hours begin. Hosts with the same hours thus meet exactly
    when each of them can, and hosts whose grids never meet (Berlin, and Kathmandu at UTC+5:45) still find a
    time. No diaries, no time.
    """
    everyone = list(diaries)
    if len(everyone) == 1:
        return everyone[0]
    different: set[Sequence[Interval]] = {
        tuple(diary.hours) for diary in everyone
    }  # colleagues tend to have the same
    hours = reduce(intersect, different) if different else ()
    return Diary(
        hours,
        busy=tuple(chain.from_iterable(diary.busy for diary in everyone)),
        events=tuple(chain.from_iterable(diary.events for diary in everyone)),
        full=tuple(chain.from_iterable(diary.full for diary in everyone)),
        special=tuple(chain.from_iterable(diary.special for diary in everyone)),
        unreadable=tuple(chain.from_iterable(diary.unreadable for diary in everyone)),
        usable=all(diary.usable for diary in everyone),
    )


def any_of(
    diaries: Mapping[Host, Diary], *, policy: Policy, now_minute: int, span: Interval
) -> Mapping[int, tuple[Host, ...]]:
    """Return the start times, UTC and in order, at which someone can be booked, each with all hosts who can.

    Hosts stand in the order of `diaries`. Each start time is on the grid of the hosts it names.
    """
    return _Openings(
        {
            host: open_slots(diary, policy=policy, now_minute=now_minute, span=span)
            for host, diary in diaries.items()
        }
    )


class _Openings(Mapping[int, tuple[Host, ...]]):
    """Who can at which start time.

    The hosts are looked up when a time is asked for: a month shows hundreds of times, and one is picked.
    """

    def __init__(self, starts: Mapping[Host, Sequence[int]]) -> None:
        self._starts = starts
        self._minutes = sorted(set().union(*starts.values()))

    def __getitem__(self, minute: int) -> tuple[Host, ...]:
        if hosts := tuple(host for host, starts in self._starts.items() if _holds(starts, minute)):
            return hosts
        raise KeyError(minute)

    def __iter__(self) -> Iterator[int]:
        return iter(self._minutes)

    def __len__(self) -> int:
        return len(self._minutes)


def _holds(ordered: Sequence[int], minute: int) -> bool:
    index = bisect_left(ordered, minute)
    return index < len(ordered) and ordered[index] == minute
