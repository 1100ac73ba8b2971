"""Taking an address out of the hands of whoever only claimed it."""

from timetuna.accounts.models import User
from timetuna.accounts.queries import never_verified


def forget_unverified(email: str, *, keep: User | None = None) -> None:
    """Delete the accounts made with this address that were never verified, but `keep`.

    So the one who signs up last, or proves to be the owner, never ends up in an account a stranger has prepared.
    """
    stale = never_verified(email)
    if keep is not None:
        stale = stale.exclude(pk=keep.pk)
    for user in stale:
        user.delete()
