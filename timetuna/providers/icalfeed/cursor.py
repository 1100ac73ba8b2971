"""What is remembered of a reading: for which span, and how the server and we would know the file again."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Self

from timetuna.availability.interval import Interval
from timetuna.lib.http import Response

_VERSION = 1
_LONGEST = 1_000  # of what a server may have us keep


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCursor:
    """The span (UTC minutes) and zone of a reading, the file's digest, and the server's words for its state.

    etag, modified: what RFC 9110 section 8.8 calls validators, "" where the server gave none.
    events: how many events there were.  emptied_at: when, in UTC minutes, the feed was first seen without any since;
    0 where it was not. The reading is still the one from before.
    """

    span: Interval
    time_zone: str
    digest: str
    etag: str = ""
    modified: str = ""
    events: int = 0
    emptied_at: int = 0

    @classmethod
    def of(cls, response: Response, span: Interval, *, time_zone: str) -> Self:
        """Remember an answer."""
        return cls(
            span=span,
            time_zone=time_zone,
            digest=hashlib.sha256(response.body).hexdigest(),
            etag=_kept(response.headers.get("etag", "")),
            modified=_kept(response.headers.get("last-modified", "")),
        )

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what `text` wrote, None where it is anything else."""
        try:
            kept = json.loads(text)
            start, end = kept["span"]
            words = {name: kept[name] for name in ("time_zone", "digest", "etag", "modified")}
            numbers = {name: kept.get(name, 0) for name in ("events", "emptied_at")}
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        good = {type(start), type(end), *map(type, numbers.values())} == {int}
        good = good and all(isinstance(one, str) for one in words.values())
        return (
            cls(span=(start, end), **words, **numbers) if good and kept.get("version") == _VERSION else None
        )

    def text(self) -> str:
        """Return it as one text."""
        return json.dumps({"version": _VERSION, **asdict(self)})

    def covers(self, span: Interval, time_zone: str) -> bool:
        """Tell whether that reading says all of another span."""
        return self.time_zone == time_zone and self.span[0] <= span[0] and span[1] <= self.span[1]

    def headers(self) -> dict[str, str]:
        """Return what asks for the file only if it has changed (RFC 9110 section 13.1)."""
        return {
            name: value
            for name, value in (("If-None-Match", self.etag), ("If-Modified-Since", self.modified))
            if value
        }


def _kept(value: str) -> str:
    return value if len(value) <= _LONGEST and value.isascii() and value.isprintable() else ""
