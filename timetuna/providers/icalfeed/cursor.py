"""What is remembered of a reading: for which span, and how the server and we would know the file again."""

import hashlib
from dataclasses import dataclass
from typing import Self

from timetuna.availability.interval import Interval
from timetuna.lib.http import Response
from timetuna.providers.cursors import ReadingCursor

_LONGEST = 1_000  # of what a server may have us keep


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCursor(ReadingCursor):
    """The file's digest, and the server's words for its state.

    etag, modified: what RFC 9110 section 8.8 calls validators, "" where the server gave none.
    events: how many events there were.  emptied_at: when, in UTC minutes, the feed was first seen without any since;
    0 where it was not. The reading is still the one from before.
    """

    digest: str = ""
    etag: str = ""
    modified: str = ""
    events: int = 0
    emptied_at: int = 0

    @classmethod
    def of(cls, response: Response, span: Interval, *, time_zone: str) -> Self:
        return cls(
            span=span,
            time_zone=time_zone,
            digest=hashlib.sha256(response.body).hexdigest(),
            etag=_kept(response.headers.get("etag", "")),
            modified=_kept(response.headers.get("last-modified", "")),
        )

    def headers(self) -> dict[str, str]:
        """What asks for the file only if it has changed (RFC 9110 section 13.1)."""
        return {
            name: value
            for name, value in (("If-None-Match", self.etag), ("If-Modified-Since", self.modified))
            if value
        }


def _kept(value: str) -> str:
    return value if len(value) <= _LONGEST and value.isascii() and value.isprintable() else ""
