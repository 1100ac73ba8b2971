"""What becomes of a payment when something happens to its booking."""

from dataclasses import asdict

from django.utils import timezone
from django.utils.translation import gettext

from timetuna.bookings.actions.answer_request import plan_expiry
from timetuna.bookings.charge import goes_back
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import GUEST, BookingEvent, Happening, Status, on_event
from timetuna.bookings.hooks import (
    CallingOff,
    on_approving,
    on_called_off,
    on_calling_off,
    on_held_back,
    on_restoring,
)
from timetuna.bookings.models import Booking
from timetuna.payments.actions.apply import answerable_until, forget_pages
from timetuna.payments.actions.refunded import want_refund
from timetuna.payments.actions.settle import is_over, settle, settle_later
from timetuna.payments.models import Payment, Refund
from timetuna.web.middleware import who_acts

_ENDS = (BookingEvent.DECLINED, BookingEvent.LAPSED, BookingEvent.WITHDRAWN)


@on_event(*_ENDS)
def let_go(happening: Happening) -> None:
    """Let go, or give back, what was paid for it."""
    booking = happening.booking
    payment = _payment(booking)
    if payment is not None:
        settle_later(booking, name=f"ended:{booking.revision}")


@on_event(BookingEvent.CANCELLED)
def give_back_by_rule(happening: Happening) -> None:
    """Give back what was paid, where the page's rule says so: called off by its host, or by its guest early enough."""
    booking = happening.booking
    payment = _payment(booking)
    by_guest, now = happening.actor == GUEST, timezone.now()
    if payment is None or not goes_back(payment.refund_hours, booking, by_guest=by_guest, now=now):
        return
    if want_refund(payment, payment.left(), reason=Refund.Reason.RULE):
        settle_later(booking, name=f"cancelled:{booking.revision}")


@on_event(BookingEvent.MOVED)
def keep_answerable(happening: Happening) -> None:
    """Have a request that was moved answered before what is set aside lapses."""
    booking = happening.booking
    if booking.status != Status.PENDING or booking.pending_until is None:
        return
    payment = _payment(booking)
    if payment is None:
        return
    until = answerable_until(payment, booking.pending_until)
    if until != booking.pending_until:
        booking.pending_until = until
        booking.save(update_fields=["pending_until"])
        plan_expiry(booking)


@on_event(BookingEvent.ERASED)
def forget(happening: Happening) -> None:
    """Forget Stripe's pages, which name who paid. What accounts have to be kept of stays: the sum, and its numbers."""
    payment = _payment(happening.booking)
    if payment is not None:
        forget_pages(payment)
        payment.save(update_fields=["session_id", "session_url", "receipt_url", "called_off"])
        if not is_over(payment):
            settle_later(payment.booking, name="erased")


@on_approving
def collect_first(booking: Booking, source: str) -> bool:
    """Have what is set aside collected before a request is confirmed."""
    payment = _payment(booking)
    if payment is None or payment.state != Payment.State.AUTHORISED:
        return False
    payment.capture = {"by": who_acts(), "source": source}
    payment.save(update_fields=["capture"])
    settle_later(booking, name=f"capture:{booking.revision}:{timezone.now().timestamp():.0f}")
    return True


@on_held_back
def collect_now(booking_id: int) -> None:
    """Raises NotPossible where Stripe refuses it: then the request still waits."""
    payment = settle(booking_id)
    if payment is not None and not payment.capture and payment.booking.status == Status.PENDING:
        raise NotPossible(gettext("The payment could not be collected, so nothing is confirmed."))


@on_calling_off
def note_called_off(booking: Booking, said: CallingOff) -> None:
    """Have Stripe's page ended first; what its guest pays in that moment is a booking."""
    payment = _payment(booking)
    if payment is not None:
        payment.called_off, payment.session_url = asdict(said), ""
        payment.save(update_fields=["called_off", "session_url"])
        settle_later(booking, name="called_off")


@on_called_off
def end_now(booking_id: int) -> None:
    settle(booking_id)


@on_restoring
def refuse_unpaid(booking: Booking) -> str:
    """What was given back, or let go, is not paid any more."""
    payment = _payment(booking)
    if payment is not None and payment.paid_at is None and payment.state == Payment.State.EXPIRED:
        return gettext("It was never paid.")
    if payment is None or (payment.state == Payment.State.PAID and not payment.refunds.exists()):
        return ""
    return gettext("It was paid, and the money has gone back.")


def _payment(booking: Booking) -> Payment | None:
    """As it is under the booking's lock, with that very booking."""
    payment = Payment.objects.filter(booking=booking).first()
    if payment is not None:
        payment.booking = booking
    return payment
