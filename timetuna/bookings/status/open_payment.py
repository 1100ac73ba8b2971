"""What a host is told of a booking that its guest has still to pay."""

from dataclasses import dataclass

from timetuna.bookings.charge import is_called_off
from timetuna.bookings.events import Status
from timetuna.bookings.models import Booking
from timetuna.bookings.status.rows import Reader
from timetuna.l10n import datetimes


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPayment:
    """Until when it can be paid, and how long that is. called_off: its host does not want it any more."""

    until: str
    left: str
    called_off: bool


def open_payment(row: Booking, reader: Reader) -> OpenPayment | None:
    """None of any other booking."""
    if row.status != Status.AWAITING_PAYMENT:
        return None
    until = row.pending_until or row.start_at
    return OpenPayment(
        until=datetimes.dated(until, zone=reader.zone, now=reader.now, begins=False),
        left=datetimes.distance(until, now=reader.now),
        called_off=is_called_off(row),
    )
