"""What is left out of one run is tried in another: the parts together are the whole, and no test is left out whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sampling import CHOICE, sampled, share_for


@pytest.mark.parametrize("cases", [range(1), range(3), range(79)])
def test_the_parts_are_the_whole(monkeypatch: pytest.MonkeyPatch, cases: range) -> None:
    parts = []
    for part in range(1, 5):
        monkeypatch.setenv(CHOICE, f"{part}/4")
        parts.append(sampled(cases))

    assert all(parts)
    assert {case for part in parts for case in part} == {*cases}
    assert len(cases) < 4 or sum(map(len, parts)) == len(cases)


def test_nothing_is_left_out_where_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CHOICE, raising=False)

    assert sampled(range(79)) == [*range(79)]


def test_commits_take_turns() -> None:
    assert {share_for(f"{number:x}") for number in range(64)} == {"1/4", "2/4", "3/4", "4/4"}


TABLES = """
import pytest
@pytest.fixture
def server(): return 1
@pytest.mark.parametrize("n", range(8))
def test_dear(n, server): pass
@pytest.mark.whole
@pytest.mark.parametrize("n", range(8))
def test_rights(n, server): pass
@pytest.mark.parametrize("n", range(8))
def test_cheap(n, tmp_path): pass
@pytest.mark.parametrize("n", range(3))
def test_few(n, server): pass
@pytest.mark.matrix
@pytest.mark.parametrize("n", range(3))
def test_marked(n): pass
@pytest.mark.matrix(of="suite")
def test_proof(): pass
"""
MORE = """
import pytest
@pytest.mark.matrix(of="suite")
@pytest.mark.parametrize("n", range(7))
def test_proofs(n): pass
"""


@pytest.mark.parametrize(
    ("share", "dear", "marked", "proofs"),
    [
        ("1/4", "0 4", "0", "0 4"),  # of eight proofs in two files the first and the fifth
        ("2/4", "1 5", "1", "1 5"),
        ("", "0 1 2 3 4 5 6 7", "0 1 2", "0 1 2 3 4 5 6"),
    ],
)
def test_of_a_long_and_dear_table_a_part_is_tried(
    tmp_path: Path, share: str, dear: str, marked: str, proofs: str
) -> None:
    (tmp_path / "test_tables.py").write_text(TABLES, encoding="utf-8")
    (tmp_path / "test_a_proofs.py").write_text(MORE, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = matrix\n  whole\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "tests.sampling",
        "-p",
        "no:cacheprovider",
    ]
    off = ["-p", "no:django", "-p", "no:xdist"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), CHOICE: share or "1/1"}
    command += [*off, "-c", str(tmp_path / "pytest.ini"), "--rootdir", str(tmp_path), str(tmp_path)]

    said = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout

    assert _cases(said, "test_dear") == dear
    assert _cases(said, "test_marked") == marked
    assert _cases(said, "test_proofs") == proofs
    assert ("::test_proof\n" in said) == (share in {"", "4/4"})
    assert (_cases(said, "test_rights"), _cases(said, "test_cheap"), _cases(said, "test_few")) == (
        "0 1 2 3 4 5 6 7",
        "0 1 2 3 4 5 6 7",
        "0 1 2",
    )


def _cases(said: str, name: str) -> str:
    return " ".join(line.partition("[")[2].rstrip("]") for line in said.splitlines() if f"::{name}[" in line)
