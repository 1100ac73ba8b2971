"""What is known of payments, and of the accounts they go to."""

from django.db.models import Q, QuerySet

from timetuna.payments.models import Payment, Refund, StripeAccount
from timetuna.payments.secrets import key_of
from timetuna.providers.stripe.provider import StripeKey
from timetuna.stripe import stripe

OPEN = (Payment.State.AWAITING, Payment.State.AUTHORISED)
"""Nobody knows yet how it ends."""


def stripe_key(account: StripeAccount) -> StripeKey:
    """By what Stripe is asked for this account."""
    return key_of(account, platform_secret=stripe().platform_secret)


def payment_of(booking_id: int) -> Payment | None:
    """With its account and booking. None for what costs nothing."""
    return Payment.objects.select_related("account", "booking").filter(booking=booking_id).first()


def open_payments(account: StripeAccount) -> QuerySet[Payment]:
    """Those of which guests may be paying just now, or whose money is set aside or on its way back.

    Without the account nobody could see to them.
    """
    waiting = Q(refunds__state=Refund.State.WAITING)
    return account.payments.filter(Q(state__in=OPEN) | waiting).distinct()


def adopt_payments(account: StripeAccount) -> None:
    """Have an account that was connected again answer for what was paid to it before, in the caller's transaction."""
    earlier = Payment.objects.filter(account=None, payee=account.host, stripe_account=account.stripe_id)
    earlier.update(account=account)
