"""What the apps that stand on this one want to be told: they say it through functions they register."""

from collections.abc import Callable
from dataclasses import dataclass

from timetuna.bookings.models import Booking
from timetuna.jobs import queue

AboutHost = Callable[[int], None]
"""It gets the host's id."""
AboutBooking = Callable[[int], None]
"""It gets the booking's id."""
HoldsBack = Callable[[Booking, str], bool]
"""It gets the booking and where the answer comes from."""
Refusal = Callable[[Booking], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingOff:
    """What a host says of a booking that is still to be paid. by: their id.  told: as `actions.cancel` has it."""

    by: int | None
    source: str
    words: str
    told: tuple[str, ...] | None


CallsOff = Callable[[Booking, CallingOff], None]
_leaving: list[AboutHost] = []
_unpaid: list[AboutBooking] = []
_holding_back: list[HoldsBack] = []
_held_back: list[AboutBooking] = []
_restoring: list[Refusal] = []
_calling_off: list[CallsOff] = []
_called_off: list[AboutBooking] = []


def on_host_leaving(listener: AboutHost) -> AboutHost:
    """Have a function called, in the same transaction, before a host is deleted with what is theirs.

    Pages that go to somebody else have gone. Its module is listed in its app's `jobs.py`.
    """
    _leaving.append(listener)
    return listener


def host_leaving(host_id: int) -> None:
    queue.load()
    for listener in _leaving:
        listener(host_id)


def on_unpaid(listener: AboutBooking) -> AboutBooking:
    """Have a function called, once it is committed, for a booking that is still to be paid: its guest waits for it."""
    _unpaid.append(listener)
    return listener


def booked_unpaid(booking_id: int) -> None:
    for listener in _unpaid:
        listener(booking_id)


def on_approving(listener: HoldsBack) -> HoldsBack:
    """Have a function called, in the same transaction, before a host's yes to a request counts.

    It answers whether something else has to be done first, which it sees to, and to the yes afterwards.
    """
    _holding_back.append(listener)
    return listener


def holds_back(booking: Booking, source: str) -> bool:
    """Whether the booking is not confirmed yet although its host has said yes."""
    queue.load()
    return any(listener(booking, source) for listener in _holding_back)


def on_held_back(listener: AboutBooking) -> AboutBooking:
    """Have a function called, once it is committed, that does at once what was to be done first.

    Raises NotPossible where it cannot be done.
    """
    _held_back.append(listener)
    return listener


def held_back(booking_id: int) -> None:
    for listener in _held_back:
        listener(booking_id)


def on_calling_off(listener: CallsOff) -> CallsOff:
    """Have a function called, in the same transaction, when a host calls off what is still to be paid.

    It writes that down and sees to it: the time is free only once nobody can pay.
    """
    _calling_off.append(listener)
    return listener


def calling_off(booking: Booking, said: CallingOff) -> None:
    queue.load()
    for listener in _calling_off:
        listener(booking, said)


def on_called_off(listener: AboutBooking) -> AboutBooking:
    """Have a function called, once it is committed, that does at once what `on_calling_off` wrote down."""
    _called_off.append(listener)
    return listener


def called_off(booking_id: int) -> None:
    for listener in _called_off:
        listener(booking_id)


def on_restoring(listener: Refusal) -> Refusal:
    """Have a function asked whether a cancellation can be taken back: a sentence is a no."""
    _restoring.append(listener)
    return listener


def restore_refusal(booking: Booking) -> str:
    queue.load()
    return next((said for listener in _restoring if (said := listener(booking))), "")
