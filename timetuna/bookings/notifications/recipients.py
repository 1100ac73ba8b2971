"""Who gets the mails of a booking: its host, and everybody on the guest's side."""

from dataclasses import dataclass

from django.conf import settings

from timetuna.bookings.links import reminders_link
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.audiences import HOST, attendee_id
from timetuna.lib.mail import Mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One of them. zone: the name of the zone times are written in.

    attendee: None is the host.  stop_url: where they stop what time brings; "" for the host.
    """

    box: Mailbox
    zone: str
    language: str = settings.LANGUAGE_CODE
    attendee: Attendee | None = None
    stop_url: str = ""

    def is_booker(self) -> bool:
        """Say whether it is the one who booked."""
        return self.attendee is not None and self.attendee.is_booker

    def is_host(self) -> bool:
        """Say whether it is the host."""
        return self.attendee is None


def recipient_of(booking: Booking, audience: str) -> Recipient:
    """Return who that is. Raises ValueError with a sentence where nobody is known any more."""
    if audience == HOST:
        return Recipient(box=Mailbox(booking.host.name, booking.host.email), zone=booking.host_time_zone)
    if booking.erased_at is not None:
        raise ValueError("The guest's data was erased.")
    number, booker = attendee_id(audience), booking.booker
    attendee = booker if booker.pk == number else booking.attendees.filter(pk=number or 0).first()
    if attendee is None:
        raise ValueError("This guest's data was erased.")
    return Recipient(
        attendee=attendee,
        box=Mailbox(attendee.name, attendee.email),
        zone=attendee.time_zone,
        language=attendee.language,
        stop_url=reminders_link(attendee),
    )
