"""What is remembered of a reading, so that the next one need not be made when nothing has changed."""

from dataclasses import dataclass

from timetuna.providers.cursors import ReadingCursor


@dataclass(frozen=True, slots=True, kw_only=True)
class CaldavCursor(ReadingCursor):
    """The calendar's state just before a reading.

    token: the sync token (RFC 6578), "" where the server has none; then `ctag`, which changes with the calendar.
    read_at: when, in UTC minutes.  reliable: the server's queries found what is there.
    """

    token: str = ""
    ctag: str = ""
    read_at: int = 0
    reliable: bool = False

    def text(self) -> str:
        """Empty where no change could be seen by it."""
        return ReadingCursor.text(self) if self.token or self.ctag else ""
