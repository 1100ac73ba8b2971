"""Chooses a part of what is tried in many like cases, another part for each commit. A plugin of pytest's.

TESTS_SHARE=2/4 in the environment takes the second of four parts of the cases of each test that has four or more and
needs a database, a server or a browser for each; of one that is marked `matrix` also where it has fewer; and where it
says `matrix(of="file")`, a part of the file's tests, as of journeys through like screens; of those that say
`matrix(of="suite")`, long proofs, a part of all of them together. What is marked `whole` is
always tried with all its cases: a row of a table of rights is somebody's privacy. `./test` sets the share by the
commit's hash, so that four commits in a row try all; `./test all`, `./test quick` and pytest alone set nothing and try
every case each time.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

import pytest

CHOICE = "TESTS_SHARE"
MANY = 4
FOR_NOTHING = {"capsys", "caplog", "monkeypatch", "request", "tmp_path", "tmp_path_factory", "subtests"}
"""Fixtures that take no time worth saving."""
SET_UP = {"django_test_environment", "django_db_blocker"}
"""What every test is given."""
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
        marker = item.get_closest_marker("matrix")
        if marker or _is_dear(item):
            cases[_table(item, marker.kwargs.get("of") if marker else None)].append(item)
    chosen = {
        of_one[0].nodeid: sampled(of_one)
        for of_one in cases.values()
        if len(of_one) >= MANY or of_one[0].get_closest_marker("matrix")
    }
    left = {item for of_one in cases.values() for item in {*of_one} - {*chosen.get(of_one[0].nodeid, of_one)}}
    if left:
        config.hook.pytest_deselected(items=[item for item in items if item in left])
        items[:] = [item for item in items if item not in left]


def _table(item: pytest.Item, of: str | None) -> str:
    """Return a name for what is sampled together."""
    return of if of == "suite" else item.nodeid.partition("::" if of == "file" else "[")[0]


def _is_dear(item: pytest.Item) -> bool:
    """Say whether a test is one case of a table, and is given what takes time to make."""
    if not hasattr(item, "callspec") or item.get_closest_marker("whole"):
        return False
    given = {name for name in item.fixturenames if not name.startswith("_")}
    return bool(
        item.get_closest_marker("django_db") or given - FOR_NOTHING - {*item.callspec.params} - SET_UP
    )


def share_for(commit: str, *, of: int = 4) -> str:
    """Return the part that a commit is tried with, by its hash and never by the day."""
    return f"{int(commit, 16) // 16 % of + 1}/{of}"


if __name__ == "__main__":
    sys.stdout.write(f"{share_for(sys.argv[1])}\n")
