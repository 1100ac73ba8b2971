"""What happened to a booking, in the words its host reads."""

from dataclasses import dataclass
from datetime import datetime

from timetuna.bookings.events import API, ATTENDEE, GUEST, HOST, LINK, MAIL, told_entry
from timetuna.bookings.models import Booking, HistoryEntry
from timetuna.bookings.status.rows import Reader
from timetuna.l10n import datetimes

_SOURCES = {LINK: "by the guest's link", MAIL: "from a mail", API: "through the API"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """Who did what, when, from where, and what changed besides the time."""

    who: str
    text: str
    at: datetime
    when: str
    source: str
    changes: str


def history_line(entry: HistoryEntry, row: Booking, reader: Reader) -> HistoryLine:
    name, text = told_entry(entry)
    named = {
        GUEST: row.booker.name,
        HOST: acting_host_in(entry, row, reader),
        ATTENDEE: name or "A further guest",
    }
    changed = [
        f"{name.replace('_', ' ')}: {_value(old)} \N{RIGHTWARDS ARROW} {_value(new)}"
        for name, (old, new) in entry.changes.items()
        if name != "start" and not name.startswith("_")
    ]
    return HistoryLine(
        who=named.get(entry.actor, "TimeTuna"),
        text=text,
        at=entry.at.astimezone(reader.zone),
        when=datetimes.dated(entry.at, zone=reader.zone, now=reader.now),
        source=_SOURCES.get(entry.source, ""),
        changes=", ".join(changed),
    )


def acting_host_in(entry: HistoryEntry, row: Booking, reader: Reader) -> str:
    """Which of them; "You" for who reads it."""
    who = entry.host or row.host
    return {reader.host_id: "You"}.get(who.pk, who.name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
