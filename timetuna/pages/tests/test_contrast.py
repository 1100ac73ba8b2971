"""Contrast with white, by WCAG's own examples, and a colour that passes."""

import pytest

from timetuna.pages.forms.contrast import ENOUGH, nearest, on_white


@pytest.mark.parametrize(("color", "ratio"), [("#ffffff", 1.0), ("#000000", 21.0), ("#777777", 4.48)])
def test_the_ratio_is_that_of_the_standard(color: str, ratio: float) -> None:
    assert on_white(color) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("color", ["#ffff00", "#ffd84d", "#00ff00", "#ffffff", "#9fe1e7", "#ff69b4"])
def test_the_nearest_that_passes_only_just_does(color: str) -> None:
    assert ENOUGH <= on_white(nearest(color)) < ENOUGH + 0.1


def test_one_that_passes_stays() -> None:
    assert nearest("#0b6e99") == "#0b6e99"
