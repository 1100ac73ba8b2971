"""Which mails a booking's change sends, written down with the change."""

from datetime import datetime

from django.utils import timezone

from timetuna.bookings.actions.plan_reminders import plan_reminders
from timetuna.bookings.audiences import everybody
from timetuna.bookings.models import Booking
from timetuna.jobs.models import Job
from timetuna.jobs.queue import enqueue

_FIRST = frozenset({"confirmed", "promised"})
_SAYS_THE_TIME = frozenset({"confirmed", "promised", "moved"})


def enqueue_mails(
    booking: Booking, *, kind: str, audiences: tuple[str, ...] | None = None, at: datetime | None = None
) -> None:
    """Enqueue one mail for each side, in the caller's transaction; the same kind and revision is one mail for ever.

    Without `audiences` for everybody: guest, host, and whom the guest brings. With the mails that give a booking its
    time go the reminders of it.
    """
    if kind in _SAYS_THE_TIME:
        plan_reminders(booking, now=timezone.now())
    readers = everybody(booking) if audiences is None else audiences
    for audience in _who_do_not_know(booking, readers) if kind in _FIRST else readers:
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


def _who_do_not_know(booking: Booking, readers: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out who is told of the booking by the mail of a move that came before the first mails were written down."""
    keys = {f"mail:{booking.pk}:moved:{reader}:{booking.revision}": reader for reader in readers}
    told = {keys[key] for key in Job.objects.filter(key__in=keys).values_list("key", flat=True) if key}
    return tuple(reader for reader in readers if reader not in told)
