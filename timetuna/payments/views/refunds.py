"""A host gives money back by hand."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.views.host.booking import post_or_back
from timetuna.l10n import money
from timetuna.payments.actions.refund import free, refund
from timetuna.payments.models import Payment
from timetuna.payments.permissions import refundable_or_404


@post_or_back
@login_required
def give_back(request: HttpRequest, booking_id: int) -> HttpResponse:
    """All that is left, or as much as is typed."""
    payment = refundable_or_404(request, booking_id)
    try:
        amount = _amount(payment, request.POST.get("amount", ""))
        refund(booking_id, amount, by=signed_in(request).pk)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        said = gettext("%(amount)s go back to your guest, who is told by mail.")
        messages.success(request, said % {"amount": money.in_words(amount, payment.currency)})
    return redirect("booking", booking_id)


def _amount(payment: Payment, typed: str) -> int:
    """Raises NotPossible for what is no amount."""
    if not typed.strip():
        return free(payment)
    try:
        return money.parse_amount(typed, payment.currency)
    except money.AmountError:
        raise NotPossible(gettext("Write an amount, such as 20 or 19.50.")) from None
