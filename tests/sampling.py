"""Chooses a part of what is tried in many like cases, another part for each commit. A plugin of pytest's.

TESTS_SHARE=2/4 in the environment takes the second of four parts of the cases of each test that is marked `matrix`: a
table of faults, of people and routes, of hostile texts; where it says `matrix(of="file")`, a part of the file's tests,
as of journeys through like screens. `./test` sets it by the commit's hash, so that four commits in a row try about all;
`./test all`, `./test quick` and pytest alone set nothing and try every case each time.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

import pytest

CHOICE = "TESTS_SHARE"
Case = TypeVar("Case")


def share() -> tuple[int, int]:
    """Return which part is chosen, from 0 on, and of how many."""
    part, _, of = os.environ.get(CHOICE, "1/1").partition("/")
    return (int(part) - 1) % int(of), int(of)


def sampled(cases: Sequence[Case]) -> list[Case]:
    """Return the chosen part of them; one at least."""
    part, of = share()
    return list(cases[part::of]) or [cases[part % len(cases)]]


def examples(many: int) -> int:
    """Return how many examples a property is tried with: a third where only a part is chosen."""
    return many if share()[1] == 1 else many // 3


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the cases that are not chosen, of each test, or of each file, by itself."""
    cases = defaultdict(list)
    for item in items:
        if marker := item.get_closest_marker("matrix"):
            like = "::" if marker.kwargs.get("of") == "file" else "["
            cases[item.nodeid.partition(like)[0]].append(item)
    left = {item for of_one in cases.values() for item in {*of_one} - {*sampled(of_one)}}
    if left:
        config.hook.pytest_deselected(items=[item for item in items if item in left])
        items[:] = [item for item in items if item not in left]


def share_for(commit: str, *, of: int = 4) -> str:
    """Return the part that a commit is tried with, by its hash and never by the day."""
    return f"{int(commit, 16) // 16 % of + 1}/{of}"


if __name__ == "__main__":
    sys.stdout.write(f"{share_for(sys.argv[1])}\n")
