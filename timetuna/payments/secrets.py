"""What an account is reached by, sealed at rest; it is opened where a call is made and nowhere else."""

from timetuna.encryption import box
from timetuna.payments.models import StripeAccount
from timetuna.providers.stripe.provider import StripeKey

COLUMNS = ("secret", "webhook_secret")


def seal(account: StripeAccount, column: str, value: str) -> None:
    """Put a secret into its column; who has changed the row saves it."""
    setattr(account, column, box().seal(value, context=context(column, account)) if value else "")


def unsealed(account: StripeAccount, column: str) -> str:
    sealed = getattr(account, column)
    return box().open(sealed, context=context(column, account)) if sealed else ""


def reseal_secrets(account: StripeAccount) -> None:
    """With the newest key; who has changed the row saves it. Raises SecretBoxError."""
    for column in COLUMNS:
        if sealed := getattr(account, column):
            setattr(account, column, box().rotate(sealed, context=context(column, account)))


def context(column: str, account: StripeAccount) -> str:
    """The place a secret belongs to, by the account's own address, which it has before it is stored."""
    return f"stripe_accounts.{column}:{account.address}"


def key_of(account: StripeAccount, *, platform_secret: str) -> StripeKey:
    """By what calls for this account are made."""
    if account.kind == StripeAccount.Kind.CONNECT:
        return StripeKey(platform_secret, account.stripe_id)
    return StripeKey(unsealed(account, "secret"))
