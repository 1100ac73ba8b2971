"""What PostgreSQL gets to see: every statement at least once, by as little work as possible."""

from pathlib import Path
from typing import Any

import pytest

from tests.statements import cheapest_cover, read, refuse_others, shape


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t WHERE a IN (%s, %s)", "SELECT a FROM t WHERE a IN (%s, %s, %s, %s)"),
        ("INSERT INTO t VALUES (%s), (%s)", "INSERT INTO t VALUES (%s), (%s), (%s)"),
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


def seen(*statements: str, seconds: float = 1.0, always: bool = False) -> dict[str, Any]:
    return {"statements": list(statements), "seconds": seconds, "always": always}


def test_every_statement_is_sent_and_the_cheapest_tests_send_it() -> None:
    tests = {
        "slow": seen("a", "b", "c", seconds=9.0),
        "quick": seen("a", "b", seconds=0.1),
        "c": seen("c", seconds=0.1),
        "run anyway": seen("d", always=True),
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
