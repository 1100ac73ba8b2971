"""The rows of a plan: what would be made of each thing there, and why it differs or cannot be."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from timetuna.providers.bundle import OutsideBooking


class ItemKind(StrEnum):
    SCHEDULE = "schedule"
    PAGE = "page"
    PERSON = "person"
    BOOKING = "booking"


class Verdict(StrEnum):
    """MAKE: as it is there.  DIFFERS: with differences.  THERE: it was made before, and nothing has changed.

    CHANGED: it was made before, and one side was changed since; nothing of ours is overwritten.
    """

    MAKE = "make"
    DIFFERS = "differs"
    CANNOT = "cannot"
    THERE = "there"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """One thing there. text: what comes of it, in a line.  reasons: sentences.

    takes: it can be ticked.  ticked: it is, until the host says otherwise.
    """

    key: str
    kind: ItemKind
    title: str
    text: str = ""
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    takes: bool = True
    ticked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    outside: str
    digest: str
    name: str
    zone: str
    weekly: tuple[tuple[int, int, int], ...]
    dates: Mapping[date, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPage:
    """columns: of `BookingPage`.  kinds: meeting types with their details.  questions: columns of each.

    schedule: key of a row of this plan, or "".  schedule_id: hours that are here already.
    url: where it is at the other product.
    """

    outside: str
    digest: str
    columns: Mapping[str, Any]
    minutes: tuple[int, ...]
    kinds: tuple[tuple[str, str], ...]
    questions: tuple[Mapping[str, Any], ...]
    schedule: str = ""
    schedule_id: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCohost:
    """page: key of a row of this plan.  email: of an account that is here."""

    page: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShadow:
    """page: the key of a row of this plan, or "".  page_id: a page that is here already."""

    booking: OutsideBooking
    page: str = ""
    page_id: int | None = None


@dataclass(slots=True)
class Plan:
    """Rows in the order of the screen, and by their keys what those that can be ticked become.

    waiting: kinds of meetings that guests see only once the host has connected what makes their links.
    """

    rows: list[PlannedRow] = field(default_factory=list)
    schedules: dict[str, NewSchedule] = field(default_factory=dict)
    pages: dict[str, NewPage] = field(default_factory=dict)
    cohosts: dict[str, NewCohost] = field(default_factory=dict)
    shadows: dict[str, NewShadow] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)

    def of(self, kind: ItemKind) -> Sequence[PlannedRow]:
        return [row for row in self.rows if row.kind is kind]

    def version(self) -> str:
        """Another one where a row says something else."""
        said = repr(
            [(row.key, row.verdict, row.title, row.text, row.reasons, row.takes) for row in self.rows]
        )
        return hashlib.sha256(said.encode()).hexdigest()[:24]


def key_of(kind: ItemKind, *parts: str) -> str:
    """Short, the same at each look."""
    return f"{kind}-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:16]}"
