"""Texts, moments and addresses as other products give them: each made harmless, or left out."""

import re
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from timetuna.lib.http import Json, is_https, text
from timetuna.lib.mail import clean_address
from timetuna.lib.text import multi_line, single_line

LINE, TEXT = 300, 10_000
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)(:\d\d(\.\d+)?)?")
_ID = re.compile(r"[\x21-\x7e]{1,400}")
_DAY = 1_440
_PATH = re.compile(r"(/[A-Za-z0-9_.~-]+){1,6}")


def line(row: Json, name: str, *, longest: int = LINE) -> str:
    return single_line(text(row, name), max_length=longest)


def lines(row: Json, name: str) -> str:
    return multi_line(text(row, name), max_length=TEXT)


def outside_id(value: object) -> str:
    """Of a row there; "" for what cannot be kept."""
    found = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return found if _ID.fullmatch(found) else ""


def is_path(path: str) -> bool:
    return _PATH.fullmatch(path) is not None


def address(value: str) -> str:
    """In lower case; "" for what is no mail address."""
    try:
        return clean_address(value.strip()).lower()
    except ValueError:
        return ""


def link(value: str) -> str:
    return value if is_https(value) else ""


def minute(value: str) -> int | None:
    """Of an ISO moment with its offset, in UTC minutes."""
    try:
        moment = datetime.fromisoformat(value)
        return None if moment.tzinfo is None else int(moment.astimezone(UTC).timestamp()) // 60
    except (ValueError, OverflowError):
        return None


def clock(value: object) -> int | None:
    """Minutes after midnight of "09:30" or of an ISO moment's clock."""
    given = value.rpartition("T")[2] if isinstance(value, str) else ""
    found = _CLOCK.match(given)
    minutes = int(found[1]) * 60 + int(found[2]) if found else _DAY + 1
    return minutes if minutes <= _DAY else None


def window(start: object, end: object) -> tuple[int, int] | None:
    """None for what is none. An end at midnight, or a minute before it, is the end of the day."""
    first, last = clock(start), clock(end)
    if first is None or last is None:
        return None
    last = _DAY if last in {_DAY - 1, 0} and first else last
    last = _DAY if last == _DAY - 1 else last
    return (first, last) if first < last else None


def day(value: object) -> str:
    """As YYYY-MM-DD; "" for what is no date."""
    try:
        return date.fromisoformat(value[:10] if isinstance(value, str) else "").isoformat()
    except ValueError:
        return ""


def whole(value: object, *, most: int = 100_000) -> int | None:
    """A number from 0 on; None for everything else."""
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
    return int(value) if good else None  # type: ignore[call-overload]


def last_part(address_of_page: str) -> str:
    """Of a page's address, as in "intro-call"; "" without one."""
    try:
        path = urlsplit(address_of_page).path
    except ValueError:
        return ""
    return path.rstrip("/").rpartition("/")[2] if is_path(path.rstrip("/")) else ""
