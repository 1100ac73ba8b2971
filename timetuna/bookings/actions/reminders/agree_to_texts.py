"""Who booked wants their reminders by text, or not any more, and says so on the booking's page."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as noop_for_hosts

from timetuna.bookings.consents import agree, withdraw
from timetuna.bookings.events import GUEST, BookingEvent, record
from timetuna.bookings.models import Attendee


@transaction.atomic
def agree_to_texts(attendee: Attendee, said: str, *, now: datetime) -> None:
    """said: what they have read."""
    agree(attendee, said, now=now)
    sentence = noop_for_hosts("The guest agreed to reminders by text.")
    record(attendee.booking, BookingEvent.REMINDERS_WANTED, actor=GUEST, sentence=sentence)


@transaction.atomic
def stop_texts(attendee: Attendee, *, now: datetime) -> None:
    """Reminders come by mail then. Saying it twice changes nothing."""
    if withdraw(attendee, now=now):
        sentence = noop_for_hosts("The guest wants no reminders by text any more.")
        record(attendee.booking, BookingEvent.REMINDERS_STOPPED, actor=GUEST, sentence=sentence)
