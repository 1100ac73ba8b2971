"""The hours of a day as people type them: "09:00–12:30, 14–18", "9am to 5pm"; "22–2" goes on after midnight."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from timetuna.availability.hours import Window

DAY = 24 * 60
MOST, LONGEST = 10, 200
_BETWEEN = re.compile(r"\s*(?:[-\u2010-\u2015\u2212~]|\bto\b|\buntil\b|\btill\b)\s*")
_APART = re.compile(r"[,;\n]|\band\b")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|h)?\s*(?:([ap])\.?m\.?)?")
_CLOSED = frozenset({"", "closed", "none", "off", "-", "–"})
_ALL_DAY = frozenset({"all day", "24 h", "24h", "open"})
_NOON = 12


def parse(text: str) -> list[Window]:
    """In order, in minutes after midnight; one that goes on after the next midnight ends beyond 1440.

    Nothing typed is a closed day. Raises ValueError with a sentence.
    """
    words = " ".join(text.casefold().split())
    if words in _CLOSED:
        return []
    if words in _ALL_DAY:
        return [(0, DAY)]
    found = sorted(_window(part.strip()) for part in _APART.split(words) if part.strip())
    if len(found) > MOST:
        raise ValueError(f"A day can have {MOST} windows at most.")
    refuse_overlaps(found)
    return found


def show(windows: Iterable[Window]) -> str:
    """As `parse` reads them: "09:00–12:30, 14:00–18:00". The end of a day is 24:00."""
    return ", ".join(f"{clock(start)}–{clock(end)}" for start, end in sorted(windows))


def clock(minute: int) -> str:
    return "24:00" if minute == DAY else f"{minute % DAY // 60:02}:{minute % 60:02}"


def read_clock(text: str) -> int:
    """A time of day, in minutes after midnight. Raises ValueError with a sentence."""
    found = _CLOCK.fullmatch(" ".join(text.casefold().split()))
    if found is None:
        raise ValueError("Write a time like 09:30 or 2 pm.")
    return _minute(found, found[3])


def refuse_overlaps(windows: Sequence[Window]) -> None:
    """Of windows in order. Raises ValueError with a sentence."""
    for earlier, later in pairwise(windows):
        if later[0] < earlier[1]:
            raise ValueError(f"{show([later])} overlaps {show([earlier])}. Change one of them.")


def _window(part: str) -> Window:
    ends = _BETWEEN.split(part)
    if len(ends) != 2:  # noqa: PLR2004
        raise ValueError(f"“{part[:20]}” is not clear. Write hours like 09:00–12:30, 14–18.")
    first, last = (_CLOCK.fullmatch(end) for end in ends)
    if first is None or last is None:
        raise ValueError(f"“{part[:20]}” is not clear. Write hours like 09:00–12:30, 14–18.")
    half = first[3] or (last[3] if last[3] and int(first[1]) < int(last[1]) % _NOON else None)
    start, end = _minute(first, half), _minute(last, last[3])
    if start >= DAY:
        raise ValueError(f"“{part[:20]}” begins after the day has ended. Write it on the next day.")
    if start == end == 0:
        return (0, DAY)
    if start == end:
        raise ValueError(f"“{part[:20]}” begins when it ends. For a whole day write 0–24.")
    return (start, end) if end > start else (start, end + DAY)


def _minute(found: re.Match[str], half: str | None) -> int:
    hour, minute = int(found[1]), int(found[2] or 0)
    if half:
        if not 1 <= hour <= _NOON:
            raise ValueError(f"“{found[0]}” is no time of day. Write it like 9:30 am.")
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    if minute >= 60 or hour * 60 + minute > DAY:  # noqa: PLR2004
        raise ValueError(f"“{found[0]}” is no time of day. Write it like 09:30.")
    return hour * 60 + minute
