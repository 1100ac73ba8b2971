"""Who hears of a booking, by the names under which mails and reminders are written down for them."""

from timetuna.bookings.models import Attendee, Booking
from timetuna.web.paths import row_number

HOST = "host"
_ATTENDEE = "attendee-"


def both(booking: Booking) -> tuple[str, ...]:
    """Return who booked and the host."""
    return audience_of(booking.booker), HOST


def booker_alone(booking: Booking) -> tuple[str, ...]:
    """Return who booked."""
    return (audience_of(booking.booker),)


def everybody(booking: Booking) -> tuple[str, ...]:
    """Return who hears of the booking."""
    booker, *others = guests_of(booking)
    return booker, HOST, *others


def guests_of(booking: Booking) -> tuple[str, ...]:
    """Return all on the guest's side who take part, who booked first."""
    attendees = Attendee.objects.filter(booking_id=booking.pk, active=True)
    return tuple(audience_of(attendee) for attendee in attendees.order_by("-is_booker", "pk").only("pk"))


def audience_of(attendee: Attendee) -> str:
    """Return what somebody on the guest's side is called among the readers of mails."""
    return f"{_ATTENDEE}{attendee.pk}"


def attendee_id(audience: str) -> int | None:
    """Return whose name `audience_of` made this; None for the host."""
    number = audience.removeprefix(_ATTENDEE)
    return row_number(number) if number != audience else None
