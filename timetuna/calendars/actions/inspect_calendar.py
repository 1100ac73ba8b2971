"""See a connected calendar as pages see it: what is known of it, and what it says now."""

from dataclasses import dataclass
from datetime import datetime

from timetuna.availability.interval import Interval, intersect, merge
from timetuna.calendars.actions.refresh import ask
from timetuna.calendars.busy_cache import KnownBusy, busy_within, others_only, pack
from timetuna.calendars.models import Calendar
from timetuna.ical.answer import Note
from timetuna.providers.errors import NeedsReconnect, ProviderError


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedCalendar:
    """A calendar's busy time within a span, merged, without events of ours.

    known: as it was read last, at `read_at`.  now: as it is now, with what is doubtful of it in `notes`; None where it
    cannot be read, because of `problem`.
    """

    name: str
    known: list[Interval]
    read_at: datetime | None
    now: list[Interval] | None
    problem: str = ""
    notes: tuple[Note, ...] = ()


def see_calendar(calendar_id: int, span: Interval) -> InspectedCalendar | None:
    """Read the calendar once, and store nothing; None where there is no such calendar. Not inside a transaction."""
    row = Calendar.objects.select_related("account__host").filter(pk=calendar_id).first()
    if row is None:
        return None
    now, problem = None, ""
    notes: tuple[Note, ...] = ()
    try:
        now, notes = _read(row, span)
    except (ProviderError, NeedsReconnect) as error:
        problem = f"{error} ({error.code})"
    known = busy_within(row.busy, span, tentative=row.tentative_blocks)
    return InspectedCalendar(
        name=row.name,
        known=intersect(merge(known), [span]),
        read_at=row.read_at,
        now=now,
        problem=problem,
        notes=notes,
    )


def _read(row: Calendar, span: Interval) -> tuple[list[Interval], tuple[Note, ...]]:
    reading = ask(row, span)
    packed = pack(KnownBusy.of(others_only(reading.busy or (), host_id=row.account.host_id)))
    return merge(busy_within(packed, span, tentative=row.tentative_blocks)), reading.notes
