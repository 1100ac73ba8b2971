"""Compare the times around every clock change of every zone, 2025 to 2037, with a walk through the minutes.

`python benchmarks/clock_changes.py` prints a table for Markdown, and each difference; it fails if there is one.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo, reset_tzpath

sys.path.insert(0, str(Path(__file__).parent.parent))

from timetuna.availability.tests.clock_changes import clock_changes, differences
from timetuna.lib.text import known_zones

reset_tzpath(to=())  # the tzdata package's zones, as in the product, never the system's


def compare(name: str) -> tuple[int, int, list[str]]:
    """Return a zone's changes, the times offered around them, and what is different."""
    zone, compared, different = ZoneInfo(name), 0, []
    changes = clock_changes(zone)
    for change in changes:
        count, minutes = differences(zone, change)
        compared += count
        different += [f"{name}: minute {minute}, near the change at {change}" for minute in sorted(minutes)]
    return len(changes), compared, different


def main() -> int:
    began, zones = perf_counter(), sorted(known_zones())
    with ProcessPoolExecutor() as processes:
        results = list(processes.map(compare, zones, chunksize=8))
    different = [line for _, _, lines in results for line in lines]
    print("| zones | with changes | changes | times compared | differences | seconds |")
    print("|---:|---:|---:|---:|---:|---:|")
    print(
        f"| {len(zones)} | {sum(bool(changes) for changes, _, _ in results)} "
        f"| {sum(changes for changes, _, _ in results)} | {sum(compared for _, compared, _ in results)} "
        f"| {len(different)} | {perf_counter() - began:.0f} |"
    )
    print(*different, sep="\n")
    return len(different) > 0


if __name__ == "__main__":
    sys.exit(main())
