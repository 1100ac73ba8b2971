"""Which pages offer no times because a calendar they ask for cannot be read, for the pages of their host."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from timetuna.calendars.account_status import CalendarLine, CalendarState, calendar_lines
from timetuna.calendars.models import Calendar
from timetuna.lib.text import in_words
from timetuna.pages.models import BookingPage


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a page is silent. names: the calendars. first: they are being read, and nothing is wrong."""

    names: tuple[str, ...]
    first: bool

    def sentence(self) -> str:
        """Say it."""
        named = in_words([f"“{name}”" for name in self.names])
        if self.first:
            return f"Offers no times yet: {named} {self._be()} being read."
        return f"Offers no times, because {named} cannot be read."

    def _be(self) -> str:
        return "are" if len(self.names) > 1 else "is"


def silences(host_id: int, *, now: datetime) -> dict[int, Silence]:
    """Return it by page's id, in a number of queries that does not grow; one query for a host without calendars."""
    if not Calendar.objects.filter(account__host_id=host_id).exists():
        return {}
    lines = {line.row.pk: line for line in calendar_lines(host_id, now=now)}
    pages = BookingPage.objects.filter(host_id=host_id).prefetch_related("page_calendars")
    found = {page.pk: _silence(_asked(page, lines)) for page in pages}
    return {pk: silence for pk, silence in found.items() if silence is not None}


def _asked(page: BookingPage, lines: dict[int, CalendarLine]) -> Iterable[CalendarLine]:
    if page.own_calendars:
        return [lines[row.calendar_id] for row in page.page_calendars.all() if row.calendar_id in lines]
    return [line for line in lines.values() if line.row.blocks]


def _silence(asked: Iterable[CalendarLine]) -> Silence | None:
    silent = [line for line in asked if line.silent]
    first = all(line.state is CalendarState.WAITING for line in silent)
    told = silent if first else [line for line in silent if line.state is not CalendarState.WAITING]
    return Silence(tuple(line.row.name for line in told), first) if silent else None
