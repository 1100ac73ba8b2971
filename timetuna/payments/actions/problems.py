"""What stands in the way of payments: kept with the payment for its host, and with an account that is at fault."""

from datetime import datetime

from timetuna.payments.actions.check_account import tell_host
from timetuna.payments.models import Payment, StripeAccount
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.stripe.provider import StripeRefused

_OF_THE_ACCOUNT = {"account_invalid", "account_closed", "platform_account_required"}


def note_problem(payment: Payment, error: ProviderError | NeedsReconnect, *, now: datetime) -> None:
    """Nobody can pay to an account whose key is dead: its pages are closed until that is mended."""
    Payment.objects.filter(pk=payment.pk).update(problem=str(error)[:300])
    its_own = isinstance(error, StripeRefused) and error.reason in _OF_THE_ACCOUNT
    if payment.account_id and (its_own or isinstance(error, NeedsReconnect)):
        rows = StripeAccount.objects.filter(pk=payment.account_id, problem="")
        if rows.update(problem=str(error)[:300], problem_at=now):
            tell_host(payment.account_id)


def note_well(payment: Payment) -> None:
    """Stripe has answered: whatever stood in the way is over."""
    if payment.problem:
        Payment.objects.filter(pk=payment.pk).update(problem="")
    if payment.account and payment.account.problem:
        rows = StripeAccount.objects.filter(pk=payment.account.pk)
        rows.update(problem="", problem_at=None, told_at=None)
