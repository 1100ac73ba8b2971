"""A guest, or somebody they bring, wants no reminders of a booking, or wants them again."""

from django.db import transaction

from timetuna.bookings.history import FURTHER, GUEST, MAIL, note
from timetuna.bookings.models import Booking, BookingGuest


@transaction.atomic
def stop_reminders(booking: Booking, *, stop: bool) -> None:
    """Store the guest's wish; saying it twice changes nothing. It takes effect when a reminder's moment comes."""
    changed = Booking.objects.filter(pk=booking.pk, wants_reminders=stop).update(wants_reminders=not stop)
    if changed:
        text = "The guest stopped the reminders." if stop else "The guest wants reminders again."
        note(booking, actor=GUEST, event="reminders_stopped" if stop else "reminders_wanted", text=text)


@transaction.atomic
def stop_reminders_of(row: BookingGuest, *, stop: bool) -> None:
    """Store the wish of one person whom the guest brings, as `stop_reminders` does the guest's."""
    changed = BookingGuest.objects.filter(pk=row.pk, wants_reminders=stop).update(wants_reminders=not stop)
    if changed:
        text = "Stopped the reminders sent to them." if stop else "Wants reminders again."
        event = "reminders_stopped" if stop else "reminders_wanted"
        note(row.booking, actor=FURTHER, event=event, text=text, source=MAIL)
