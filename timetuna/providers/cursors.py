"""What is remembered of a calendar's reading, so that the next one need not be made when nothing has changed."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Self

from timetuna.availability.interval import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingCursor:
    """The span (UTC minutes) and the host's zone a reading was made for. Each provider adds what it is known by.

    Further fields are texts, whole numbers and truth values, each with a default of its kind.
    """

    span: Interval
    time_zone: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what `text` wrote, None where it is anything else."""
        try:
            kept = json.loads(text)
            first, last = kept.pop("span")
            cursor = cls(span=(first, last), **kept)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        kinds = {"span": tuple, "time_zone": str} | {
            one.name: type(one.default) for one in fields(cls) if one.name not in {"span", "time_zone"}
        }
        good = type(first) is type(last) is int and kept.keys() | {"span"} == kinds.keys()
        return (
            cursor
            if good and all(type(getattr(cursor, name)) is kind for name, kind in kinds.items())
            else None
        )

    def text(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    def covers(self, span: Interval, time_zone: str) -> bool:
        return self.time_zone == time_zone and self.span[0] <= span[0] and span[1] <= self.span[1]
