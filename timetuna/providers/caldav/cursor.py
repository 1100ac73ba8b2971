"""What is remembered of a reading, so that the next one need not be made when nothing has changed."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from timetuna.availability.interval import Interval

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CaldavCursor:
    """The span (UTC minutes) and zone a reading was made for, and the calendar's state just before it.

    token: the sync token (RFC 6578), "" where the server has none; then `ctag`, which changes with the calendar.
    read_at: when, in UTC minutes.  reliable: the server's queries found what is there.
    """

    span: Interval
    time_zone: str
    token: str = ""
    ctag: str = ""
    read_at: int = 0
    reliable: bool = False

    def text(self) -> str:
        """Return it as one text, "" where no change could be seen by it."""
        if not self.token and not self.ctag:
            return ""
        return json.dumps({"version": _VERSION, **asdict(self)})

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what `text` wrote, None where it is anything else."""
        try:
            kept = json.loads(text)
            start, end = kept["span"]
            zone, token, ctag = kept["time_zone"], kept["token"], kept["ctag"]
            read_at, reliable = kept.get("read_at", 0), kept.get("reliable", False)
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        good = type(start) is type(end) is int and all(isinstance(one, str) for one in (zone, token, ctag))
        good = good and type(read_at) is int and type(reliable) is bool
        if not good or kept.get("version") != _VERSION:
            return None
        return cls(
            span=(start, end), time_zone=zone, token=token, ctag=ctag, read_at=read_at, reliable=reliable
        )

    def covers(self, span: Interval, time_zone: str) -> bool:
        """Tell whether a reading for this cursor says all of another span."""
        return self.time_zone == time_zone and self.span[0] <= span[0] and span[1] <= self.span[1]
