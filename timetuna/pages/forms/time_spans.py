"""Lengths of time as people type them: "24 h, 1 h", "30 min", "2 days"."""

import re

MOST, LONGEST_MINUTES = 5, 28 * 24 * 60
_ONE = re.compile(r"(\d{1,5})\s*([a-z]*)")
_UNITS = {
    1: ("", "m", "min", "mins", "minute", "minutes"),
    60: ("h", "hr", "hrs", "hour", "hours"),
    24 * 60: ("d", "day", "days"),
    7 * 24 * 60: ("w", "wk", "week", "weeks"),
}
_MINUTES = {word: minutes for minutes, words in _UNITS.items() for word in words}


def parse(text: str) -> list[int]:
    """In minutes, the longest first, each once. Raises ValueError with a sentence.

    A number alone is minutes. Empty text is an empty list.
    """
    parts = [part for part in re.split(r"[,;]|\band\b", text.lower()) if part.strip()]
    return sorted({_minutes(part.strip()) for part in parts}, reverse=True)


def show(minutes: list[int]) -> str:
    """As `parse` reads them: "24 h, 30 min"."""
    return ", ".join(_shown(one) for one in minutes)


def _minutes(part: str) -> int:
    found = _ONE.fullmatch(part)
    if found is None or found.group(2) not in _MINUTES:
        raise ValueError(f"“{part[:20]}” is no length of time. Write it like 30 min, 24 h or 2 days.")
    minutes = int(found.group(1)) * _MINUTES[found.group(2)]
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise ValueError("Each of them can be from 1 minute to 4 weeks.")
    return minutes


def _shown(minutes: int) -> str:
    if minutes % 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours // 24} days" if hours % 24 == 0 and hours >= 48 else f"{hours} h"  # noqa: PLR2004
