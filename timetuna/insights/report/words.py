"""What each figure is called, what exactly it counts, and how it is said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from timetuna.insights.figures import lead_limits
from timetuna.insights.models import DayFigure

Clock = DayFigure.Clock
MINUS = "\N{MINUS SIGN}"
_DAY = 1_440
_HOUR = 60
CLOCKS = {
    Clock.MADE: ("Booked on", "by the day on which they were booked"),
    Clock.HELD: ("Takes place on", "by the day on which they take place"),
}


class Definition(NamedTuple):
    """counts: the columns that make it up.  better: whether more of it is good news, None where it is neither."""

    label: str
    text: str
    counts: tuple[str, ...]
    better: bool | None = None


DEFINITIONS: Mapping[str, Definition] = {
    "booked": Definition(
        "Bookings",
        "Every booking that came about, whatever became of it. A request counts once it is confirmed.",
        ("booked",),
        better=True,
    ),
    "cancelled": Definition(
        "Cancelled",
        "Of these, those that guest or host called off.",
        ("cancelled_by_guest", "cancelled_by_host"),
        better=False,
    ),
    "moved": Definition(
        "Moved", "Of these, those that were moved to another time, once or more often.", ("moved",)
    ),
    "no_shows": Definition(
        "Did not come",
        "Of these, those of which a host has said that the guest did not come.",
        ("no_shows",),
        better=False,
    ),
    "unconfirmed": Definition(
        "Not confirmed",
        "Requests that were declined, taken back or not answered in time, and those that still wait.",
        ("unconfirmed",),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Against the period before. tone: good, bad or "".  text: as "+12 %".  words: the same for who hears it."""

    text: str
    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table with a bar. width: of the bar.  part: in per cent of all."""

    label: str
    value: int
    part: str
    width: str


def change(now: int, before: int, *, better: bool | None) -> Change:
    """In per cent; in whole numbers where there were too few for that to say anything."""
    step = now - before
    if not step:
        return Change(text="same", words=f"as many as before ({before})")
    sign = "+" if step > 0 else MINUS
    few = 10
    text = f"{sign}{abs(step)}" if before < few else f"{sign}{percent(abs(step), before)}"
    tone = "" if better is None else "good" if (step > 0) == better else "bad"
    return Change(text=text, words=f"{'more' if step > 0 else 'fewer'} than before ({before})", tone=tone)


def percent(part: int, of: int) -> str:
    """As "12 %"; under one as "0.4 %"."""
    if not of:
        return "0\N{NO-BREAK SPACE}%"
    value = 100 * part / of
    return f"{value:.1f}\N{NO-BREAK SPACE}%" if 0 < value < 1 else f"{value:.0f}\N{NO-BREAK SPACE}%"


def typical_lead(steps: Mapping[str, int]) -> str:
    """Between which limits the middle booking lies, "" without any."""
    half, seen = sum(steps.values()) / 2, 0
    for step in sorted(steps, key=int):
        seen += steps[step]
        if seen >= half:
            return lead_in_words(int(step))
    return ""


def lead_in_words(step: int) -> str:
    """As "2 to 3 days", "Under 1 hour"."""
    least, most = lead_limits(step)
    if most is None:
        return f"{_long(least)} or more"
    if not least:
        return f"Under {_long(most)}"
    if most <= _DAY:
        return f"{least // _HOUR} to {most // _HOUR} hours"
    return f"{least // _DAY} to {most // _DAY} days"


def _long(minutes: int) -> str:
    if minutes < _DAY:
        return f"{minutes // _HOUR} hour{'s' if minutes > _HOUR else ''}"
    return f"{minutes // _DAY} day{'s' if minutes > _DAY else ''}"


def counted(sums: Mapping[str, int], names: Iterable[str]) -> int:
    return sum(sums.get(name, 0) for name in names)
