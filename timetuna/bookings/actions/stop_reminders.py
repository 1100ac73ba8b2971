"""A guest, or somebody they bring, wants no reminders of a booking, or wants them again."""

from django.db import transaction

from timetuna.bookings.events import BookingEvent, record
from timetuna.bookings.history import FURTHER, GUEST, MAIL
from timetuna.bookings.models import Booking, BookingGuest

_EVENT = {True: BookingEvent.REMINDERS_STOPPED, False: BookingEvent.REMINDERS_WANTED}


@transaction.atomic
def stop_reminders(booking: Booking, *, stop: bool) -> None:
    """Store the guest's wish; saying it twice changes nothing. It takes effect when a reminder's moment comes."""
    changed = Booking.objects.filter(pk=booking.pk, wants_reminders=stop).update(wants_reminders=not stop)
    if changed:
        text = "The guest stopped the reminders." if stop else "The guest wants reminders again."
        record(booking, _EVENT[stop], actor=GUEST, sentence=text)


@transaction.atomic
def stop_reminders_of(row: BookingGuest, *, stop: bool) -> None:
    """Store the wish of one person whom the guest brings, as `stop_reminders` does the guest's."""
    changed = BookingGuest.objects.filter(pk=row.pk, wants_reminders=stop).update(wants_reminders=not stop)
    if changed:
        text = "Stopped the reminders sent to them." if stop else "Wants reminders again."
        record(row.booking, _EVENT[stop], actor=FURTHER, source=MAIL, sentence=text)
