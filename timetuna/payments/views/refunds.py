"""A host gives money back by hand."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.views.host.booking import post_or_back
from timetuna.l10n import money
from timetuna.payments.actions.refund import refund
from timetuna.payments.models import Payment, Refund
from timetuna.payments.permissions import refundable_or_404


@post_or_back
@login_required
def give_back(request: HttpRequest, booking_id: int) -> HttpResponse:
    """As much as is typed, and once however often the form comes."""
    payment = refundable_or_404(request, booking_id)
    try:
        amount = _amount(payment, request.POST.get("amount", ""))
        form = _form(request.POST.get("once", ""))
        given = refund(booking_id, amount, by=signed_in(request).pk, form=form)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        _say(request, given)
    return redirect("booking", booking_id)


def _say(request: HttpRequest, given: Refund) -> None:
    amount = {"amount": money.in_words(given.amount, given.payment.currency)}
    if given.state == Refund.State.WAITING:
        said = gettext("%(amount)s waits to go back to your guest. It is tried again by itself.")
        messages.warning(request, said % amount)
    else:
        said = gettext("%(amount)s goes back to your guest, who is told by mail.")
        messages.success(request, said % amount)


def _form(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def _amount(payment: Payment, typed: str) -> int:
    """Raises NotPossible for what is no amount."""
    try:
        return money.parse_amount(typed, payment.currency)
    except money.UnclearError as error:
        raise NotPossible(error.sentence()) from None
    except money.AmountError:
        raise NotPossible(gettext("Write an amount, such as 20 or 19.50.")) from None
