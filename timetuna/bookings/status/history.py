"""What happened to a booking, in the words its host reads."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.translation import gettext, gettext_lazy

from timetuna.bookings.events import (
    API,
    ATTENDEE,
    GUEST,
    HOST,
    LINK,
    MAIL,
    TEXT,
    BookingEvent,
    Status,
    told_entry,
)
from timetuna.bookings.models import Booking, HistoryEntry
from timetuna.bookings.status.rows import Reader
from timetuna.l10n import datetimes
from timetuna.l10n.retold import retold

_SOURCES = {
    LINK: gettext_lazy("by the guest’s link"),
    MAIL: gettext_lazy("from a mail"),
    TEXT: gettext_lazy("by text"),
    API: gettext_lazy("through the API"),
}
_CHANGED = {
    "status": gettext_lazy("status"),
    "no_show": gettext_lazy("no show"),
    "further_guests": gettext_lazy("further guests"),
    "host": gettext_lazy("host"),
    "invited by": gettext_lazy("invited by"),
    "meeting": gettext_lazy("meeting"),
}
_STANDS = {
    Status.PENDING: gettext_lazy("pending"),
    Status.AWAITING_PAYMENT: gettext_lazy("awaiting payment"),
    Status.AWAITING_PHONE: gettext_lazy("awaiting the phone number"),
    Status.CONFIRMED: gettext_lazy("confirmed"),
    Status.DECLINED: gettext_lazy("declined"),
    Status.LAPSED: gettext_lazy("not answered in time"),
    Status.WITHDRAWN: gettext_lazy("taken back"),
    Status.CANCELLED_BY_GUEST: gettext_lazy("cancelled by the guest"),
    Status.CANCELLED_BY_HOST: gettext_lazy("cancelled by the host"),
}


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
    name, text = told_entry(entry, tell=partial(_told, entry, row))
    named = {
        GUEST: row.booker.name,
        HOST: acting_host_in(entry, row, reader),
        ATTENDEE: name or gettext("A further guest"),
    }
    changed = [
        f"{_CHANGED.get(name, name)}: {_value(name, old)} \N{RIGHTWARDS ARROW} {_value(name, new)}"
        for name, (old, new) in entry.changes.items()
        if name != "start" and not name.startswith("_")
    ]
    return HistoryLine(
        who=named.get(entry.actor, "TimeTuna"),
        text=text,
        at=entry.at.astimezone(reader.zone),
        when=datetimes.dated(entry.at, zone=reader.zone, now=reader.now),
        source=entry.via or str(_SOURCES.get(entry.source, "")),
        changes=", ".join(changed),
    )


def _told(entry: HistoryEntry, row: Booking, sentence: str) -> str:
    """In the reader's language; the times of a move were written down in English, so they are written anew."""
    said = retold(sentence)
    if entry.event != BookingEvent.MOVED or said == sentence or "start" not in entry.changes:
        return said
    zone = datetimes.zone_or_utc(row.host_time_zone)
    both = (datetime.fromisoformat(moment) for moment in entry.changes["start"])
    before, after = (datetimes.short_when(moment, zone=zone) for moment in both)
    words = {"before": before, "after": after, "zone": datetimes.zone_name(zone)}
    return gettext(BookingEvent.MOVED.label) % words


def acting_host_in(entry: HistoryEntry, row: Booking, reader: Reader) -> str:
    """Which of them; "You" for who reads it."""
    who = entry.host or row.host
    return gettext("You") if who.pk == reader.host_id else who.name


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value is None:
        return gettext("none")
    stands = _STANDS.get(Status(str(value))) if name == "status" and value in set(Status) else None
    return str(stands or value)
