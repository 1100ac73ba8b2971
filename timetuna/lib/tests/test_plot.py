"""Lines over time as paths: to scale, and short however many steps they have."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timetuna.lib.plot import SIZE, plot


def test_a_value_holds_until_the_next() -> None:
    found = plot([[(0.0, 0.0), (0.25, 1.0), (0.5, 1.0), (0.75, -1.0)]])

    assert found.paths == ["M0 500H250V60H750V940H1000"]
    assert found.zero == "50%"
    assert [(tick.label, tick.y) for tick in found.ticks] == [
        ("\N{MINUS SIGN}1", "94%"),
        ("\N{MINUS SIGN}0.5", "72%"),
        ("0", "50%"),
        ("0.5", "28%"),
        ("1", "6%"),
    ]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([], ["\N{MINUS SIGN}0.1", "0", "0.1"]),
        ([0.3], ["0", "0.1", "0.2", "0.3"]),
        (
            [-4.2, 1.0],
            [
                "\N{MINUS SIGN}5",
                "\N{MINUS SIGN}4",
                "\N{MINUS SIGN}3",
                "\N{MINUS SIGN}2",
                "\N{MINUS SIGN}1",
                "0",
                "1",
            ],
        ),
        ([37.0], ["0", "10", "20", "30", "40"]),
    ],
)
def test_few_round_numbers_stand_beside_it(values: list[float], labels: list[str]) -> None:
    assert [tick.label for tick in plot([[(0.0, value)] for value in values]).ticks] == labels


@given(
    st.lists(st.lists(st.tuples(st.floats(0, 1), st.floats(-1e6, 1e6)), min_size=1, max_size=30), max_size=4)
)
def test_everything_stays_in_the_picture(lines: list[list[tuple[float, float]]]) -> None:
    drawn = plot([[(0.0, 0.0), *sorted(line)] for line in lines])

    numbers = [int(number) for path in drawn.paths for number in re.findall(r"\d+", path)]
    assert all(0 <= number <= SIZE for number in numbers)
    assert 2 <= len(drawn.ticks) <= 9
    assert any(tick.y == drawn.zero for tick in drawn.ticks)


def test_many_steps_make_a_short_path() -> None:
    line = [(number / 100_000, number % 7 / 7) for number in range(100_000)]

    assert len(plot([line]).paths[0]) < 12_000
