"""A guest goes to where they pay, and comes back: both ask Stripe how it stands, and lead on."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from timetuna.bookings.events import Status
from timetuna.bookings.models import Attendee
from timetuna.bookings.policies import attendee_or_404
from timetuna.bookings.queries import link_path
from timetuna.bookings.visitor import onward
from timetuna.payments.actions.settle import settle
from timetuna.payments.models import Payment
from timetuna.payments.queries import payment_of
from timetuna.rate_limits.limits import Limit, spend
from timetuna.web.forms import private

LOOKS = Limit("payment-looks", (20, 60), (200, 3_600))
"""At Stripe, for one booking; beyond them what is known counts."""


@require_safe
def pay(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001
    """To Stripe's page; to the booking's, which says why, where there is nothing to be paid."""
    attendee = attendee_or_404(token)
    payment = payment_of(attendee.booking_id)
    if payment is not None and attendee.is_booker and not payment.session_url:
        payment = _settled(attendee)
    if payment is None or not attendee.is_booker or payment.booking.status != Status.AWAITING_PAYMENT:
        return private(HttpResponseRedirect(link_path(attendee)))
    return private(HttpResponseRedirect(payment.session_url or link_path(attendee)))


@require_safe
def paid(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001
    """From Stripe's page; a late webhook is no stuck guest."""
    attendee = attendee_or_404(token)
    payment = _settled(attendee) if attendee.is_booker else None
    return private(HttpResponseRedirect(_next_page(attendee, payment)))


def _next_page(attendee: Attendee, payment: Payment | None) -> str:
    """The booking's own, or once it is paid where the page's host leads on."""
    booking = attendee.booking
    is_paid = payment is not None and not payment.session_url and not payment.booking.is_off()
    if is_paid and booking.page and onward(booking.page, "", booking.public_id):
        return link_path(attendee, "booked_onward")
    return link_path(attendee)


def _settled(attendee: Attendee) -> Payment | None:
    if spend(LOOKS, str(attendee.booking_id)):
        return payment_of(attendee.booking_id)
    return settle(attendee.booking_id)
