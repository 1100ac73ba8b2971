"""Who hears of a booking, by the names under which mails and reminders are written down for them."""

from timetuna.bookings.models import Booking, BookingGuest
from timetuna.web.paths import row_number

GUEST, HOST = "guest", "host"
BOTH = (GUEST, HOST)
_FURTHER = "guest-"


def everybody(booking: Booking) -> tuple[str, ...]:
    """Return who hears of the booking."""
    return (*BOTH, *all_further(booking))


def all_further(booking: Booking) -> tuple[str, ...]:
    """Return whom the guest brings, in the order they were named."""
    others = BookingGuest.objects.filter(booking_id=booking.pk, active=True).values_list("pk", flat=True)
    return tuple(further(pk) for pk in others)


def further(guest_id: int) -> str:
    """Return what somebody whom the guest brings is called among the readers of mails."""
    return f"{_FURTHER}{guest_id}"


def further_id(audience: str) -> int | None:
    """Return whose name `further` made this; None for guest and host."""
    number = audience.removeprefix(_FURTHER)
    return row_number(number) if number != audience else None
