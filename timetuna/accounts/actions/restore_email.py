"""Taking back a change of address that its owner did not want."""

from allauth.account.models import EmailAddress
from django.db import transaction

from timetuna.accounts.models import EmailChange, User


def restore_email(change: EmailChange) -> bool:
    """Give the account back its former address, and end its password and with it every session and open reset.

    What was changed after this change ends with it: an intruder who changes the address twice has a link, too, but
    only until the owner uses the older one. Say False, and do nothing, when the address is somebody else's by now, or
    when an older change was taken back in the meantime.
    """
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=change.user_id)
        if not EmailChange.objects.filter(pk=change.pk).exists() or _is_taken(change.former, stored):
            return False
        EmailChange.objects.filter(user=stored, pk__gt=change.pk).delete()
        EmailAddress.objects.filter(user=stored).delete()
        stored.email = change.former
        stored.set_unusable_password()
        stored.save(update_fields=["email", "password"])
        EmailAddress.objects.create(user=stored, email=change.former, verified=True, primary=True)
    return True


def _is_taken(email: str, user: User) -> bool:
    others = User.objects.filter(email=email).exclude(pk=user.pk)
    verified = EmailAddress.objects.filter(email=email, verified=True).exclude(user=user)
    return others.exists() or verified.exists()
