"""Who may give money back: whoever is paid, and who runs the page that was booked. Hosts beside them may not.

An account at Stripe is its host's alone.
"""

from django.http import Http404, HttpRequest

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.bookings.models import Booking
from timetuna.bookings.permissions import BookingAction, booking_or_404
from timetuna.pages.permissions import Action, pages_for
from timetuna.payments.models import Payment, StripeAccount
from timetuna.payments.queries import payment_of


def own_account(request: HttpRequest) -> StripeAccount | None:
    """Of whoever is signed in."""
    return StripeAccount.objects.filter(host=signed_in(request)).first()


def may_refund(user: User, booking: Booking, payment: Payment) -> bool:
    """Of somebody who may read the booking."""
    run = pages_for(user, to=Action.ASSIGN)
    return payment.payee_id == user.pk or run.filter(pk=booking.page_id or 0).exists()


def refundable_or_404(request: HttpRequest, booking_id: int) -> Payment:
    """Raises Http404 for everybody else, and for what costs nothing."""
    booking = booking_or_404(request, booking_id, to=BookingAction.READ)
    payment = payment_of(booking.pk)
    if payment is None or not may_refund(signed_in(request), booking, payment):
        raise Http404
    return payment
