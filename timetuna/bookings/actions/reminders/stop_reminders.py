"""Somebody on the guest's side wants no reminders of a booking, or wants them again."""

from django.db import transaction
from django.utils.translation import gettext_noop

from timetuna.bookings.events import ATTENDEE, GUEST, MAIL, BookingEvent, record
from timetuna.bookings.models import Attendee

_EVENT = {True: BookingEvent.REMINDERS_STOPPED, False: BookingEvent.REMINDERS_WANTED}


@transaction.atomic
def stop_reminders(attendee: Attendee, *, stop: bool) -> None:
    """Saying it twice changes nothing. It takes effect when a reminder's moment comes."""
    changed = Attendee.objects.filter(pk=attendee.pk, wants_reminders=stop).update(wants_reminders=not stop)
    if changed and attendee.is_booker:
        text = (
            gettext_noop("The guest stopped the reminders.")
            if stop
            else gettext_noop("The guest wants reminders again.")
        )
        record(attendee.booking, _EVENT[stop], actor=GUEST, sentence=text)
    elif changed:
        text = (
            gettext_noop("Stopped the reminders sent to them.")
            if stop
            else gettext_noop("Wants reminders again.")
        )
        record(
            attendee.booking,
            _EVENT[stop],
            actor=ATTENDEE,
            source=MAIL,
            words=attendee.called(),
            sentence=text,
        )
