"""Why a booking was not made or changed. `str()` is the sentence the guest reads."""

import math

from django.http import HttpResponse
from django.utils.translation import gettext

from timetuna.bookings.proofs.needed import Proof
from timetuna.pages.links import LinkState


class BookingRefused(Exception):  # noqa: N818
    """The base of all refusals; nothing was stored."""


class SlotTaken(BookingRefused):
    """The time is not, or no longer, free."""


class FormUsed(BookingRefused):
    """The form's key has already made another booking."""


class TooManyBookings(BookingRefused):
    """More was done than the operator allows. wait: in so many seconds it can be tried again; 0.0: nobody knows."""

    def __init__(self, sentence: str, *, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.wait = wait


class LinkOver(BookingRefused):
    """The page's link opens it no more."""

    def __init__(self, state: LinkState) -> None:
        super().__init__(
            gettext("Your link has been used up or has ended. Ask whoever gave it to you for a new one.")
        )
        self.state = state


def status_of(error: BookingRefused) -> int:
    """Of the answer that says it."""
    return 429 if isinstance(error, TooManyBookings) else 409


def say_when(response: HttpResponse, error: BookingRefused) -> HttpResponse:
    """Let the answer say when it can be tried again, for programs."""
    if isinstance(error, TooManyBookings) and error.wait:
        response["Retry-After"] = str(math.ceil(error.wait))
    return response


class ProofNeeded(BookingRefused):
    """Unusually many bookings are made just now: the form is taken with a proof."""

    def __init__(self, proof: Proof) -> None:
        super().__init__(proof.name)
        self.proof = proof


class PriceChanged(BookingRefused):
    """The form showed another price than the page has now."""


class TooFar(BookingRefused):
    """Further ahead than anything is moved to, whatever a page's rules say."""


class NumberNeeded(BookingRefused):
    """The page wants its guest to show that the phone number is theirs."""


class NotPossible(BookingRefused):
    """The booking is cancelled or over, so that this cannot be done any more."""
