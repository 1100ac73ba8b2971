"""How fast the engine is by itself: `python benchmarks/engine.py` prints a table for Markdown.

60 days, weekdays 9 to 17 in Berlin, meetings of 30 minutes by 15, busy times spread over these hours.
"sweep" has the hours ready; "with hours" also turns every host's weekly hours into UTC, with the zone's
changes known from the first round on, as in a running server. Figures are medians.
"""

import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent.parent))

from timetuna.availability.hours import Hours, day_start, open_hours
from timetuna.availability.policy import Policy
from timetuna.availability.slots import Busy, Diary, Kind, open_slots
from timetuna.availability.teams import all_of, any_of

ROUNDS = 300
BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2027, 3, 1)
LAST = FIRST + timedelta(days=59)
SPAN = day_start(FIRST, zone=BERLIN), day_start(LAST + timedelta(days=1), zone=BERLIN)
WEEKDAYS = Hours(zone=BERLIN, weekly=tuple((weekday, 9 * 60, 17 * 60) for weekday in range(5)))
POLICY = Policy(duration=30, increment=15, buffer_after=5, notice=240)


def hours() -> list[tuple[int, int]]:
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


def diaries(hosts: int, events: int) -> Callable[[], dict[int, Diary]]:
    taken = [busy(events, seed=host) for host in range(hosts)]
    return lambda: {host: Diary(hours(), taken[host]) for host in range(hosts)}


def listed(team: dict[int, Diary]) -> int:
    return len(open_slots(all_of(team.values()), policy=POLICY, now_minute=SPAN[0], span=SPAN))


def listed_any(team: dict[int, Diary]) -> int:
    return len(any_of(team, policy=POLICY, now_minute=SPAN[0], span=SPAN))


def milliseconds(work: Callable[[], object]) -> float:
    def once() -> float:
        began = perf_counter()
        work()
        return perf_counter() - began

    return 1000 * median(once() for _ in range(ROUNDS))


def main() -> None:
    print("| what | times found | sweep, ms | with hours, ms |")
    print("|---|---:|---:|---:|")
    for what, ask, make in (
        ("1 host, 100 busy", listed, diaries(1, 100)),
        ("1 host, 1000 busy", listed, diaries(1, 1000)),
        ("5 hosts, 200 busy each, all of them", listed, diaries(5, 200)),
        ("20 hosts, 200 busy each, any of them", listed_any, diaries(20, 200)),
    ):
        ready = make()
        sweep = milliseconds(lambda ask=ask, ready=ready: ask(ready))
        whole = milliseconds(lambda ask=ask, make=make: ask(make()))
        print(f"| {what} | {ask(ready)} | {sweep:.2f} | {whole:.2f} |")


if __name__ == "__main__":
    main()
