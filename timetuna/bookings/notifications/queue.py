"""Which mails a booking's change sends, written down with the change."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.kinds import KINDS
from timetuna.bookings.notifications.message import send_mail
from timetuna.bookings.notifications.recipients import attendee_id, audience_of, everybody
from timetuna.bookings.notifications.reminders import plan_reminders
from timetuna.jobs.models import Job
from timetuna.jobs.queue import KEPT_FOR

MEMORY = KEPT_FOR / 2  # jobs are forgotten after KEPT_FOR; what is younger than this has its rows
_GIVING_TIME = frozenset(name for name, kind in KINDS.items() if kind.gives_time)


def enqueue_mails(booking: Booking, *, kind: str, audiences: tuple[str, ...] | None = None) -> None:
    """Enqueue one mail for each side, in the caller's transaction; the same kind and revision is one mail for ever.

    Without `audiences` for everybody: who booked, each host, and who was invited too. With the mails that give it
    its time go its reminders. Who was invited too is told that it is off only if they have heard that it is on.
    """
    if kind in _GIVING_TIME:
        plan_reminders(booking, now=timezone.now())
    readers = everybody(booking) if audiences is None else audiences
    if KINDS[kind].is_first:
        readers = _who_do_not_know(booking, readers)
    elif KINDS[kind].takes_back:
        readers = _who_have_heard(booking, readers)
    for audience in readers:
        send_mail.enqueue(
            key=f"mail:{booking.pk}:{kind}:{audience}:{booking.revision}",
            concurrency=booking.concurrency_key(),
            booking_id=booking.pk,
            kind=kind,
            audience=audience,
            revision=booking.revision,
        )


def _who_do_not_know(booking: Booking, readers: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out who is told of the booking by the mail of a move that came before the first mails were written down."""
    keys = {f"mail:{booking.pk}:moved:{reader}:{booking.revision}": reader for reader in readers}
    told = {keys[key] for key in Job.objects.filter(key__in=keys).values_list("key", flat=True) if key}
    return tuple(reader for reader in readers if reader not in told)


def drop_unsent(booking: Booking, readers: Iterable[str]) -> None:
    """Forgets the booking's mails to them that nobody has begun to send; what is under way stays."""
    names = frozenset(readers)
    unsent = mails_of(booking).filter(state=Job.State.WAITING, attempts=0)
    old = [mail.pk for mail in unsent if mail.arguments.get("audience") in names]
    # Asked again as they are deleted: a worker may have taken one meanwhile.
    unsent.filter(pk__in=old).delete()


def _who_have_heard(booking: Booking, readers: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out who was invited too and never told, or last told that it is off; their waiting mails are dropped.

    A mail that was tried counts: where the mail server was cut off it may have come through all the same.
    """
    numbers = [number for reader in readers if (number := attendee_id(reader)) is not None]
    attendees = Attendee.objects.filter(pk__in=numbers, is_booker=False)
    invited = {audience_of(attendee): attendee for attendee in attendees}
    if not invited:
        return readers
    drop_unsent(booking, invited)
    # The mails to who was added so long ago are forgotten.
    forgotten = timezone.now() - MEMORY
    heard = {reader for reader, attendee in invited.items() if attendee.added_at < forgotten}
    for mail in mails_of(booking):
        reader = mail.arguments.get("audience")
        (heard.discard if mail.arguments.get("kind") == "uninvited" else heard.add)(reader)
    return tuple(reader for reader in readers if reader in heard or reader not in invited)


def mails_of(booking: Booking) -> QuerySet[Job]:
    """In the order they were written down, but for those that time brings."""
    return Job.objects.filter(concurrency=booking.concurrency_key(), name=send_mail.name).order_by("id")


def is_announced(booking: Booking, jobs: Sequence[Job], *, now: datetime) -> bool:
    """Whether its people were told of it, by the first mails or those of a move that came before them.

    The jobs of mails are forgotten in the end, long after this asks.
    """
    if booking.created_at < now - MEMORY:
        return True
    return any(job.name == send_mail.name and job.arguments.get("kind") in _GIVING_TIME for job in jobs)
