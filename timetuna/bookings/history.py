"""What happened to a booking, in the words its host reads."""

from timetuna.bookings.models import Booking, HistoryEntry

GUEST, HOST, SYSTEM = "guest", "host", "system"


def note(booking: Booking, *, actor: str, event: str, text: str) -> None:
    """Write one line of history, in the caller's transaction."""
    HistoryEntry.objects.create(booking=booking, actor=actor, event=event, text=text[:300])
