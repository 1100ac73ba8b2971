"""Chooses a part of what is tried in many like cases, another part for each commit. A plugin of pytest's.

TESTS_SHARE=2/2048 in the environment takes the second of four parts of the cases of each test that has four or more
and needs a database, a server or a browser for each, of eight or sixteen parts where they are many; of one that is
marked `matrix` also where it has fewer; and where it says `matrix(of="file")`, a part of the file's tests. Of eight
or more in a file that are no tables and need as much it takes a quarter, and another with other commits. Long proofs
say of what kind they are: of all that say `matrix(of="kill")` it takes a part together, one of up to sixty-four and
one proof at least, and what that one tries is a part too. What is marked `whole` is always tried with all its cases:
a row of a table of rights is somebody's privacy. Properties are tried with a third of their examples, with others in
each part. `./test` sets the share by the commit's hash, so that its parts together try all; `./test all`, `./test
quick` and pytest alone set nothing and try every case each time.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import settings

CHOICE = "TESTS_SHARE"
PARTS = MANY = 4
"""Into how many is cut what has no number of its own, and from how many cases on."""
OF_TABLE = (16, 8, 4)
"""Into how many a table is cut: into the first of these that it has cases for."""
OF_FILE = (8, 4)
"""The same for the tests of a file."""
OF_PROOFS = (64, 32, 16, 8, 4)
"""The same for a kind of long proofs."""
MANY_IN_A_FILE = 8
"""From how many tests on that are no tables a file's are cut into four parts, too."""
WITHIN = 8
"""Into how many parts what one proof tries is cut."""
BEYOND = 4
"""Into how many is cut, of what is chosen, what one engine is shown beside the other."""
ALL = OF_PROOFS[0] * WITHIN * BEYOND
"""Of how many parts a commit is tried with one."""
FOR_NOTHING = {"capsys", "caplog", "monkeypatch", "request", "tmp_path", "tmp_path_factory", "subtests"}
"""Fixtures that take no time worth saving."""
SET_UP = {"django_test_environment", "django_db_blocker"}
"""What every test is given."""
Case = TypeVar("Case")


def share() -> tuple[int, int]:
    """Return which part is chosen, from 0 on, and of how many."""
    part, _, of = os.environ.get(CHOICE, "1/1").partition("/")
    return (int(part) - 1) % int(of), int(of)


def share_within() -> tuple[int, int]:
    """Return the same for what a proof tries by itself: whichever proof's turn it is, its parts take turns too."""
    part, of = share()
    within = min(max(of // OF_PROOFS[0], 1), WITHIN)
    return part // OF_PROOFS[0] % within, within


def share_beyond() -> tuple[int, int]:
    """Return the same for a part of what has been chosen by the others: by one of them again some would never be."""
    part, of = share()
    before = OF_PROOFS[0] * WITHIN
    return part // before, max(of // before, 1)


def sampled(
    cases: Sequence[Case], *, within: bool = False, parts: int = 0, by: tuple[int, int] | None = None
) -> list[Case]:
    """Return the chosen part of them, or of what a proof tries by itself; one at least.  by: another share."""
    part, of = by or (share_within() if within else share())
    of = min(of, parts or parts_of(cases, OF_TABLE))
    return list(cases[part % of :: of]) or [cases[part % len(cases)]]


def parts_of(cases: Sequence[object], sizes: Sequence[int] = OF_PROOFS) -> int:
    """Return into how many parts so many cases are cut, by default long proofs of one kind."""
    return next((parts for parts in sizes if len(cases) >= parts), PARTS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the cases that are not chosen, of each test, of each file, or of each kind by itself."""
    for item in items:
        _try_other_examples(getattr(item, "function", None))
    if config.getoption("--sending-all-of", default=None):  # which have been chosen already, one by one
        return
    cases = defaultdict(list)
    for item in items:
        marker = item.get_closest_marker("matrix")
        if item.get_closest_marker("whole"):
            continue
        if marker or _is_dear(item):
            cases[_table(item, marker.kwargs.get("of") if marker else None)].append(item)
    chosen = {
        of_one[0].nodeid: sampled(of_one, parts=_parts(name, of_one))
        for name, of_one in cases.items()
        if len(of_one) >= MANY or of_one[0].get_closest_marker("matrix")
    }
    left = {item for of_one in cases.values() for item in {*of_one} - {*chosen.get(of_one[0].nodeid, of_one)}}
    left |= _other_quarters([item for item in items if not _is_of_many(item)])
    if left:
        config.hook.pytest_deselected(items=[item for item in items if item in left])
        items[:] = [item for item in items if item not in left]


def _is_of_many(item: pytest.Item) -> bool:
    """Say whether it is chosen with others of its table or kind, or is always tried."""
    return hasattr(item, "callspec") or any(
        map(item.get_closest_marker, ("matrix", "whole", "slow", "vendor"))
    )


def _other_quarters(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """Return what is left to other commits in files with many tests of which each takes what is dear to make."""
    files = defaultdict(list)
    for item in items:
        if _takes_much(item):
            files[item.nodeid.partition("::")[0]].append(item)
    many = [of_one for of_one in files.values() if len(of_one) >= MANY_IN_A_FILE]
    return {item for of_one in many for item in {*of_one} - {*sampled(of_one, within=True, parts=PARTS)}}


def _parts(name: str, items: Sequence[pytest.Item]) -> int:
    """Return into how many parts these are cut, 0 for as many as a table."""
    if "::" in name or (name.endswith(".py") and items[0].get_closest_marker("slow")):
        return 0
    return parts_of(items, OF_FILE) if name.endswith(".py") else parts_of(items)


def _table(item: pytest.Item, of: str | None) -> str:
    """Return a name for what is sampled together."""
    return of if of and of != "file" else item.nodeid.partition("::" if of == "file" else "[")[0]


def _try_other_examples(test: Any) -> None:
    """Let a property be tried with a third of its examples, with others in each of four parts."""
    part, of = share()
    given: settings | None = getattr(test, "_hypothesis_internal_use_settings", None)
    if of == 1 or given is None or getattr(test, "_hypothesis_internal_use_seed", None) is not None:
        return
    test._hypothesis_internal_use_settings = settings(given, max_examples=max(given.max_examples // 3, 1))
    test._hypothesis_internal_use_seed = part % PARTS


def _is_dear(item: pytest.Item) -> bool:
    """Say whether a test is one case of a table, and is given what takes time to make."""
    return hasattr(item, "callspec") and _takes_much(item)


def _takes_much(item: pytest.Item) -> bool:
    """Say whether a test is given what takes time to make."""
    given = {name for name in getattr(item, "fixturenames", ()) if not name.startswith("_")}
    params = item.callspec.params if hasattr(item, "callspec") else ()
    return bool(item.get_closest_marker("django_db") or given - FOR_NOTHING - {*params} - SET_UP)


def share_for(commit: str, *, of: int = ALL) -> str:
    """Return the part that a commit is tried with, by its hash and never by the day."""
    return f"{int(commit, 16) // 16 % of + 1}/{of}"


if __name__ == "__main__":
    sys.stdout.write(f"{share_for(sys.argv[1])}\n")
