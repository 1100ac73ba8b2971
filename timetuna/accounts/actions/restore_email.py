"""Taking back a change of address that its owner did not want."""

from allauth.account.models import EmailAddress
from django.db import transaction

from timetuna.accounts.models import User


def restore_email(user: User, *, email: str) -> bool:
    """Give the account back its former address, and end its password and with it every session and open reset.

    Say False, and do nothing, when the address belongs to somebody else by now.
    """
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        others = User.objects.filter(email=email).exclude(pk=user.pk)
        if (
            others.exists()
            or EmailAddress.objects.filter(email=email, verified=True).exclude(user=stored).exists()
        ):
            return False
        EmailAddress.objects.filter(user=stored).delete()
        stored.email = email
        stored.set_unusable_password()
        stored.save(update_fields=["email", "password"])
        EmailAddress.objects.create(user=stored, email=email, verified=True, primary=True)
    return True
