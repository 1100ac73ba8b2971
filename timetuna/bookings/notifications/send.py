"""Sends one mail of a booking."""

from typing import TYPE_CHECKING, cast

from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.compose import letter
from timetuna.bookings.notifications.recipients import attendee_id
from timetuna.bookings.queries import with_booker
from timetuna.jobs.queue import MAIL, GiveUp, job
from timetuna.mail import deliver

if TYPE_CHECKING:
    from timetuna.bookings.notifications.booking_messages import Kind


@job("bookings.mail", lane=MAIL)
def send_mail(booking_id: int, *, kind: str, audience: str, revision: int, tag: str = "") -> None:
    """Compose from what is true now, and hand it to the mail server. Raises Retry or GiveUp with a sentence.

    A mail that waited while the booking changed again is not sent: the later change has its own. Only who was taken
    off is in none of the later ones, and is told all the same. tag: see `letter`.
    """
    booking = with_booker(Booking.objects.select_related("host", "page")).filter(pk=booking_id).first()
    if booking is None or (booking.revision != revision and not _is_off(booking, kind, audience)):
        return
    try:
        mail = letter(booking, kind=cast("Kind", kind), audience=audience, tag=tag)
    except ValueError as error:
        raise GiveUp(f"Mail not sent: {error}") from error
    deliver(mail)


def _is_off(booking: Booking, kind: str, audience: str) -> bool:
    off = booking.attendees.filter(active=False, pk=attendee_id(audience) or 0)
    return kind == "uninvited" and off.exists()
