"""All kinds of messages about a booking, by name. Each says all of itself in one object of the files here."""

from timetuna.bookings.events import Status
from timetuna.bookings.notifications.kinds import bookings, money, people, requests, timed
from timetuna.bookings.notifications.telling import MessageKind

_ALL = (*bookings.KINDS, *requests.KINDS, *people.KINDS, *money.KINDS, *timed.KINDS)
KINDS: dict[str, MessageKind] = {kind.name: kind for kind in _ALL}
FIRST_KINDS = tuple(kind.name for kind in _ALL if kind.is_first)
AGAIN = "again"
"""Whatever kind says how the booking stands when it is sent."""
SAYS = {
    Status.PENDING: requests.REQUESTED,
    Status.CONFIRMED: bookings.CONFIRMED,
    Status.DECLINED: requests.DECLINED,
    Status.LAPSED: requests.LAPSED,
    Status.WITHDRAWN: requests.WITHDRAWN,
    Status.CANCELLED_BY_GUEST: bookings.CANCELLED,
    Status.CANCELLED_BY_HOST: bookings.CANCELLED,
}
