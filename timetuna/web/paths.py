"""Our own addresses: which ones may be returned to, and what they are in full."""

import re

from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme

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
