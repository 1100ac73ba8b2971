"""What is left out of one run is tried in another: the parts together are the whole, and no test is left out whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies

from tests.sampling import (
    ALL,
    CHOICE,
    OF_TABLE,
    PARTS,
    WITHIN,
    _try_other_examples,
    parts_of,
    sampled,
    share_for,
    share_within,
)


@pytest.mark.parametrize("cases", [range(1), range(3), range(4), range(15), range(16), range(79)])
def test_the_parts_are_the_whole(monkeypatch: pytest.MonkeyPatch, cases: range) -> None:
    parts = []
    for part in range(ALL):
        monkeypatch.setenv(CHOICE, f"{part + 1}/{ALL}")
        parts.append(sampled(cases))

    in_a_row = parts_of(cases, OF_TABLE)
    assert all(parts)
    assert {case for part in parts[:in_a_row] for case in part} == {*cases}
    assert len(cases) < PARTS or sum(map(len, parts[:in_a_row])) == len(cases)


@pytest.mark.parametrize("proofs", [range(1), range(3), range(4), range(15), range(16), range(50)])
def test_each_proof_of_a_kind_is_tried_with_each_of_its_own_parts(
    monkeypatch: pytest.MonkeyPatch, proofs: range
) -> None:
    tried = set()
    for part in range(ALL):
        monkeypatch.setenv(CHOICE, f"{part + 1}/{ALL}")
        chosen = sampled(proofs, parts=parts_of(proofs))
        tried |= {(proof, *sampled(range(40), within=True)) for proof in chosen}
        assert share_within()[1] == WITHIN

    assert {proof for proof, *_ in tried} == {*proofs}
    assert {(proof, case) for proof, *cases in tried for case in cases} == {
        (proof, case) for proof in proofs for case in range(40)
    }


def test_nothing_is_left_out_where_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CHOICE, raising=False)

    assert sampled(range(79)) == [*range(79)]


def test_commits_take_turns() -> None:
    assert {share_for(f"{number:x}") for number in range(16 * ALL)} == {
        f"{part + 1}/{ALL}" for part in range(ALL)
    }


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
@pytest.mark.matrix(of="kill")
def test_proof(): pass
@pytest.mark.parametrize("n", range(16))
def test_large(n, server): pass
"""
MORE = """
import pytest
@pytest.mark.matrix(of="kill")
@pytest.mark.parametrize("n", range(7))
def test_proofs(n): pass
@pytest.mark.whole
@pytest.mark.matrix(of="kill")
def test_anyway(): pass
"""
PLAIN = """
import pytest
@pytest.fixture
def server(): return 1
def test_a(server): pass
def test_b(server): pass
def test_c(server): pass
def test_d(server): pass
def test_e(server): pass
def test_f(server): pass
def test_g(server): pass
def test_h(server): pass
def test_cheap(): pass
@pytest.mark.whole
def test_rights(server): pass
"""


@pytest.mark.parametrize(
    ("share", "dear", "marked", "proofs", "large"),
    [
        ("1/512", "0", "0", "0", "0"),  # of eight proofs in two files the first
        ("6/512", "5", "1", "5", "5"),
        ("", "0 1 2 3 4 5 6 7", "0 1 2", "0 1 2 3 4 5 6", " ".join(map(str, range(16)))),
    ],
)
def test_of_a_long_and_dear_table_a_part_is_tried(
    tmp_path: Path, share: str, dear: str, marked: str, proofs: str, large: str
) -> None:
    said = _run(tmp_path, share, "--collect-only")

    assert _cases(said, "test_dear") == dear
    assert _cases(said, "test_marked") == marked
    assert _cases(said, "test_proofs") == proofs
    assert _cases(said, "test_large") == large
    assert ("::test_proof\n" in said) == (not share)
    assert "::test_anyway\n" in said
    assert (_cases(said, "test_rights"), _cases(said, "test_cheap"), _cases(said, "test_few")) == (
        "0 1 2 3 4 5 6 7",
        "0 1 2 3 4 5 6 7",
        "0 1 2",
    )


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("share", "tried"),
    [("1/512", "ae"), ("65/512", "bf"), ("129/512", "cg"), ("193/512", "dh"), ("1/1", "abcdefgh")],
)
def test_of_many_dear_tests_of_a_file_a_quarter_is_tried(tmp_path: Path, share: str, tried: str) -> None:
    (tmp_path / "test_plain.py").write_text(PLAIN, encoding="utf-8")

    said = _run(tmp_path, share, "--collect-only")
    found = [line.partition("::")[2] for line in said.splitlines() if line.startswith("test_plain.py")]

    assert found == [*(f"test_{name}" for name in tried), "test_cheap", "test_rights"]


def test_a_property_is_tried_with_other_examples_in_each_part(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = [_tried_with(monkeypatch, chosen) for chosen in ("1/1", "1/512", "2/512", "2/512")]

    assert [len(numbers) for numbers in tried] == [30, 10, 10, 10]
    assert tried[1] != tried[2] == tried[3]


def _tried_with(monkeypatch: pytest.MonkeyPatch, chosen: str) -> list[int]:
    monkeypatch.setenv(CHOICE, chosen)
    numbers = []

    @settings(max_examples=30)
    @given(strategies.integers())
    def about(number: int) -> None:
        numbers.append(number)

    _try_other_examples(about)
    about()
    return numbers


def _run(tmp_path: Path, share: str, *more: str) -> str:
    (tmp_path / "test_tables.py").write_text(TABLES, encoding="utf-8")
    (tmp_path / "test_a_proofs.py").write_text(MORE, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = matrix\n  whole\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        *more,
        "-q",
        "-p",
        "tests.sampling",
        "-p",
        "no:cacheprovider",
    ]
    off = ["-p", "no:django", "-p", "no:xdist"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), CHOICE: share or "1/1"}
    command += [*off, "-c", str(tmp_path / "pytest.ini"), "--rootdir", str(tmp_path), str(tmp_path)]

    return subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout


def _cases(said: str, name: str) -> str:
    return " ".join(line.partition("[")[2].rstrip("]") for line in said.splitlines() if f"::{name}[" in line)
