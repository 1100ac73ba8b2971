"""Why a booking was not made or changed. `str()` is the sentence the guest reads."""

from timetuna.bookings.proofs.needed import Proof


class BookingRefused(Exception):  # noqa: N818
    """The base of all refusals; nothing was stored."""


class SlotTaken(BookingRefused):
    """The time is not, or no longer, free."""


class FormUsed(BookingRefused):
    """The form's key has already made another booking."""


class TooManyBookings(BookingRefused):
    """The address has booked more than the operator allows."""


class ProofNeeded(BookingRefused):
    """Unusually many bookings are made just now: the form is taken with a proof."""

    def __init__(self, proof: Proof) -> None:
        super().__init__(proof.name)
        self.proof = proof


class NotPossible(BookingRefused):
    """The booking is cancelled or over, so that this cannot be done any more."""
