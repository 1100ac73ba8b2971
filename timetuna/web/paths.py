"""Our own addresses: which ones may be returned to, what they are in full, and which numbers stand in them."""

import re

from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme

MOST_DIGITS = 18
"""Of a row's number: all that have no more are numbers of the database, too."""
_UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")


def is_own_path(url: str) -> bool:
    r"""Say whether this is a path on this server: no other host ("//evil", "/\evil"), scheme or control character."""
    return (
        url.startswith("/")
        and not _UNSEEN.search(url)
        and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    )


def in_full(path: str) -> str:
    """Return the whole address of a path of ours; it begins with TIMETUNA_BASE_URL, never with the request's host."""
    return f"{settings.BASE_URL}{path}"


class RowNumber:
    """`<row:booking_id>` in a route: a row's number. What the database could not hold is no address of ours."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: int | str) -> str:
        """Return it as it is written in an address."""
        return str(value)


def row_number(text: str) -> int | None:
    """Return a row's number that a form carries along; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
