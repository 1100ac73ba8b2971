"""Money that goes back: wanted, given, and what went back at Stripe without us. All of it stands in the history."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import translation

from timetuna.bookings.actions.host_time import lock_hosts_of
from timetuna.bookings.events import HOST, SYSTEM, BookingEvent, record
from timetuna.l10n import money
from timetuna.payments.models import TAKEN, Payment, Refund
from timetuna.providers.stripe.facts import ChargeFacts

State = Payment.State
_KEYS_KEPT = timedelta(hours=23)
"""For so long Stripe knows for sure that it was asked with a key before."""


def want_refund(payment: Payment, amount: int, *, reason: Refund.Reason) -> Refund | None:
    """Write down that so much is to go back, under the booking's lock. None where there is nothing left to give."""
    amount = min(amount, payment.left() - _waiting(payment))
    if amount <= 0:
        return None
    return Refund.objects.create(payment=payment, amount=amount, reason=reason)


def _waiting(payment: Payment) -> int:
    return _sum_of(payment, Refund.State.WAITING)


def _sum_of(payment: Payment, state: Refund.State) -> int:
    return payment.refunds.filter(state=state).aggregate(all=Sum("amount"))["all"] or 0


def mark_refund(refund_id: int, *, stripe_id: str, problem: str, now: datetime) -> None:
    """Write down how a refund went; a second time changes nothing. problem: why nothing went back, else ""."""
    with transaction.atomic():
        refund = Refund.objects.select_related("payment__booking").get(pk=refund_id)
        lock_hosts_of(refund.payment.booking_id)
        refund.refresh_from_db()
        if refund.state != Refund.State.WAITING:
            return
        refund.stripe_id, refund.problem, refund.done_at = stripe_id, problem, now
        refund.state = Refund.State.FAILED if problem else Refund.State.DONE
        refund.save()
        _tell(refund)
        payment = Payment.objects.select_related("booking").get(pk=refund.payment_id)
        _sum_up(payment)
        payment.save(update_fields=["refunded", "state"])


def give_up_refunds(booking_id: int, problem: str, *, now: datetime) -> None:
    """Tell hosts that what they wanted to give back did not go: it does not go by itself once they have forgotten it.

    What a rule gives back, and what was paid too late, still waits.
    """
    waiting = Refund.objects.filter(
        payment__booking=booking_id, state=Refund.State.WAITING, reason=Refund.Reason.HOST
    )
    for refund in waiting:
        mark_refund(refund.pk, stripe_id="", problem=problem[:300], now=now)


def drop_capture(payment: Payment, why: str) -> None:
    """Take a host's yes back that Stripe did not let happen: the request still waits, and its host is told why."""
    with transaction.atomic():
        lock_hosts_of(payment.booking_id)
        row = Payment.objects.select_related("booking").get(pk=payment.pk)
        if row.capture:
            row.capture, row.problem = {}, why[:300]
            row.save(update_fields=["capture", "problem"])
            record(row.booking, BookingEvent.CAPTURE_FAILED, actor=SYSTEM, why=why)


def fail_refund(refund: Refund, problem: str) -> None:
    """Take down that one which was on its way did not arrive, in the caller's transaction, under the booking's lock."""
    refund.state, refund.problem = Refund.State.FAILED, problem
    refund.save(update_fields=["state", "problem"])
    _tell(refund)
    _sum_up(refund.payment)
    refund.payment.save(update_fields=["refunded", "state"])


def count_refunds(payment: Payment, charge: ChargeFacts, *, now: datetime) -> None:
    """Write down what went back without us, and that a bank disputes it, under the booking's lock; the caller saves."""
    known = _sum_of(payment, Refund.State.DONE)
    _find_given(payment, charge.refunded - known, now)
    if not payment.refunds.filter(state=Refund.State.WAITING).exists():
        elsewhere = charge.refunded - _sum_of(payment, Refund.State.DONE)
        if elsewhere > 0 and payment.state in TAKEN:
            outside = Refund.objects.create(
                payment=payment,
                amount=elsewhere,
                reason=Refund.Reason.OUTSIDE,
                state=Refund.State.DONE,
                done_at=now,
            )
            _tell(outside)
    if charge.disputed and not payment.disputed and not _dispute_ended(payment):
        payment.disputed = True
        record(payment.booking, BookingEvent.DISPUTED, actor=SYSTEM, payment=payment.pk)
    _sum_up(payment)


def _dispute_ended(payment: Payment) -> bool:
    """Stripe's charge says for ever that it was disputed."""
    return payment.booking.history.filter(event=BookingEvent.DISPUTE_ENDED).exists()


def _find_given(payment: Payment, unaccounted: int, now: datetime) -> None:
    """Those asked for so long ago that their keys are forgotten, and there: asked again they would go back twice."""
    old = payment.refunds.filter(state=Refund.State.WAITING, created_at__lt=now - _KEYS_KEPT)
    for refund in old:
        if refund.amount <= unaccounted:
            refund.state, refund.done_at = Refund.State.DONE, now
            refund.save(update_fields=["state", "done_at"])
            unaccounted -= refund.amount
            _tell(refund)


def _sum_up(payment: Payment) -> None:
    payment.refunded = _sum_of(payment, Refund.State.DONE)
    if payment.state in TAKEN:
        whole = payment.refunded >= payment.total()
        payment.state = State.REFUNDED if whole else State.PARTLY_REFUNDED if payment.refunded else State.PAID


def tell_came(payment: Payment) -> None:
    """That the money is there, in the history, under the booking's lock."""
    record(
        payment.booking,
        BookingEvent.MONEY_CAME,
        actor=SYSTEM,
        amount=_said(payment.total(), payment.currency),
    )


def _said(amount: int, currency: str) -> str:
    """As the history keeps it."""
    with translation.override(settings.LANGUAGE_CODE):
        return money.in_words(amount, currency)


def _tell(refund: Refund) -> None:
    """Into the history of the booking; who listens mails."""
    payment, outside = refund.payment, refund.reason == Refund.Reason.OUTSIDE
    amount = _said(refund.amount, payment.currency)
    event = BookingEvent.REFUNDED_AT_STRIPE if outside else BookingEvent.REFUNDED
    if refund.state == Refund.State.FAILED:
        event = BookingEvent.REFUND_FAILED
    by_host = refund.reason == Refund.Reason.HOST
    record(
        payment.booking,
        event,
        actor=HOST if by_host else SYSTEM,
        amount=amount,
        why=refund.problem,
        refund=refund.pk,
        gone=refund.reason == Refund.Reason.GONE,
        by=refund.by_id if by_host else None,
    )
