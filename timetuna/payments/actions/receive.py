"""Stripe tells of something: noted once, and settled by the worker, which asks Stripe how it stands."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from timetuna.bookings.events import SYSTEM, BookingEvent, record
from timetuna.jobs.queue import GiveUp, Retry, job
from timetuna.payments.actions.apply import locked
from timetuna.payments.actions.at_stripe import key_for
from timetuna.payments.actions.check_account import look_at_account
from timetuna.payments.actions.refunded import fail_refund
from timetuna.payments.actions.settle import settle_later
from timetuna.payments.models import Payment, Refund, StripeAccount, StripeEvent
from timetuna.payments.queries import payment_of
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.stripe.webhook import StripeCall
from timetuna.stripe import stripe

KEPT_FOR = timedelta(days=45)
"""Stripe repeats for three days by itself, and for thirty by hand."""
_OF_ACCOUNTS = {"account.updated", "account.application.deauthorized", "capability.updated"}
_DISPUTE = {
    "won": gettext_noop("The guest’s bank has left the payment with you."),
    "warning_closed": gettext_noop("The guest’s bank has left the payment with you."),
    "lost": gettext_noop("The guest’s bank has taken the payment back."),
}


def receive(call: StripeCall, *, account: str, now: datetime) -> None:
    """Note the event, and have its payment settled. The same one twice is noted once. account: whose it is."""
    with transaction.atomic():
        _, new = StripeEvent.objects.get_or_create(
            account=account, event_id=call.id, defaults={"received_at": now}
        )
        if not new:
            return
        if call.kind in _OF_ACCOUNTS:
            for row in StripeAccount.objects.filter(stripe_id=account):
                look_at_account.enqueue(key=f"stripe-event:{row.pk}:{call.id}", account_id=row.pk)
        payment = _payment_of(call, account)
        if payment is None:
            return
        settle_later(payment.booking, name=f"event:{call.id}")
        if call.kind in {"charge.refund.updated", "refund.updated", "refund.failed"}:
            look_at_refunds.enqueue(
                key=f"pay:{payment.booking_id}:refunds:{call.id}",
                concurrency=payment.booking.concurrency_key(),
                booking_id=payment.booking_id,
            )
        if call.kind == "charge.dispute.closed" and call.status in _DISPUTE:
            _end_dispute(payment.booking_id, call.status)


def _payment_of(call: StripeCall, account: str) -> Payment | None:
    """None for what is not ours: an account takes other payments, too."""
    named = Q(pk=None)
    if call.session:
        named |= Q(session_id=call.session)
    if call.intent:
        named |= Q(intent_id=call.intent)
    if call.booking:
        named |= Q(booking__public_id=call.booking)
    rows = Payment.objects.select_related("booking").filter(named, stripe_account=account)
    return rows.order_by("pk").first()


def _end_dispute(booking_id: int, outcome: str) -> None:
    """Write down, once, how it ended, in the caller's transaction."""
    payment = locked(booking_id)
    told = payment.booking.history.filter(event=BookingEvent.DISPUTE_ENDED)
    if told.filter(text=_DISPUTE[outcome]).exists():
        return
    payment.disputed = False
    if outcome == "lost":
        payment.state = Payment.State.LOST
    payment.save(update_fields=["disputed", "state"])
    record(payment.booking, BookingEvent.DISPUTE_ENDED, actor=SYSTEM, sentence=_DISPUTE[outcome])


@job("payments.look_at_refunds")
def look_at_refunds(booking_id: int) -> None:
    """See whether one that was given has failed since, as those to closed accounts do. Raises Retry or GiveUp."""
    payment = payment_of(booking_id)
    if payment is None:
        return
    try:
        key = key_for(payment)
        given = payment.refunds.filter(state=Refund.State.DONE).exclude(stripe_id="")
        failed = [one.pk for one in given if stripe().read_refund(key, one.stripe_id).failed]
    except (ProviderError, NeedsReconnect) as error:
        raise (GiveUp if getattr(error, "permanent", True) else Retry)(str(error)) from error
    with transaction.atomic():
        locked(booking_id)
        rows = Refund.objects.select_related("payment__booking")
        for one in rows.filter(pk__in=failed, state=Refund.State.DONE):
            fail_refund(one, "Stripe could not give the money back.")


@job("payments.forget_events", every=timedelta(days=1))
def forget_events() -> None:
    StripeEvent.objects.filter(received_at__lt=timezone.now() - KEPT_FOR).delete()
