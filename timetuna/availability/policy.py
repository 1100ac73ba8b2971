"""What a page asks of a meeting's time, and how many meetings a host wants."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

LONGEST_MEETING = 24 * 60


class Period(StrEnum):
    """What a cap counts in: the host's own days, weeks from Monday on, months."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class CapScope(StrEnum):
    """What a cap counts: the bookings of the page, those of them that the host takes, or of all pages of the host."""

    PAGE = "page"
    PART = "part"
    HOST = "host"


class Cap(NamedTuple):
    """At most so many bookings begin in a period; once there are, it offers nothing more."""

    period: Period
    scope: CapScope
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How long a meeting takes and when it may start. All numbers are minutes.

    duration: the length of the meeting, 1 to 1440.
    increment: the distance between two start times; it says nothing about the length.
    buffer_before, buffer_after: the quiet the host wants around this meeting. Between two meetings the larger
    of the two wishes holds, never their sum.
    notice: a meeting may start from `now + notice` on.
    horizon: a meeting must start before `now + horizon`; None is without end. Whoever counts whole days
    of the host passes `hours.date_start(last_day + 1) - now`.
    """

    duration: int
    increment: int
    buffer_before: int = 0
    buffer_after: int = 0
    notice: int = 0
    horizon: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.duration <= LONGEST_MEETING:
            raise ValueError(f"A meeting lasts from 1 to {LONGEST_MEETING} minutes, not {self.duration}.")
        if self.increment < 1:
            raise ValueError(f"Start times are at least 1 minute apart, not {self.increment}.")
        if self.buffer_before < 0 or self.buffer_after < 0:
            raise ValueError("A buffer cannot be shorter than 0 minutes.")
        if self.notice < 0:
            raise ValueError(f"The notice cannot be shorter than 0 minutes, {self.notice} is.")
        if self.horizon is not None and self.horizon < 0:
            raise ValueError(f"The horizon cannot lie in the past, {self.horizon} minutes does.")
