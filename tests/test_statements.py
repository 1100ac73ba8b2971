"""What PostgreSQL gets to see: every statement at least once, by as little work as possible."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.statements import (
    SAYS_SO,
    always,
    cheapest_cover,
    on_postgresql,
    on_sqlite,
    read,
    refuse_others,
    sent_by_tests,
    shape,
)
from timetuna.lib.call_stack import with_room


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t WHERE a IN (%s, %s)", "SELECT a FROM t WHERE a IN (%s, %s, %s, %s)"),
        ("SELECT a FROM t WHERE a IN (%s)", "SELECT a FROM t WHERE a IN (%s, %s)"),
        ("INSERT INTO t VALUES (%s), (%s)", "INSERT INTO t VALUES (%s), (%s), (%s)"),
        ("INSERT INTO t VALUES (%s, %s), (%s, %s)", "INSERT INTO t VALUES (%s, %s), (%s, %s), (%s, %s)"),
        ("SELECT a FROM t LIMIT 1", "SELECT a FROM t LIMIT 21"),
    ],
)
def test_how_many_values_there_are_makes_no_other_statement(one: str, other: str) -> None:
    assert shape(one) == shape(other) != ""


@pytest.mark.parametrize(
    "other",
    [
        "SELECT a FROM t WHERE b = %s",
        "SELECT a FROM t WHERE a = %s FOR UPDATE",
        "UPDATE t SET a = %s",
        "IntegrityError SELECT a FROM t WHERE a = %s",
    ],
)
def test_what_is_asked_and_how_it_ends_does(other: str) -> None:
    assert shape(other) not in {"", shape("SELECT a FROM t WHERE a = %s")}


@pytest.mark.parametrize("sql", ["PRAGMA foreign_keys=ON", "SAVEPOINT s1", "CREATE TABLE t (a int)"])
def test_what_sets_up_counts_for_nothing(sql: str) -> None:
    assert shape(sql) == ""


def test_what_a_test_asks_itself_is_nothing_that_the_product_sends() -> None:
    assert sent_by_tests(sys._getframe())
    assert not sent_by_tests(with_room(sys._getframe))


def seen(*statements: str, seconds: float = 1.0, shown: bool = False) -> dict[str, Any]:
    return {"statements": list(statements), "seconds": seconds, "shown": shown}


def test_every_statement_is_sent_and_the_cheapest_tests_send_it() -> None:
    tests = {
        "slow": seen("a", "b", "c", seconds=9.0),
        "quick": seen("a", "b", seconds=0.1),
        "c": seen("c", seconds=0.1),
        "run anyway": seen("d", shown=True),
        "needless": seen("d", "a"),
    }

    assert cheapest_cover(tests) == {"quick", "c"}


def test_no_record_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(pytest.UsageError, match="no statements"):
        read(tmp_path)


def test_a_test_that_would_not_be_collected_is_named_before_anything_runs() -> None:
    root = Path(__file__).resolve().parents[1]

    refuse_others(
        {"tests/test_race.py::test_a[x]", "timetuna/web/tests/test_b.py::test_c"},
        [root / "tests", root / "timetuna"],
    )
    with pytest.raises(pytest.UsageError, match=r"timetuna/web/tests/test_b\.py"):
        refuse_others(
            {"tests/test_race.py::test_a[x]", "timetuna/web/tests/test_b.py::test_c"}, [root / "tests"]
        )


def test_what_both_engines_have_written_down_is_added_up(tmp_path: Path) -> None:
    for engine, test in (("sqlite", seen("a", "b")), ("postgres", seen("b", "c"))):
        (tmp_path / f"{engine}-gw0.json").write_text(json.dumps({"test": test}), encoding="utf-8")

    assert read(tmp_path) == {"test": seen("a", "b", "c")}


def test_each_file_with_a_test_that_is_always_run_on_both_is_read_for_it(
    request: pytest.FixtureRequest,
) -> None:
    files = {item.path for item in request.session.items if always(item)}

    assert [str(path) for path in files if not SAYS_SO.search(path.read_text(encoding="utf-8"))] == []


class Item:
    """As much of a pytest.Item as is asked for where tests are chosen."""

    def __init__(self, name: str, *marks: pytest.MarkDecorator) -> None:
        self.name, self.marks = name, {one.name: one.mark for one in marks}

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return self.marks.get(name)


def test_what_is_shown_on_both_takes_turns_on_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = pytest.mark
    items: list[Any] = [
        *(Item(name, mark.vendor) for name in "abcdefgh"),
        Item(" rights", mark.vendor, mark.whole),
        Item(" there", mark.either("postgresql"), mark.slow),
        Item(" here"),
    ]

    def shown() -> str:
        return "".join(item.name for item in on_sqlite(items))

    found = []
    for part in (1, 513, 1025, 1537):
        monkeypatch.setenv("TESTS_SHARE", f"{part}/2048")
        found.append(shown())
    monkeypatch.delenv("TESTS_SHARE")

    assert found == ["ae rights here", "bf rights here", "cg rights here", "dh rights here"]
    assert shown() == "abcdefgh rights here"


def test_of_what_only_commits_postgresql_is_shown_one_quarter_and_then_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mark = pytest.mark
    items: list[Any] = [
        *(Item(name, mark.django_db(transaction=True)) for name in "abcd"),
        Item(" locks", mark.vendor),
        Item(" races", mark.slow),
        Item(" rights", mark.django_db(transaction=True), mark.whole),
        Item(" elsewhere"),
    ]

    found = []
    for part in (1, 65, 513, 1025, 1537):
        monkeypatch.setenv("TESTS_SHARE", f"{part}/2048")
        found.append("".join(item.name for item in on_postgresql(items)))
    monkeypatch.delenv("TESTS_SHARE")

    assert found == [f"{name} locks races rights" for name in "aabcd"]
    assert "".join(item.name for item in on_postgresql(items)) == "abcd locks races rights"
