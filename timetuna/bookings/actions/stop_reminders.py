"""A guest wants no reminders of a booking, or wants them again."""

from django.db import transaction

from timetuna.bookings.history import GUEST, note
from timetuna.bookings.models import Booking


@transaction.atomic
def stop_reminders(booking: Booking, *, stop: bool) -> None:
    """Store the guest's wish; saying it twice changes nothing. It takes effect when a reminder's moment comes."""
    changed = Booking.objects.filter(pk=booking.pk, wants_reminders=stop).update(wants_reminders=not stop)
    if changed:
        text = "The guest stopped the reminders." if stop else "The guest wants reminders again."
        note(booking, actor=GUEST, event="reminders_stopped" if stop else "reminders_wanted", text=text)
