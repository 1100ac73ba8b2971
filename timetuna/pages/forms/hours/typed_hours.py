"""The hours of a day as people type them: "09:00–12:30, 14–18", "9am to 5pm", "9 bis 17 Uhr".

"22–2" goes on after midnight.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from django.utils.translation import gettext, gettext_lazy

from timetuna.availability.hours import Window

DAY = 24 * 60
MOST, LONGEST = 10, 200
_BETWEEN = re.compile(r"\s*(?:[-\u2010-\u2015\u2212~]|\bto\b|\buntil\b|\btill\b|\bbis\b)\s*")
_APART = re.compile(r"[,;\n]|\band\b|\bund\b")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|h)?\s*(?:([ap])\.?m\.?|uhr)?")
_CLOSED = frozenset({"", "closed", "none", "off", "geschlossen", "zu", "-", "–"})
_ALL_DAY = frozenset({"all day", "24 h", "24h", "open", "ganztags", "ganztägig"})
_NOON = 12
_UNCLEAR = gettext_lazy("“%(part)s” is not clear. Write hours like 09:00–12:30, 14–18.")


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
        raise ValueError(gettext("A day can have %(most)d windows at most.") % {"most": MOST})
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
        raise ValueError(gettext("Enter a time, such as 09:30 or 2 pm."))
    return _minute(found, found[3])


def refuse_overlaps(windows: Sequence[Window]) -> None:
    """Of windows in order. Raises ValueError with a sentence."""
    for earlier, later in pairwise(windows):
        if later[0] < earlier[1]:
            said = gettext("%(later)s overlaps %(earlier)s. Change one of them.")
            raise ValueError(said % {"later": show([later]), "earlier": show([earlier])})


def _window(part: str) -> Window:
    ends = _BETWEEN.split(part)
    if len(ends) != 2:  # noqa: PLR2004
        raise ValueError(_UNCLEAR % {"part": part[:20]})
    first, last = (_CLOCK.fullmatch(end) for end in ends)
    if first is None or last is None:
        raise ValueError(_UNCLEAR % {"part": part[:20]})
    half = first[3] or (last[3] if last[3] and int(first[1]) < int(last[1]) % _NOON else None)
    start, end = _minute(first, half), _minute(last, last[3])
    if start >= DAY:
        said = gettext("“%(part)s” begins after the day has ended. Write it on the next day.")
        raise ValueError(said % {"part": part[:20]})
    if start == end == 0:
        return (0, DAY)
    if start == end:
        said = gettext("“%(part)s” begins when it ends. For a whole day write 0–24.")
        raise ValueError(said % {"part": part[:20]})
    return (start, end) if end > start else (start, end + DAY)


def _minute(found: re.Match[str], half: str | None) -> int:
    hour, minute = int(found[1]), int(found[2] or 0)
    if half:
        if not 1 <= hour <= _NOON:
            said = gettext("“%(part)s” is no time of day. Write it like 9:30 am.")
            raise ValueError(said % {"part": found[0]})
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    if minute >= 60 or hour * 60 + minute > DAY:  # noqa: PLR2004
        said = gettext("“%(part)s” is no time of day. Write it like 09:30.")
        raise ValueError(said % {"part": found[0]})
    return hour * 60 + minute
