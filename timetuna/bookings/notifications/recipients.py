"""Who gets the mails of a booking: its guest, its host, and whom the guest brings."""

from dataclasses import dataclass

from timetuna.bookings.links import brought_reminders, stop_reminders
from timetuna.bookings.models import Booking, BookingGuest
from timetuna.bookings.notifications.audiences import GUEST, HOST, further_id
from timetuna.lib.mail import Mailbox

FURTHER = "further"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReader:
    """One of them. role: GUEST, HOST or FURTHER. zone: the name of the zone times are written in.

    stop_url: where they stop what time brings; "" for the host. changed_by: who put a further guest on, or took
    them off.
    """

    role: str
    box: Mailbox
    zone: str
    stop_url: str = ""
    changed_by: str = ""

    def is_guest(self) -> bool:
        """Say whether it is the one who booked."""
        return self.role == GUEST

    def is_host(self) -> bool:
        """Say whether it is the host."""
        return self.role == HOST


def reader_of(booking: Booking, audience: str) -> MailReader:
    """Return who that is. Raises ValueError with a sentence where nobody is known any more."""
    if booking.erased_at is not None and audience != HOST:
        raise ValueError("The guest's data was erased.")
    if audience == HOST:
        box = Mailbox(booking.host.name, booking.host.email)
        return MailReader(role=HOST, box=box, zone=booking.host_time_zone)
    number = further_id(audience)
    if number is None:
        box, stop = Mailbox(booking.guest_name, booking.guest_email), stop_reminders(booking)
        return MailReader(role=GUEST, box=box, zone=booking.guest_time_zone, stop_url=stop)
    row = BookingGuest.objects.filter(booking=booking, pk=number).first()
    if row is None:
        raise ValueError("This guest's data was erased.")
    box, stop = Mailbox(row.name, row.email), brought_reminders(row)
    zone, by = booking.guest_time_zone, row.changed_by
    return MailReader(role=FURTHER, box=box, zone=zone, stop_url=stop, changed_by=by)
