"""What reading a calendar file gives: its busy time, or one reason why there is none."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Taken(NamedTuple):
    """Time an event takes, in UTC minutes: the start rounded down, the end up. Never empty.

    mark: the event's X-TIMETUNA-BOOKING where it has one, else its UID, else "". Its fields are those of a
    provider's BusyTime, in the same order.
    """

    start_minute: int
    end_minute: int
    tentative: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A file that was read. busy: clipped to the span, in order; entries of different events may overlap.

    name: what the file calls itself (X-WR-CALNAME, NAME), "" where it does not; hostile text.
    events: how many VEVENTs there are, of which `free` are transparent or cancelled, and `empty` have no length, or no
    time left of their series. All others take time, in the span or outside of it.
    """

    busy: tuple[Taken, ...]
    name: str = field(default="", repr=False)
    events: int = 0
    free: int = 0
    empty: int = 0


class Unreadable(Exception):  # noqa: N818 - it is an answer, not a fault
    """The file is refused: what it says of busy time is not known, which is not the same as free.

    code: a short word ("html", "cut_off", "too_large", …).  `str()` is a sentence for the host, in which nothing of
    the file stands but the number of an event.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
