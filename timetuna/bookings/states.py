"""How a booking stands, and the one table of what may follow what.

`docs/booking-states.md` is drawn from it: `python -m timetuna.bookings.tests.drawing` draws it anew.
"""

from dataclasses import dataclass
from datetime import datetime

from timetuna.bookings.events import GUEST, HOST, SYSTEM, BookingEvent, record
from timetuna.bookings.models import TAKES_TIME, Booking

Status = Booking.Status
OFF = frozenset(Status) - TAKES_TIME
"""It does not take place, and its time is free."""
CALLED_OFF = frozenset({Status.CANCELLED_BY_GUEST, Status.CANCELLED_BY_HOST})
"""It was a booking, of which people were told; the others that are off never became one."""
REQUESTS = frozenset({Status.PENDING, Status.DECLINED, Status.LAPSED, Status.WITHDRAWN})
"""It waits for its host's answer, or has ended without a yes."""
ENDED_BY = {
    Status.WITHDRAWN: GUEST,
    Status.CANCELLED_BY_GUEST: GUEST,
    Status.DECLINED: HOST,
    Status.CANCELLED_BY_HOST: HOST,
    Status.LAPSED: SYSTEM,
}
CANCELLED_BY = {GUEST: Status.CANCELLED_BY_GUEST, HOST: Status.CANCELLED_BY_HOST}


@dataclass(frozen=True, slots=True)
class Transition:
    """Who may bring a booking from one state into another, and the event that is recorded. start None: it is made."""

    start: Status | None
    to: Status
    by: str
    event: BookingEvent


TRANSITIONS = (
    Transition(None, Status.CONFIRMED, GUEST, BookingEvent.BOOKED),
    Transition(None, Status.PENDING, GUEST, BookingEvent.REQUESTED),
    Transition(None, Status.AWAITING_PAYMENT, GUEST, BookingEvent.PAYMENT_AWAITED),
    Transition(None, Status.AWAITING_PHONE, GUEST, BookingEvent.PHONE_AWAITED),
    Transition(Status.AWAITING_PAYMENT, Status.CONFIRMED, SYSTEM, BookingEvent.PAID),
    Transition(Status.AWAITING_PAYMENT, Status.PENDING, SYSTEM, BookingEvent.PAID),
    Transition(Status.AWAITING_PAYMENT, Status.LAPSED, SYSTEM, BookingEvent.LAPSED),
    Transition(Status.AWAITING_PAYMENT, Status.WITHDRAWN, GUEST, BookingEvent.WITHDRAWN),
    Transition(Status.AWAITING_PHONE, Status.CONFIRMED, GUEST, BookingEvent.PHONE_CONFIRMED),
    Transition(Status.AWAITING_PHONE, Status.PENDING, GUEST, BookingEvent.PHONE_CONFIRMED),
    Transition(Status.AWAITING_PHONE, Status.LAPSED, SYSTEM, BookingEvent.LAPSED),
    Transition(Status.AWAITING_PHONE, Status.WITHDRAWN, GUEST, BookingEvent.WITHDRAWN),
    Transition(Status.PENDING, Status.CONFIRMED, HOST, BookingEvent.APPROVED),
    Transition(Status.PENDING, Status.DECLINED, HOST, BookingEvent.DECLINED),
    Transition(Status.PENDING, Status.LAPSED, SYSTEM, BookingEvent.LAPSED),
    Transition(Status.PENDING, Status.WITHDRAWN, GUEST, BookingEvent.WITHDRAWN),
    Transition(Status.CONFIRMED, Status.CANCELLED_BY_GUEST, GUEST, BookingEvent.CANCELLED),
    Transition(Status.CONFIRMED, Status.CANCELLED_BY_HOST, HOST, BookingEvent.CANCELLED),
    Transition(Status.DECLINED, Status.PENDING, HOST, BookingEvent.RESTORED),
    Transition(Status.CANCELLED_BY_HOST, Status.CONFIRMED, HOST, BookingEvent.RESTORED),
)


class ForbiddenChangeError(Exception):
    """A fault of ours: the table has no such transition. What people may race for is asked before."""


def transition(start: str | None, to: Status, *, actor: str) -> Transition:
    """Raises ForbiddenChangeError where the table has none."""
    for one in TRANSITIONS:
        if (one.start, one.to, one.by) == (start, to, actor):
            return one
    raise ForbiddenChangeError(f"No {actor} brings a booking from {start or 'nothing'} to {to}.")


def change_state(
    booking: Booking, to: Status, *, actor: str, source: str = "", words: str = "", **facts: object
) -> None:
    """Bring the booking into another state, take or free its time, and record it, in the caller's transaction.

    The booking is as it is once its hosts' rows are locked. source, words, facts: see `events.record`.
    Raises ForbiddenChangeError.
    """
    change = transition(booking.status, to, actor=actor)
    booking.status, booking.revision, booking.cancel_note = to, booking.revision + 1, words
    booking.save(update_fields=["status", "revision", "cancel_note", "pending_until"])
    booking.booking_hosts.update(active=to in TAKES_TIME)
    changes = {"status": (str(change.start), str(to))}
    record(booking, change.event, actor=actor, source=source, words=words, changes=changes, **facts)


def ended_by(booking: Booking) -> str:
    """Guest, host or system; "" while it stands."""
    return ENDED_BY.get(Status(booking.status), "")


def ahead(booking: Booking, *, now: datetime) -> bool:
    """Whether the meeting takes place and is not over."""
    return booking.status == Status.CONFIRMED and booking.end_at() > now
