"""Who hears of a booking, by the names under which mails and reminders are written down for them."""

from timetuna.bookings.models import Attendee, Booking, BookingHost
from timetuna.web.forms import row_number

HOST = "host"
"""The organizer; what is written down for one host among others has the host's own name."""
_ATTENDEE, _OF_HOST = "attendee-", "host-"


def both(booking: Booking) -> tuple[str, ...]:
    """Return who booked and the hosts."""
    return audience_of(booking.booker), *hosts_of(booking)


def booker_alone(booking: Booking) -> tuple[str, ...]:
    """Return who booked."""
    return (audience_of(booking.booker),)


def everybody(booking: Booking) -> tuple[str, ...]:
    """Return who hears of the booking."""
    booker, *others = guests_of(booking)
    return booker, *hosts_of(booking), *others


def hosts_of(booking: Booking) -> tuple[str, ...]:
    """Return all hosts of the booking, the organizer first."""
    rows = BookingHost.objects.filter(booking_id=booking.pk).order_by("host").values_list("host", flat=True)
    return tuple(map(of_host, sorted(rows, key=lambda host_id: host_id != booking.host_id)))


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


def of_host(host_id: int) -> str:
    """Return what one of the hosts is called among the readers of mails."""
    return f"{_OF_HOST}{host_id}"


def host_id_of(audience: str) -> int | None:
    """Return whose name `of_host` made this; None for everybody else."""
    number = audience.removeprefix(_OF_HOST)
    return row_number(number) if number != audience else None


def is_host(audience: str) -> bool:
    """Say whether its mails are read by a host."""
    return audience == HOST or host_id_of(audience) is not None
