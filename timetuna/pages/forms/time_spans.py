"""Lengths of time as people type them, in their language or in English: "24 h, 1 h", "30 min", "2 days"."""

import re

from django.utils.translation import gettext, pgettext

MOST, LONGEST_MINUTES = 5, 28 * 24 * 60
_HOUR, _DAY = 60, 24 * 60
_ONE = re.compile(r"(\d{1,5})\s*([^\W\d_]*)\.?")
_ENGLISH = {
    1: "m, min, mins, minute, minutes",
    _HOUR: "h, hr, hrs, hour, hours",
    _DAY: "d, day, days",
    7 * _DAY: "w, wk, week, weeks",
}


def units() -> dict[str, int]:
    """By each word that can stand behind a number how many minutes it means; "" is minutes."""
    spoken = {
        1: pgettext("minutes as they are typed", "m, min, mins, minute, minutes"),
        _HOUR: pgettext("hours as they are typed", "h, hr, hrs, hour, hours"),
        _DAY: pgettext("days as they are typed", "d, day, days"),
        7 * _DAY: pgettext("weeks as they are typed", "w, wk, week, weeks"),
    }
    found = {"": 1}
    for words in (_ENGLISH, spoken):
        found |= {word: minutes for minutes, some in words.items() for word in some.split(", ")}
    return found


def parse(text: str) -> list[int]:
    """In minutes, the longest first, each once. Raises ValueError with a sentence.

    A number alone is minutes. Empty text is an empty list.
    """
    parts = re.split(rf"[,;]|\b(?:and|{re.escape(gettext('and'))})\b", text.lower())
    return sorted({_minutes(part.strip()) for part in parts if part.strip()}, reverse=True)


def show(minutes: list[int]) -> str:
    """As `parse` reads them: "24 h, 30 min"."""
    return ", ".join(_shown(one) for one in minutes)


def _minutes(part: str) -> int:
    found, known = _ONE.fullmatch(part), units()
    if found is None or found.group(2) not in known:
        sentence = gettext("“%(text)s” is no length of time. Write it like 30 min, 24 h or 2 days.")
        raise ValueError(sentence % {"text": part[:20]})
    minutes = int(found.group(1)) * known[found.group(2)]
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise ValueError(gettext("Each of them can be from 1 minute to 4 weeks."))
    return minutes


def _shown(minutes: int) -> str:
    if minutes % _HOUR:
        return gettext("%(minutes)s min") % {"minutes": minutes}
    if minutes % _DAY == 0 and minutes > _DAY:
        return gettext("%(days)s days") % {"days": minutes // _DAY}
    return gettext("%(hours)s h") % {"hours": minutes // _HOUR}
