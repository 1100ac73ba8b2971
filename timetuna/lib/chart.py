"""Bars, lines and heat maps as shapes of SVG. Places are per cent: a drawing stretches, and its text does not."""

from collections.abc import Sequence
from dataclasses import dataclass

from timetuna.lib.plot import Tick, ticks_for

_GAP = 0.22
"""Of a bar's place, what stays free around it."""
SIZE = 1_000
"""Width and height of what a line is drawn in, whatever it is stretched to."""
LEVELS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """In per cent from the upper left corner."""

    x: str
    y: str
    width: str
    height: str
    label: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """line: what is compared with, as a path in a square of `SIZE`; "" without one.  ticks: whole numbers."""

    bars: Sequence[Bar]
    line: str
    ticks: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """level: 0 for none, up to `LEVELS` for the most there is."""

    x: str
    y: str
    level: int
    label: str


def bar_chart(values: Sequence[tuple[int, str]], compared: Sequence[int] = ()) -> BarChart:
    """Each value with what is said of it. compared: a line across the middles of the bars, as far as it goes."""
    top, ticks = ticks_for(max([1, *(value for value, _ in values), *compared]))
    step = 100 / max(1, len(values))
    bars = [
        Bar(
            x=_per_cent(step * (place + _GAP / 2)),
            y=_per_cent(100 - 100 * value / top),
            width=_per_cent(step * (1 - _GAP)),
            height=_per_cent(100 * value / top),
            label=label,
        )
        for place, (value, label) in enumerate(values)
    ]
    middles = [
        f"{round((place + 0.5) * SIZE / len(values))} {round(SIZE - SIZE * value / top)}"
        for place, value in enumerate(compared[: len(values)])
    ]
    return BarChart(bars, f"M{'L'.join(middles)}" if len(middles) > 1 else "", ticks)


def heat_map(rows: Sequence[Sequence[tuple[int, str]]]) -> list[HeatCell]:
    """A cell for each value of each row, the darker the more."""
    most = max((value for row in rows for value, _ in row), default=0)
    return [
        HeatCell(
            x=_per_cent(100 * column / len(row)),
            y=_per_cent(100 * place / len(rows)),
            level=-(-value * LEVELS // most) if most else 0,
            label=label,
        )
        for place, row in enumerate(rows)
        for column, (value, label) in enumerate(row)
    ]


def share(value: int, of: int) -> str:
    """As the length of a bar."""
    return _per_cent(100 * value / of) if of else "0%"


def _per_cent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"
