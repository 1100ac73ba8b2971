"""Payment and booking are brought to where the money is: the one way by which anything that Stripe says has an effect.

Whoever hears of a payment (the guest who comes back, a webhook, the clock, a button) has it settled. Stripe is asked
how it stands, and that is applied under the booking's lock; then what is still to be done at Stripe is done, with keys
by which the same thing asked twice is done once. All of it can be stopped anywhere and begun anew.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from timetuna.availability.interval import minute_of
from timetuna.bookings.events import Status
from timetuna.bookings.models import Booking
from timetuna.jobs.queue import GiveUp, Retry, job, tried_since
from timetuna.lib.text import spoken
from timetuna.payments.actions.apply import Due, apply, end_unknown, end_unpayable
from timetuna.payments.actions.at_stripe import ask_stripe, capture, expire, give_back, release
from timetuna.payments.actions.problems import note_problem, note_well
from timetuna.payments.actions.refunded import give_up_refunds
from timetuna.payments.models import Payment, Refund
from timetuna.payments.queries import payment_of
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.stripe.provider import StripeRefused

log = logging.getLogger("timetuna.payments")
_MOST_STEPS, _AT_ONCE = 8, 200
_LATE, _STUCK = timedelta(minutes=10), timedelta(hours=2)
_TRIED_FOR, _WHILE_TAKEN = timedelta(days=30), timedelta(minutes=1)
_CARRY_OUT: dict[Due, Callable[[Payment], None]] = {
    Due.EXPIRE: expire,
    Due.CAPTURE: capture,
    Due.RELEASE: release,
    Due.REFUND: give_back,
}


def settle_later(booking: Booking, *, name: str) -> None:
    """Have it settled by the worker, in the caller's transaction. name: the same one twice is one job."""
    settle_payment.enqueue(
        key=f"pay:{booking.pk}:{name}", concurrency=booking.concurrency_key(), booking_id=booking.pk
    )


def settle_in_the_end(booking: Booking) -> None:
    """Have it settled, too, when the time for it is up, in the caller's transaction."""
    until = booking.pending_until
    if until is not None:
        settle_payment.enqueue(
            key=f"pay:{booking.pk}:end:{minute_of(until)}",
            concurrency=booking.concurrency_key(),
            at=until,
            booking_id=booking.pk,
            last=1,
        )


@job("payments.settle")
def settle_payment(booking_id: int, *, last: int = 0) -> None:
    """Raises Retry or GiveUp, with a sentence, while Stripe does not do what is to be done.

    While a time is taken for it, it is tried every minute; else ever more seldom, and for some weeks.
    last: it is looked at when the time is up, also where somebody had it done sooner.
    """
    now = timezone.now()
    try:
        settle_fully(booking_id, now=now)
        payment = payment_of(booking_id) if last else None
        until = payment.booking.pending_until if payment else None
        if payment and until and until > now and payment.booking.status == Status.AWAITING_PAYMENT:
            raise Retry(spoken("This waits for its guest to pay."), at=until)
    except (ProviderError, NeedsReconnect) as error:
        payment, later = payment_of(booking_id), getattr(error, "retry_after", None)
        if payment is not None and payment.booking.status == Status.AWAITING_PAYMENT:
            raise Retry(str(error), at=later or now + _WHILE_TAKEN) from error
        if payment is None or getattr(error, "permanent", False) or now > tried_since() + _TRIED_FOR:
            give_up_refunds(booking_id, str(error), now=now)
            raise GiveUp(str(error)) from error
        raise Retry(str(error), at=later) from error


@job("payments.look_after", every=timedelta(minutes=10))
def look_after() -> None:
    """Have those settled of which nobody has heard although their time is up: whatever has ended the work on them."""
    now = timezone.now()
    late = Q(booking__status=Status.AWAITING_PAYMENT, booking__pending_until__lt=now - _LATE)
    stuck = Q(refunds__state=Refund.State.WAITING, refunds__created_at__lt=now - _STUCK)
    for payment in Payment.objects.select_related("booking").filter(late | stuck).distinct()[:_AT_ONCE]:
        settle_later(payment.booking, name=f"late:{now:%Y%m%d%H}")


def settle(booking_id: int) -> Payment | None:
    """Settle it now, for somebody who waits; what hinders it is tried again by the worker. None: it costs nothing."""
    try:
        settle_fully(booking_id, now=timezone.now())
    except (ProviderError, NeedsReconnect) as error:
        log.warning("payment of booking %s not settled: %s", booking_id, error.code)
    return payment_of(booking_id)


def settle_fully(booking_id: int, *, now: datetime) -> None:
    """Until there is nothing to be done. Raises ProviderError, NeedsReconnect."""
    for _ in range(_MOST_STEPS):
        payment = payment_of(booking_id)
        if payment is None or is_over(payment):
            return
        try:
            facts = ask_stripe(payment, now=now)
            due = apply(booking_id, facts, now=now)
            if due is Due.NOTHING:
                note_well(payment)
                return
            _CARRY_OUT[due](payment_of(booking_id) or payment)
        except (ProviderError, NeedsReconnect) as error:
            note_problem(payment, error, now=now)
            _free_time(payment, error, now)
            if isinstance(error, NeedsReconnect) or error.permanent:
                give_up_refunds(booking_id, str(error), now=now)
            raise
    raise ProviderError("Stripe says something else each time.", code="stripe:unsteady")


def _free_time(payment: Payment, error: ProviderError | NeedsReconnect, now: datetime) -> None:
    """Where nobody can pay for it, or nobody has said for hours whether somebody has."""
    if isinstance(error, StripeRefused | NeedsReconnect) and not payment.session_id:
        end_unpayable(payment.booking_id)
    end_unknown(payment.booking_id, now=now)


def is_over(payment: Payment) -> bool:
    """Whether nothing can follow any more: nobody has paid, and nobody can."""
    return payment.state in {Payment.State.EXPIRED, Payment.State.RELEASED} and payment.booking.is_off()
