"""Lines over time as paths of SVG, which stretch to any size while the text beside them keeps its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor

SIZE = 1_000
"""Width and height of what is drawn, whatever it is stretched to."""
_MARGIN = 60
_MOST_STEPS = 6
_FINEST = 0.1

Point = tuple[float, float]
"""When, from 0 to 1, and what it is from then on."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across. y: from the top, in per cent."""

    y: str
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """paths: one for each line that was drawn, in their order.  zero: where 0 is, in per cent from the top."""

    paths: Sequence[str]
    ticks: Sequence[Tick]
    zero: str


def plot(lines: Sequence[Sequence[Point]]) -> Plot:
    """Draw steps: each value holds until the next. A line begins at 0; the plot always shows the value 0."""
    low, high, ticks = _scale([value for line in lines for _, value in line])

    def y(value: float) -> int:
        return round(SIZE - _MARGIN - (value - low) / (high - low) * (SIZE - 2 * _MARGIN))

    return Plot(
        paths=[_steps([(round(when * SIZE), y(value)) for when, value in line]) for line in lines],
        ticks=[Tick(_per_cent(y(value)), _label(value)) for value in ticks],
        zero=_per_cent(y(0)),
    )


def ticks_for(most: int) -> tuple[int, list[Tick]]:
    """For whole numbers from 0: the greatest that is shown, and a line across for each round one."""
    step = max(1, round(_step(most)))
    top = -(-most // step) * step
    return top, [Tick(f"{100 - value * 100 / top:g}%", str(value)) for value in range(0, top + 1, step)]


def _steps(points: Iterable[tuple[int, int]]) -> str:
    """Of those at one place the last counts: however many there are, the path stays short."""
    last = dict(points)
    (_, begin), *_ = last.items()
    parts = [f"M0 {begin}"]
    parts += [f"H{x}V{now}" for (_, before), (x, now) in pairwise(last.items()) if now != before]
    return "".join([*parts, f"H{SIZE}"])


def _scale(values: Iterable[float]) -> tuple[float, float, list[float]]:
    """The least and the greatest value that are shown, and those at which a line goes across."""
    everything = [0.0, *values]
    least, greatest = min(everything), max(everything)
    step = _step(max(greatest - least, _FINEST))
    first, last = floor(least / step), ceil(greatest / step)
    if first == last:
        first, last = -1, 1
    return first * step, last * step, [round(number * step, 1) for number in range(first, last + 1)]


def _step(spread: float) -> float:
    """The finest of 1, 2, 5, 10 … and their tenths that needs few lines."""
    size = _FINEST
    while True:
        for factor in (1, 2, 5):
            if spread <= size * factor * _MOST_STEPS:
                return size * factor
        size *= 10


def _label(value: float) -> str:
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def _per_cent(place: int) -> str:
    return f"{place * 100 / SIZE:g}%"
