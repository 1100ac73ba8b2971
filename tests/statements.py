"""Chooses what is run on PostgreSQL beside everything on SQLite. A plugin of pytest's; ./test uses it.

Three kinds of tests are always run on both: those that commit, compete or start processes (by their fixtures and by
`slow`), and those marked `vendor`, whose outcome is an engine's to decide: order, case, nulls, JSON, constraints,
locks, plans. What is marked `either` commits or starts processes too, but is shown on one engine as well as on the
other: on SQLite, or on the one that the mark names; `./test all` shows it on both. Of all others so many are run that
every statement which the product has sent to SQLite in any test, and every way in which one was refused, meets
PostgreSQL too: the run on SQLite writes the statements down, another one takes the cheapest tests that send them all.
So nobody keeps a list, and no statement can be forgotten. Those that are always run need no record of SQLite's: they
are run beside it, and write down what they send themselves. What PostgreSQL is shown with every commit takes turns on
SQLite, where TESTS_SHARE is set (tests/sampling.py): a quarter of it with each.
"""

import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b
from heapq import heapify, heapreplace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.sampling import PARTS, sampled, share_beyond

ROOT = Path(__file__).resolve().parents[1]
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
VARYING = (  # what tells two statements apart that are one: how many values there are, numbers, generated names
    (re.compile(r"(\(?%s\)?)(?:, ?\1)+"), r"\1, …"),
    (re.compile(r"(\(%s, …\))(?:, ?\1)+"), r"\1, …"),
    (re.compile(r" IN \(%s(?:, …)?\)"), " IN (…)"),
    (re.compile(r"'[^']*'"), "'…'"),
    (re.compile(r"\b\d+\b"), "0"),
)
SAYS_SO = re.compile(
    r"\b(slow|vendor|transactional_db|live_server|hooked)\b|transaction=True|either\(\"postgresql"
)
"""What stands in a file with a test that is always run on both: no other file is read for `--on-both`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-statements", metavar="FOLDER", help="write down each test's statements")
    parser.addoption("--on-both", action="store_true", help="run what is always run on both engines")
    parser.addoption(
        "--sending-all-of", metavar="FOLDER", help="run the tests that, with those, send all of them"
    )


def pytest_configure(config: pytest.Config) -> None:
    if folder := config.getoption("--write-statements"):
        config.pluginmanager.register(Recorder(Path(folder)))
    if folder := config.getoption("--sending-all-of"):
        refuse_others(chosen_by(folder), [config.rootpath / argument for argument in config.args])


def refuse_others(chosen: set[str], places: Sequence[Path]) -> None:
    """Raise UsageError where a chosen test lies outside what is run: xdist's processes would end without a word."""
    outside = {
        file
        for file in (nodeid.partition("::")[0] for nodeid in chosen)
        if not any((ROOT / file).is_relative_to(place) for place in places)
    }
    if outside:
        raise pytest.UsageError(
            f"Tests that send statements are not among those to be run: {sorted(outside)}"
        )


def always(item: pytest.Item) -> bool:
    """Say whether a test is run on PostgreSQL whatever it sends."""
    marker = item.get_closest_marker("django_db")
    if one := _one_engine(item):
        return "postgresql" in one
    return bool(
        item.get_closest_marker("vendor")
        or item.get_closest_marker("slow")
        or "transactional_db" in getattr(item, "fixturenames", ())
        or (marker and marker.kwargs.get("transaction"))
    )


def _one_engine(item: pytest.Item) -> tuple[str, ...]:
    """Return the engine that is enough for a test, nothing where both have to show it."""
    marker = item.get_closest_marker("either")
    return (marker.args or ("sqlite",)) if marker else ()


def on_sqlite(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return what SQLite is shown where PostgreSQL is shown the rest: of what both have to show a part in its turn."""
    here = [item for item in items if "postgresql" not in _one_engine(item)]
    on_both = [item for item in here if always(item) and not item.get_closest_marker("whole")]
    left = {*on_both} - {*sampled(on_both, parts=PARTS, by=share_beyond())} if on_both else set()
    return [item for item in here if item not in left]


def on_postgresql(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return what PostgreSQL is shown beside SQLite: all that it decides, and a quarter of what only commits."""
    here = [item for item in items if always(item)]
    commit = [item for item in here if not any(map(item.get_closest_marker, ("vendor", "slow", "whole")))]
    left = {*commit} - {*sampled(commit, parts=PARTS, by=share_beyond())} if commit else set()
    return [item for item in here if item not in left]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has nothing to tell PostgreSQL, and before that what is shown on PostgreSQL alone.

    What takes long comes first, the long proofs before all: at the end no process works on while others have no work.
    """
    items.sort(key=lambda item: [item.get_closest_marker(name) is None for name in ("slow", "either")])
    if config.getoption("--on-both"):
        kept = on_postgresql(items)
    elif config.getoption("--write-statements"):
        kept = on_sqlite(items)
    elif folder := config.getoption("--sending-all-of"):
        chosen = chosen_by(folder)
        if missing := chosen - {item.nodeid for item in items}:
            raise pytest.UsageError(
                f"Tests that send statements are not among those to be run: {sorted(missing)}"
            )
        kept = [item for item in items if item.nodeid in chosen]
    else:
        return
    staying = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in staying])
    items[:] = kept


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no file of tests of which none is chosen, or can be."""
    if not collection_path.name.startswith("test_"):
        return None
    if config.getoption("--on-both"):
        return not SAYS_SO.search(collection_path.read_text(encoding="utf-8")) or None
    folder = config.getoption("--sending-all-of")
    if not folder:
        return None
    files = {nodeid.partition("::")[0] for nodeid in chosen_by(folder)}
    return str(collection_path.relative_to(config.rootpath)) not in files or None


class Recorder:
    """Writes down which statements each test sends, and how long it takes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.tests, self.current = folder, {}, None
        self.known: dict[str, str] = {}
        self.engine = os.environ.get("DATABASE_URL", "sqlite").partition(":")[0]

    def pytest_sessionstart(self) -> None:
        from django.db.backends.utils import CursorWrapper  # noqa: PLC0415 - when its settings are known

        original, recorder = CursorWrapper._execute_with_wrappers, self

        def execute(cursor: Any, sql: Any, params: Any, *, many: bool, executor: Any) -> Any:
            try:
                result = original(cursor, sql, params, many=many, executor=executor)
            except Exception as error:
                recorder.note(f"{type(error).__name__} {sql}")
                raise
            recorder.note(sql)
            return result

        CursorWrapper._execute_with_wrappers = execute

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        began, self.current = time.perf_counter(), set()
        result = yield
        seconds = round(time.perf_counter() - began, 3)
        if self.current:
            self.tests[item.nodeid] = {
                "shown": self.engine.startswith("postgres"),
                "seconds": seconds,
                "statements": sorted(self.current),
            }
        self.current = None
        return result

    def note(self, sql: Any) -> None:
        """Keep a statement of the test that is running, once, where the product sent it and not the test itself."""
        if self.current is None:
            return
        if sql not in self.known:
            self.known[sql] = shape(str(sql))
        found = self.known[sql]
        if found and found not in self.current and not sent_by_tests(sys._getframe(1)):
            self.current.add(found)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        name = getattr(session.config, "workerinput", {}).get("workerid", "alone")
        (self.folder / f"{self.engine}-{name}.json").write_text(json.dumps(self.tests), encoding="utf-8")


def sent_by_tests(frame: FrameType | None) -> bool:
    """Say whether who asked is a test or what helps one: of all callers the nearest that is ours."""
    while frame is not None:
        if (ours := _is_of_tests(frame.f_code.co_filename)) is not None:
            return ours
        frame = frame.f_back
    return False


@cache
def _is_of_tests(filename: str) -> bool | None:
    """Return None for libraries, and for what stands around everything: this file, and the root's conftest.py."""
    path = Path(filename)
    around = filename == __file__ or path == ROOT / "conftest.py"
    if around or "site-packages" in path.parts or not path.is_relative_to(ROOT):
        return None
    return "tests" in path.parts or path.name == "conftest.py"


def shape(sql: str) -> str:
    """Return a short name for all statements that differ by their values only; "" for what sets tables up."""
    if not any(verb in sql[:40].upper() for verb in VERBS) or "django_migrations" in sql:
        return ""
    for pattern, instead in VARYING:
        sql = pattern.sub(instead, sql)
    return blake2b(sql.encode(), digest_size=8).hexdigest()


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the run's processes have written; a folder without is a mistake, never an empty set."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise pytest.UsageError(f"{folder} holds no statements: run the tests on SQLite first.")
    tests: dict[str, dict[str, Any]] = {}
    for path in files:
        for name, test in json.loads(path.read_text(encoding="utf-8")).items():
            seen = tests.setdefault(name, test)
            seen["statements"] = sorted({*seen["statements"], *test["statements"]})
            seen["shown"] = seen["shown"] or test["shown"]
    return tests


@cache
def chosen_by(folder: str) -> set[str]:
    """Return the tests to be run by what the processes have written into the folder."""
    return cheapest_cover(read(Path(folder)))


def cheapest_cover(tests: dict[str, dict[str, Any]]) -> set[str]:
    """Return names of tests that, with those it was shown, send every statement there is: the greedy way."""
    sent = {name: set(test["statements"]) for name, test in tests.items()}
    left = set().union(*sent.values()) if sent else set()
    for name, test in tests.items():
        if test["shown"]:
            left -= sent[name]
    chosen: set[str] = set()
    # What a test adds only shrinks: whichever is still the best after it has been weighed anew is the best of all.
    weighed = [(-_worth(test, left), name) for name, test in tests.items()]
    heapify(weighed)
    while left:
        before, name = weighed[0]
        now = -_worth(tests[name], left)
        if now > before:
            heapreplace(weighed, (now, name))
            continue
        chosen.add(name)
        left -= sent[name]
    return chosen


def _worth(test: dict[str, Any], left: set[str]) -> float:
    return len(left.intersection(test["statements"])) / (test["seconds"] + 0.05)
