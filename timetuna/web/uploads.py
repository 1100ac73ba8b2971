"""Bodies that are larger than others: a page with a form for one gives out a ticket, and only with it one is awaited.

It is signed and for that address alone, so that it can be checked before anything of the body is there, without the
database (0073).
"""

from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.template import Library

MOST_BYTES = 10_000_000
_NAME, _LASTS = "ticket", 24 * 60 * 60
_SIGNER = "timetuna.uploads"
register = Library()


@register.simple_tag(takes_context=True)
def with_ticket(context: Any) -> str:
    """The page's own address for its form, with what lets that be large."""
    path = context.request.path
    return f"{path}?{_NAME}={TimestampSigner(salt=_SIGNER).sign(path).removeprefix(f'{path}:')}"


def most_bytes(path: str, query: str) -> int:
    """How many may be sent there."""
    ticket = parse_qs(query).get(_NAME, [""])[0] if _NAME in query else ""
    try:
        TimestampSigner(salt=_SIGNER).unsign(f"{path}:{ticket}", max_age=_LASTS)
    except BadSignature:
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return MOST_BYTES
