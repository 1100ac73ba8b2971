"""What is left out of one run is tried in another: the parts together are the whole, and no test is left out whole."""

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
