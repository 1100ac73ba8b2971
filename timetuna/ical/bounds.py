"""How much work a file may ask for."""

from timetuna.ical.refusals import refuse

MAX_BYTES = 10_000_000
MAX_EVENTS = 100_000
MAX_TAKEN = 50_000
MAX_STEPS = 400_000
DEEPEST = 16


class Steps:
    """Counts what is looked at, over all events of a file: days, hours, occurrences."""

    __slots__ = ("left",)

    def __init__(self, most: int = MAX_STEPS) -> None:
        self.left = most

    def spend(self, steps: int = 1) -> None:
        """Count so many more. Raises Unreadable when there are no more."""
        self.left -= steps
        if self.left < 0:
            raise refuse("too_many")
