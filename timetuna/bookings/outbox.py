"""Which mails a booking's change sends, written down with the change."""

from datetime import datetime

from django.utils import timezone

from timetuna.bookings.actions.plan_reminders import plan_reminders
from timetuna.bookings.models import Booking, BookingGuest
from timetuna.jobs.models import Job
from timetuna.jobs.queue import enqueue

GUEST, HOST = "guest", "host"
BOTH = (GUEST, HOST)
_FURTHER = "guest-"
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


def everybody(booking: Booking) -> tuple[str, ...]:
    """Return who hears of the booking."""
    others = BookingGuest.objects.filter(booking_id=booking.pk, active=True).values_list("pk", flat=True)
    return (*BOTH, *(further(pk) for pk in others))


def further(guest_id: int) -> str:
    """Return what somebody whom the guest brings is called among the readers of mails."""
    return f"{_FURTHER}{guest_id}"


def further_id(audience: str) -> int | None:
    """Return whose name `further` made this; None for guest and host."""
    number = audience.removeprefix(_FURTHER)
    return int(number) if number != audience and number.isdigit() else None
