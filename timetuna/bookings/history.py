"""What happened to a booking, read again; `events.record` writes it."""

from collections.abc import Mapping
from datetime import datetime

from timetuna.bookings.models import Booking

GUEST, HOST, ATTENDEE, SYSTEM = "guest", "host", "attendee", "system"
"""Who did it: who booked, the host, somebody who was invited too, or nobody."""
LINK, MAIL, API = "link", "mail", "api"
SILENT = "silent"
"""The source of a host's change that nobody is mailed about."""
Value = str | int | bool | None
Changes = Mapping[str, tuple[Value, Value]]
SOURCE_OF = {GUEST: LINK, ATTENDEE: LINK, HOST: "host", SYSTEM: "system"}
_QUOTE = " Note: "
LONGEST = 600


def quoting(text: str, words: str) -> str:
    """Return our sentence with somebody's own words behind it."""
    return f"{text}{_QUOTE}{words}" if words else text


def without_quote(text: str) -> str:
    """Return our sentence alone."""
    return text.partition(_QUOTE)[0]


def last_words(booking: Booking, *, event: str) -> str:
    """Return what was written with the latest event of that kind, or ""."""
    entry = booking.history.filter(event=event).last()
    return entry.text.partition(_QUOTE)[2] if entry else ""


def earlier_start(booking: Booking) -> datetime | None:
    """Return when the booking began before its latest move (aware UTC), as far as that was written down."""
    entry = booking.history.filter(event="moved").last()
    earlier = entry.changes.get("start", [None])[0] if entry else None
    return datetime.fromisoformat(earlier) if isinstance(earlier, str) else None
