"""A host gives money back, all of it or a part: by hand, at any time, whatever became of the meeting."""

from django.db import transaction
from django.utils.translation import gettext

from timetuna.bookings.errors import NotPossible
from timetuna.payments.actions.apply import locked
from timetuna.payments.actions.refunded import want_refund
from timetuna.payments.actions.settle import settle, settle_later
from timetuna.payments.models import Payment, Refund


def refund(booking_id: int, amount: int, *, by: int) -> Payment:
    """Give so much back (minor units), and see that it is done; where Stripe is away the worker does it later.

    Not to be called inside a transaction. Raises NotPossible with a sentence.
    """
    with transaction.atomic():
        payment = locked(booking_id)
        if amount <= 0:
            raise NotPossible(gettext("Write how much is to go back."))
        if payment.account is None:
            raise NotPossible(
                gettext("Stripe is not connected any more. Give the money back at Stripe itself.")
            )
        if amount > free(payment):
            raise NotPossible(gettext("There is not so much left to be given back."))
        wanted = want_refund(payment, amount, reason=Refund.Reason.HOST, by=by)
        settle_later(payment.booking, name=f"refund:{wanted.pk if wanted else 0}")
    settle(booking_id)
    if wanted is not None:
        wanted.refresh_from_db()
        if wanted.state == Refund.State.FAILED:
            raise NotPossible(gettext("Stripe did not give the money back. Look at the payment at Stripe."))
    return Payment.objects.get(pk=payment.pk)


def free(payment: Payment) -> int:
    """What can still be given back, and is not on its way already."""
    on_its_way = sum(one.amount for one in payment.refunds.filter(state=Refund.State.WAITING))
    return payment.left() - on_its_way
