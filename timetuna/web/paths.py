"""Our own addresses: which ones may be returned to, what they are in full, and which numbers stand in them."""

import re

from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme

MOST_DIGITS = 18
"""Of a row's number: all that have no more are numbers of the database, too."""
_UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")


def is_own_path(url: str) -> bool:
    r"""Whether this is a path on this server: no other host ("//evil", "/\evil"), scheme or control character."""
    return (
        url.startswith("/")
        and not _UNSEEN.search(url)
        and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    )


def in_full(path: str) -> str:
    """The whole address of a path of ours; it begins with TIMETUNA_BASE_URL, never with the request's host."""
    return f"{settings.BASE_URL}{path}"


class RowNumber:
    """`<row:booking_id>` in a route: a row's number. What the database could not hold is no address of ours."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int | str) -> str:
        return str(value)


def row_number(text: str) -> int | None:
    """None for anything that is no row's number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
