"""Who gets the mails of a booking: its host, and everybody on the guest's side."""

from dataclasses import dataclass

from django.conf import settings

from timetuna.bookings.links import reminders_link
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.audiences import attendee_id, host_id_of, is_host
from timetuna.lib.mail import Mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One of them. zone: the name of the zone times are written in.

    attendee: None is a host, `host_id`.  beside: others host it, too.
    stop_url: where they stop what time brings; "" for hosts.
    """

    box: Mailbox
    zone: str
    language: str = settings.LANGUAGE_CODE
    attendee: Attendee | None = None
    host_id: int = 0
    beside: bool = False
    stop_url: str = ""

    def is_booker(self) -> bool:
        """Say whether it is the one who booked."""
        return self.attendee is not None and self.attendee.is_booker

    def is_host(self) -> bool:
        """Say whether it is a host."""
        return self.attendee is None


def recipient_of(booking: Booking, audience: str) -> Recipient:
    """Return who that is. Raises ValueError with a sentence where nobody is known any more."""
    if is_host(audience):
        return _host(booking, host_id_of(audience) or booking.host_id)
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


def _host(booking: Booking, host_id: int) -> Recipient:
    """Return one of the hosts, who reads by their own clock. A sample has no rows but its page's owner."""
    rows = {row.host_id: row for row in booking.booking_hosts.select_related("host")}
    if host_id not in rows and (rows or host_id != booking.host_id):
        raise ValueError("They do not host this meeting any more.")
    host, zone = booking.host, booking.host_time_zone
    if host_id in rows:
        host, zone = rows[host_id].host, rows[host_id].time_zone
    return Recipient(box=Mailbox(host.name, host.email), zone=zone, host_id=host_id, beside=len(rows) > 1)
