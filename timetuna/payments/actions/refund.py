"""A host gives money back, all of it or a part: by hand, at any time, whatever became of the meeting."""

from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext

from timetuna.bookings.charge import refund_problem
from timetuna.bookings.errors import NotPossible
from timetuna.l10n.retold import retold
from timetuna.payments.actions.apply import locked
from timetuna.payments.actions.settle import settle, settle_later
from timetuna.payments.models import Payment, Refund, new_key


def refund(booking_id: int, amount: int, *, by: int, form: UUID | None = None) -> Refund:
    """Give so much back (minor units), and see that it is done; where Stripe is away the worker does it later.

    form: the same one again is the same refund, of the amount it was.
    Not to be called inside a transaction. Raises NotPossible with a sentence.
    """
    with transaction.atomic():
        payment = locked(booking_id)
        key = str(uuid5(form, str(payment.pk))) if form else new_key()
        wanted = payment.refunds.filter(key=key).first() or _want(payment, amount, by=by, key=key)
    settle(booking_id)
    done = Refund.objects.select_related("payment").get(pk=wanted.pk)
    if done.state == Refund.State.FAILED:
        raise NotPossible(gettext("Nothing went back to your guest. %(why)s") % {"why": retold(done.problem)})
    return done


def _want(payment: Payment, amount: int, *, by: int, key: str) -> Refund:
    if amount <= 0:
        raise NotPossible(gettext("Write how much is to go back."))
    problem = refund_problem(payment.booking)
    if problem:
        raise NotPossible(problem)
    if amount > payment.left():
        raise NotPossible(gettext("There is not so much left to be given back."))
    wanted = Refund.objects.create(
        payment=payment, amount=amount, reason=Refund.Reason.HOST, by_id=by, key=key
    )
    settle_later(payment.booking, name=f"refund:{wanted.pk}")
    return wanted
