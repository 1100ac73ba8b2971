"""How fast the engine is by itself: `python benchmarks/engine.py` prints tables for Markdown.

60 days, weekdays 9 to 17 in Berlin, meetings of 30 minutes by 15, busy times spread over these hours.
"plain" is the yardstick: the shortest sorted sweep, which knows hours, notice, buffers and nothing else, over
the same inputs in the same rounds. "engine" has the hours ready; "with hours" also turns every host's weekly
hours into UTC, with the zone's changes known from the first round on, as in a running server. All figures are
medians in milliseconds; the ratio is the median of each round's, so that a busy machine weighs on both. The grid of
start times that hours give is remembered by the engine, as in a running server; "any of them" lists the times, and
looks for who can when a time is picked.
"""

import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import NamedTuple
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent.parent))

from timetuna.availability.hours import Hours, Policy, day_start, open_hours
from timetuna.availability.interval import Interval
from timetuna.availability.slots import Busy, Diary, Kind
from timetuna.availability.teams import Part, Seat, Staff, offered

ROUNDS = 300
GROWTH = (1, 2, 5, 10)
BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2027, 3, 1)
LAST = FIRST + timedelta(days=59)
SPAN = day_start(FIRST, zone=BERLIN), day_start(LAST + timedelta(days=1), zone=BERLIN)
WEEKDAYS = Hours(zone=BERLIN, weekly=tuple((weekday, 9 * 60, 17 * 60) for weekday in range(5)))
POLICY = Policy(duration=30, increment=15, buffer_after=5, notice=240)

Team = dict[int, Diary]
Work = Callable[[], list[int]]


class Case(NamedTuple):
    """A question, answered by the engine and by the plain sweep."""

    what: str
    hosts: int
    busy: int
    engine: Callable[[Team], list[int]]
    plain: Callable[[Team], list[int]]


def hours() -> list[Interval]:
    return open_hours(WEEKDAYS, first=FIRST, last=LAST)


def busy(count: int, *, seed: int) -> list[Busy]:
    """Make events of 15 to 60 minutes within the hours; every fourth is a booking with buffers of its own."""
    random, opened = Random(seed), hours()
    found = []
    for number in range(count):
        start = random.choice(opened)[0] + 15 * random.randrange(31)
        own = (Kind.CALENDAR, 0, 0) if number % 4 else (Kind.BOOKING, 5, 10)
        found.append(Busy(start, start + random.choice((15, 30, 60)), *own))
    return sorted(found)


def teams(hosts: int, events: int) -> Callable[[], Team]:
    taken = [busy(events, seed=host) for host in range(hosts)]
    return lambda: {host: Diary(hours(), taken[host]) for host in range(hosts)}


def engine(team: Team, part: Part, needed: int) -> list[int]:
    seats = [Seat(host, part, diary, POLICY) for host, diary in team.items()]
    hosts = Staff(seats, needed, None if len(seats) == 1 else BERLIN)
    return offered(hosts, now_minute=SPAN[0], span=SPAN)


def engine_all(team: Team) -> list[int]:
    return engine(team, Part.REQUIRED, 0)


def engine_any(team: Team) -> list[int]:
    return engine(team, Part.ROTATING, 1)


def plain_all(team: Team) -> list[int]:
    return plain(team[0].hours, [one for diary in team.values() for one in diary.busy])


def plain_any(team: Team) -> list[int]:
    hosts: dict[int, list[int]] = {}
    for host, diary in team.items():
        for minute in plain(diary.hours, diary.busy):
            hosts.setdefault(minute, []).append(host)
    return sorted(hosts)


def plain(opened: Iterable[Interval], taken: Iterable[Busy]) -> list[int]:
    """Walk once along hours and sorted busy times, and step through what is free between them."""
    step, length = POLICY.increment, POLICY.duration
    blocked = sorted(
        (start - max(before, POLICY.buffer_after) - length + 1, end + max(after, POLICY.buffer_before))
        for start, end, _, before, after in taken
    )
    found: list[int] = []
    index = 0
    for start, end in opened:
        minute, beyond = start, end - length + 1
        while index < len(blocked) and blocked[index][0] < beyond:
            hole, hole_end = blocked[index]
            found.extend(range(minute, hole, step))
            if hole_end > minute:
                minute = hole_end + (start - hole_end) % step
            if hole_end > beyond:
                break
            index += 1
        found.extend(range(minute, beyond, step))
    return found[bisect_left(found, SPAN[0] + POLICY.notice) :]


CASES = (
    Case("1 host, 100 busy", 1, 100, engine_all, plain_all),
    Case("1 host, 1000 busy", 1, 1000, engine_all, plain_all),
    Case("5 hosts, 200 busy each, all of them", 5, 200, engine_all, plain_all),
    Case("20 hosts, 200 busy each, any of them", 20, 200, engine_any, plain_any),
)


def seconds(work: Work) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def measured(*works: Work, rounds: int = ROUNDS) -> list[list[float]]:
    """Return the seconds of each work, taken by turns."""
    taken = [[seconds(work) for work in works] for _ in range(rounds)]
    return [list(column) for column in zip(*taken, strict=True)]


def compare(case: Case) -> str:
    make = teams(case.hosts, case.busy)
    team = make()
    if case.engine(team) != case.plain(team):
        raise AssertionError(f"{case.what}: the plain sweep finds other times.")
    plain_s, engine_s, whole_s = measured(
        lambda: case.plain(team), lambda: case.engine(team), lambda: case.engine(make())
    )
    ratio = median(ours / theirs for ours, theirs in zip(engine_s, plain_s, strict=True))
    shown = " | ".join(f"{1000 * median(each):.2f}" for each in (plain_s, engine_s, whole_s))
    return f"| {case.what} | {len(case.engine(team))} | {shown} | {ratio:.2f} |"


def grow(case: Case) -> str:
    cells = []
    for factor in GROWTH:
        team = teams(case.hosts, case.busy * factor)()
        (taken,) = measured(lambda team=team: case.engine(team), rounds=ROUNDS // 6)
        cells.append(f"{1000 * median(taken):.2f}")
    return f"| {case.what} | {' | '.join(cells)} |"


def main() -> None:
    print("| what | times found | plain, ms | engine, ms | with hours, ms | engine to plain |")
    print("|---|---:|---:|---:|---:|---:|")
    print(*map(compare, CASES), sep="\n")
    print("\n| ms at busy times | 1-fold | 2-fold | 5-fold | 10-fold |")
    print("|---|---:|---:|---:|---:|")
    print(*map(grow, CASES), sep="\n")


if __name__ == "__main__":
    main()
