"""A booking's unguessable address is replaced: whoever holds the old one can do nothing with it any more."""

from django.db import transaction
from django.utils.translation import gettext

from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import BookingEvent, record
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import others, set_new_link


def renew_link(booking_id: int, *, actor: str, attendee_id: int | None = None) -> Booking:
    """Give who booked, or somebody who was invited too, a fresh link; the earlier one is dead at once.

    Mails that are still to be sent carry the new one, because they are composed when they are sent. The revision
    stays: the meeting itself has not changed. Raises NotPossible for somebody who is not invited.
    """
    with transaction.atomic():
        booking = Booking.objects.select_for_update().get(pk=booking_id)
        person = others(booking).filter(pk=attendee_id).first() if attendee_id else booking.booker
        if person is None:
            raise NotPossible(gettext("This person is not invited any more, so there is no link to renew."))
        set_new_link(person)
        person.save(update_fields=["link_fingerprint", "link_sealed"])
        if person.is_booker:
            record(booking, BookingEvent.LINK_FOR_GUEST_RENEWED, actor=actor)
        else:
            record(booking, BookingEvent.LINK_FOR_ATTENDEE_RENEWED, actor=actor, words=person.called())
    return booking
