"""Which mails a booking's change sends, written down with the change."""

from datetime import datetime

from timetuna.bookings.models import Booking
from timetuna.jobs.queue import enqueue

GUEST, HOST = "guest", "host"
BOTH = (GUEST, HOST)


def enqueue_mails(
    booking: Booking, *, kind: str, audiences: tuple[str, ...] = BOTH, at: datetime | None = None
) -> None:
    """Enqueue one mail for each side, in the caller's transaction; the same kind and revision is one mail for ever."""
    for audience in audiences:
        enqueue(
            "bookings.mail",
            key=f"mail:{booking.pk}:{kind}:{audience}:{booking.revision}",
            subject=booking.subject_key(),
            at=at,
            booking=booking.pk,
            kind=kind,
            audience=audience,
            revision=booking.revision,
        )
