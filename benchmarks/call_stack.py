"""What a call costs at each depth of the stack, with room for all of them in one chunk and without.

    .venv/bin/python -m benchmarks.call_stack

Prints, for both, the median depth and the worst: where a chunk of Python's ends, each call asks the system for memory.
"""

import time
from collections.abc import Callable
from statistics import median

from timetuna.lib.call_stack import with_room

DEPTHS, CALLS = 200, 20_000


def called() -> None:
    a = b = c = d = e = f = None
    del a, b, c, d, e, f


def at(depth: int, measure: Callable[[], float]) -> float:
    return at(depth - 1, measure) if depth else measure()


def nanoseconds() -> float:
    began = time.perf_counter_ns()
    for _ in range(CALLS):
        called()
    return (time.perf_counter_ns() - began) / CALLS


def main() -> None:
    without = [at(depth, nanoseconds) for depth in range(DEPTHS)]
    with_it = [with_room(at, depth, nanoseconds) for depth in range(DEPTHS)]
    print("| | median ns a call | worst | worst : median |")
    print("|---|---|---|---|")
    for name, found in (("without room", without), ("with room", with_it)):
        usual, worst = median(found), max(found)
        print(f"| {name} | {usual:.0f} | {worst:.0f} | {worst / usual:.1f} |")


if __name__ == "__main__":
    main()
