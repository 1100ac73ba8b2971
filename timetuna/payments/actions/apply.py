"""What Stripe says of a payment is applied to it and to its booking, under the booking's lock: see `settle`."""

import logging
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from timetuna.bookings.actions.answer_request import answer_until, confirm
from timetuna.bookings.actions.host_time import lock_hosts_of
from timetuna.bookings.events import CALLED_OFF, HOST, SYSTEM, Status, change_state
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.telling import booker_alone
from timetuna.bookings.said_to_hosts import BEFORE_PAID
from timetuna.payments.actions.refunded import count_refunds, tell_came, want_refund
from timetuna.payments.models import TAKEN, Payment, Refund
from timetuna.providers.stripe.facts import SessionFacts

log = logging.getLogger("timetuna.payments")
State = Payment.State
_MARGIN = timedelta(hours=1)
"""So long before what is set aside lapses its host has to have answered."""
UNKNOWN_FOR = timedelta(hours=2)
"""After so long nobody waits any more for what Stripe says: pages to pay on have ended long before."""


class Due(StrEnum):
    """What is to be done at Stripe next."""

    NOTHING = ""
    EXPIRE = "expire"
    CAPTURE = "capture"
    RELEASE = "release"
    REFUND = "refund"


@transaction.atomic
def apply(booking_id: int, facts: SessionFacts | None, *, now: datetime) -> Due:
    """Write down what is known, and bring the booking to where the money is. facts: None where nobody could pay."""
    payment = locked(booking_id)
    came = facts is not None and _write_down(payment, facts, now=now)
    booking = payment.booking
    if booking.status == Status.AWAITING_PAYMENT:
        due = _awaiting(payment, facts, now)
    elif booking.status == Status.PENDING:
        due = _pending(payment, facts)
    elif booking.is_off():
        due = _off(payment, facts, now)
    else:
        due = Due.NOTHING
    if came:
        tell_came(payment)
    if facts is not None and facts.intent and facts.intent.charge:
        count_refunds(payment, facts.intent.charge, now=now)
    if booking.status != Status.AWAITING_PAYMENT:
        payment.session_url = ""
    if booking.erased_at is not None:
        forget_pages(payment)
    payment.save()
    waits = payment.refunds.filter(state=Refund.State.WAITING).exists()
    return Due.REFUND if waits and due is Due.NOTHING else due


def forget_pages(payment: Payment) -> None:
    """Of an erased guest: Stripe's pages name who paid. One that may still be paid on is ended before."""
    payment.session_url = payment.receipt_url = ""
    payment.called_off = {}
    if payment.state != State.AWAITING:
        payment.session_id = ""


def locked(booking_id: int) -> Payment:
    """The payment with its booking, as both are once the booking's hosts are locked."""
    lock_hosts_of(booking_id)
    return Payment.objects.select_related("account", "booking__host", "booking__page").get(booking=booking_id)


def end_unknown(booking_id: int, *, now: datetime) -> None:
    """Free the time once it has been taken for hours and Stripe does not say how it stands.

    What turns out to have been paid after all goes back.
    """
    with transaction.atomic():
        payment = locked(booking_id)
        if payment.booking.status == Status.AWAITING_PAYMENT and now > payment.created_at + UNKNOWN_FOR:
            _end(payment)


def end_unpayable(booking_id: int) -> None:
    """Free the time at once where Stripe refuses to make a page to pay on."""
    with transaction.atomic():
        payment = locked(booking_id)
        if payment.booking.status == Status.AWAITING_PAYMENT and not payment.session_id:
            payment.state = State.EXPIRED
            payment.save(update_fields=["state"])
            _end(payment)


def _end(payment: Payment) -> None:
    """Free the time for which nobody can pay any more: it is up, or its host has called it off."""
    said = payment.called_off
    if not said:
        lapse(payment.booking)
        return
    booker = booker_alone(payment.booking)
    change_state(
        payment.booking,
        Status.DECLINED,
        actor=HOST,
        source=said["source"],
        words=said["words"],
        by=said["by"],
        told=booker if said["told"] is None else tuple(one for one in booker if one in said["told"]),
        unpaid=True,
        which=BEFORE_PAID,
    )


def lapse(booking: Booking) -> None:
    """Nobody but who booked has heard of it."""
    change_state(booking, Status.LAPSED, actor=SYSTEM, told=booker_alone(booking), unpaid=True)


def _write_down(payment: Payment, facts: SessionFacts, *, now: datetime) -> bool:
    """Nothing is taken back by it: what was asked earlier may be applied later. Return whether money has come in."""
    payment.session_id, payment.tax = facts.id, max(facts.total - payment.amount, 0)
    intent = facts.intent
    if intent is not None:
        payment.intent_id, payment.capture_before = intent.id, intent.capture_before
        if intent.charge is not None:
            payment.charge_id, payment.receipt_url = intent.charge.id, intent.charge.receipt_url
    payable = payment.booking.status == Status.AWAITING_PAYMENT and not payment.called_off
    payment.session_url = facts.url if facts.is_open and payable else ""
    if payment.state in {*TAKEN, State.LOST, State.RELEASED}:
        return False
    if intent is not None and intent.taken:
        payment.state, payment.paid_at = State.PAID, now
        return True
    if intent is not None and intent.over:
        payment.state = State.RELEASED
    elif intent is not None and intent.set_aside:
        payment.state = State.AUTHORISED
    elif facts.is_expired:
        payment.state = State.EXPIRED
    return False


def _awaiting(payment: Payment, facts: SessionFacts | None, now: datetime) -> Due:
    booking = payment.booking
    until = booking.pending_until
    if payment.state in {State.AUTHORISED, *TAKEN}:
        if facts is None or not _is_ours(payment, facts):
            log.error("payment of booking %s is of another amount than its price", booking.pk)
            lapse(booking)
            return _off(payment, facts, now)
        _paid(payment, now)
        return Due.NOTHING
    if payment.state in {State.EXPIRED, State.RELEASED} or facts is None:
        if facts is None:
            payment.state = State.EXPIRED
        _end(payment)
        return Due.NOTHING
    if facts.is_open and (payment.called_off or (until is not None and until <= now)):
        return Due.EXPIRE
    return Due.NOTHING


def _is_ours(payment: Payment, facts: SessionFacts) -> bool:
    """Whether what was paid is what was asked for."""
    asked = (payment.amount, payment.currency, payment.booking.public_id)
    return (facts.subtotal, facts.currency, facts.booking) == asked and facts.total >= facts.subtotal


def _paid(payment: Payment, now: datetime) -> None:
    """It is a booking from now on, or a request where its host confirms each."""
    booking = payment.booking
    booking.pending_until = None
    if not payment.by_hand:
        change_state(booking, Status.CONFIRMED, actor=SYSTEM)
        return
    hours = booking.page.approval_hours if booking.page else None
    booking.pending_until = answerable_until(
        payment, answer_until(booking, hours=hours or UNKNOWN_HOURS, now=now)
    )
    change_state(booking, Status.PENDING, actor=SYSTEM)


UNKNOWN_HOURS = 24
"""For so long a request waits whose page has gone meanwhile, or asks for no answers any more."""


def answerable_until(payment: Payment, until: datetime) -> datetime:
    """A request ends while what is set aside for it can still be taken."""
    if payment.state != State.AUTHORISED or payment.capture_before is None:
        return until
    return min(until, payment.capture_before - _MARGIN)


def _pending(payment: Payment, facts: SessionFacts | None) -> Due:
    booking, said = payment.booking, payment.capture
    if payment.state in TAKEN:
        if said:
            confirm(booking, source=said["source"], by=said["by"])
        return Due.NOTHING
    if payment.state == State.RELEASED:
        change_state(booking, Status.LAPSED, actor=SYSTEM)
        return Due.NOTHING
    return Due.CAPTURE if said and facts is not None else Due.NOTHING


def _off(payment: Payment, facts: SessionFacts | None, now: datetime) -> Due:
    """Nobody pays for what does not take place, unless it had been a booking: then the rules of refunds hold."""
    booking, state = payment.booking, payment.state
    if state in TAKEN:
        if facts is not None and facts.intent and facts.intent.charge:
            count_refunds(payment, facts.intent.charge, now=now)  # what went back already goes back once
        gone = payment.refunds.filter(reason=Refund.Reason.GONE)
        tried = gone.exclude(problem__contains="amount_too_large").exists()
        if booking.status not in CALLED_OFF and not tried:  # one that failed is its host's to see to
            want_refund(payment, payment.left(), reason=Refund.Reason.GONE)
        return Due.NOTHING
    if state == State.AUTHORISED:
        return Due.RELEASE
    if facts is not None and facts.is_open:
        return Due.EXPIRE
    if facts is None and state == State.AWAITING:
        payment.state = State.EXPIRED
    return Due.NOTHING
