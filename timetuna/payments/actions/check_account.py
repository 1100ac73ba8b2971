"""Asks Stripe how it stands with an account: for its host, who has just mended something there, and by itself."""

from contextlib import suppress
from datetime import timedelta

from django.utils import timezone

from timetuna.jobs.queue import MAIL, Retry, job
from timetuna.lib.text import spoken
from timetuna.mail import deliver
from timetuna.pages.models import BookingPage
from timetuna.payments.emails import cannot_be_paid_mail
from timetuna.payments.models import StripeAccount
from timetuna.payments.queries import stripe_key
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.stripe import stripe

NOT_READY = spoken(
    "Stripe does not let this account take payments yet. Finish what Stripe asks for in its dashboard."
)
AGAIN = timedelta(hours=6)
_LONGEST = 300


def check_account(account: StripeAccount) -> StripeAccount:
    """Write down what it says. Raises ProviderError where Stripe says nothing: then what was known stays."""
    try:
        facts = stripe().account(stripe_key(account))
        problem = "" if facts.can_charge else str(NOT_READY)
    except NeedsReconnect as error:
        problem = str(error)
    except ProviderError as error:
        if not error.permanent:
            raise
        problem = str(error)
    rows = StripeAccount.objects.filter(pk=account.pk)
    if problem:
        rows.filter(problem="").update(problem=problem[:_LONGEST], problem_at=timezone.now())
    else:
        rows.update(problem="", problem_at=None, told_at=None)
    account.refresh_from_db()
    return account


def tell_host(account_id: int) -> None:
    """Have them mailed that nobody can pay them, once an episode; and have it looked at again by itself."""
    account = StripeAccount.objects.exclude(problem="").filter(pk=account_id).first()
    if account is None or account.problem_at is None:
        return
    episode = account.problem_at.timestamp()
    send_account_mail.enqueue(key=f"stripe-account:{account.pk}:{episode}", account_id=account.pk)
    watch(account)


def watch(account: StripeAccount) -> None:
    """Have it looked at again by itself."""
    now = timezone.now()
    look_again.enqueue(
        key=f"stripe-look:{account.pk}:{now.timestamp()}", at=now + AGAIN, account_id=account.pk
    )


@job("payments.account_mail", lane=MAIL)
def send_account_mail(account_id: int) -> None:
    """Unless it was mended meanwhile, or they know of it."""
    rows = StripeAccount.objects.select_related("host").exclude(problem="")
    account = rows.filter(pk=account_id, told_at=None).first()
    if account is not None:
        deliver(cannot_be_paid_mail(account))
        StripeAccount.objects.filter(pk=account_id).update(told_at=timezone.now())


@job("payments.look_at_account")
def look_at_account(account_id: int) -> None:
    """Ask Stripe, which has spoken of it or was not asked for a while; its host is told. Raises Retry."""
    account = StripeAccount.objects.filter(pk=account_id).first()
    if account is None:
        return
    try:
        account = check_account(account)
    except ProviderError as error:
        raise Retry(str(error)) from error
    if account.problem and account.told_at is None:
        tell_host(account.pk)


@job("payments.look_at_accounts", every=AGAIN)
def look_at_accounts() -> None:
    """Stripe may not reach us, and keys end without a word: see that guests can be paid before one wants to."""
    now = timezone.now()
    priced = BookingPage.objects.exclude(currency="").values("host")
    paid = StripeAccount.objects.filter(problem="", host__in=priced)
    for number, pk in enumerate(paid.order_by("pk").values_list("pk", flat=True)):
        at = now + timedelta(seconds=number % AGAIN.total_seconds())
        look_at_account.enqueue(key=f"stripe-look-at:{pk}:{now:%Y%m%d%H}", at=at, account_id=pk)


@job("payments.look_again")
def look_again(account_id: int) -> None:
    """Until it is over."""
    account = StripeAccount.objects.exclude(problem="").filter(pk=account_id).first()
    if account is None:
        return
    with suppress(ProviderError):
        account = check_account(account)
    if account.problem:
        watch(account)
