"""What is asked of Stripe for a payment. Each thing has a key of its own: asked twice it is done once."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.lib.text import spoken
from timetuna.payments.actions.refunded import drop_capture, mark_refund
from timetuna.payments.models import Payment, Refund, StripeAccount, new_key
from timetuna.payments.queries import stripe_key
from timetuna.providers.errors import ProviderError
from timetuna.providers.rest import BAD_REQUEST, NOT_FOUND
from timetuna.providers.stripe.facts import SessionFacts
from timetuna.providers.stripe.provider import Checkout, StripeKey, StripeRefused
from timetuna.stripe import stripe

SESSION_LASTS = timedelta(minutes=70)
"""Stripe wants 30 at least when it is asked, which may be late. We end it ourselves long before."""
_LANGUAGES = {"pt-br": "pt-BR"}


def ask_stripe(payment: Payment, *, now: datetime) -> SessionFacts | None:
    """How it stands; the page to pay on is made while somebody may want it. None where there is none, nor is to be.

    Raises ProviderError, NeedsReconnect.
    """
    booking = payment.booking
    if payment.session_id:
        return stripe().session(key_for(payment), payment.session_id)
    if payment.intent_id:  # of an erased guest
        return _by_intent(payment)
    until = booking.pending_until
    waits = booking.status == Booking.Status.AWAITING_PAYMENT and not payment.called_off
    if not waits or until is None or until <= now:
        return None
    return _create(payment, key_for(payment))


def _by_intent(payment: Payment) -> SessionFacts:
    """The page that was paid on is forgotten, as it names who paid; what became of the money is not."""
    return SessionFacts(
        id="",
        is_open=False,
        is_complete=True,
        is_expired=False,
        paid=False,
        url="",
        subtotal=payment.amount,
        total=payment.total(),
        currency=payment.currency,
        booking=payment.booking.public_id,
        livemode=False,
        intent=stripe().intent(key_for(payment), payment.intent_id),
    )


def key_for(payment: Payment) -> StripeKey:
    """Raises ProviderError once the account is disconnected."""
    account: StripeAccount | None = payment.account
    if account is None:
        raise ProviderError("Stripe is not connected any more.", code="stripe:disconnected", permanent=True)
    return stripe_key(account)


def _create(payment: Payment, key: StripeKey) -> SessionFacts:
    wanted = checkout_of(payment)
    try:
        return stripe().create_session(key, wanted, once=once(payment, f"session:{payment.attempt}"))
    except StripeRefused as refusal:
        if not refusal.key_used_otherwise:
            raise
    # The guest's link was renewed since: the page that was made first was never shown to anybody.
    payment.attempt += 1
    Payment.objects.filter(pk=payment.pk).update(attempt=payment.attempt)
    return stripe().create_session(key, wanted, once=once(payment, f"session:{payment.attempt}"))


def checkout_of(payment: Payment) -> Checkout:
    booking = payment.booking
    booker = booking.booker
    home = settings.BASE_URL
    return Checkout(
        booking=booking.public_id,
        title=booking.title,
        amount=payment.amount,
        currency=payment.currency,
        email=booker.email,
        language=_LANGUAGES.get(booker.language, booker.language),
        success_url=home + link_path(booker, "booked_paid"),
        cancel_url=home + link_path(booker),
        ends_at=payment.created_at + SESSION_LASTS,
        by_hand=payment.by_hand,
        taxed=payment.charges_tax,
    )


def once(payment: Payment, what: str) -> str:
    """The idempotency key of one thing that is done for a payment."""
    return f"timetuna:{payment.booking.uid}:{what}"


_STANDS_OTHERWISE = {BAD_REQUEST, NOT_FOUND}
"""Stripe's answers where it is complete, taken or let go already: the next look tells of it."""


def expire(payment: Payment) -> None:
    """End the page to pay on."""
    key = key_for(payment)
    try:
        stripe().expire_session(key, payment.session_id, once=_anew(payment, "expire"))
    except StripeRefused as refusal:
        if refusal.status not in _STANDS_OTHERWISE or stripe().session(key, payment.session_id).is_open:
            raise


def capture(payment: Payment) -> None:
    """Take what is set aside."""
    key = key_for(payment)
    try:
        stripe().capture(key, payment.intent_id, once=_anew(payment, "capture"))
    except StripeRefused as refusal:
        if stripe().intent(key, payment.intent_id).set_aside:
            drop_capture(payment, str(refusal))
            raise


def release(payment: Payment) -> None:
    """Let go what is set aside."""
    key = key_for(payment)
    try:
        stripe().cancel_intent(key, payment.intent_id, once=_anew(payment, "cancel"))
    except StripeRefused:
        if stripe().intent(key, payment.intent_id).set_aside:
            raise


def _anew(payment: Payment, what: str) -> str:
    """For what Stripe itself does once only: an answer that was a fault of its own is not to be had again for a day."""
    return once(payment, f"{what}:{new_key()}")


def give_back(payment: Payment) -> None:
    """Each refund that waits, the oldest first."""
    key = key_for(payment)
    for refund in payment.refunds.filter(state=Refund.State.WAITING):
        try:
            given = stripe().refund(key, payment.intent_id, refund.amount, once=refund.key)
        except StripeRefused as refusal:
            mark_refund(refund.pk, stripe_id="", problem=str(refusal), now=timezone.now())
        else:
            problem = str(spoken("Stripe could not give the money back.")) if given.failed else ""
            mark_refund(refund.pk, stripe_id=given.id, problem=problem, now=timezone.now())
