"""Which mails a booking's change sends, written down with the change."""

from datetime import datetime

from django.utils import timezone

from timetuna.bookings.actions.plan_reminders import plan_reminders
from timetuna.bookings.models import Booking
from timetuna.jobs.queue import enqueue

GUEST, HOST = "guest", "host"
BOTH = (GUEST, HOST)
_SAYS_THE_TIME = frozenset({"confirmed", "promised", "moved"})


def enqueue_mails(
    booking: Booking, *, kind: str, audiences: tuple[str, ...] = BOTH, at: datetime | None = None
) -> None:
    """Enqueue one mail for each side, in the caller's transaction; the same kind and revision is one mail for ever.

    With the mails that give a booking its time go the reminders of it.
    """
    if kind in _SAYS_THE_TIME:
        plan_reminders(booking, now=timezone.now())
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
