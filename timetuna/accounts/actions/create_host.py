"""Making a host by hand, for operators."""

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from timetuna.accounts.actions.forget_unverified import forget_unverified
from timetuna.accounts.actions.store_host import EmailTaken, store_host
from timetuna.accounts.handles import clean_handle, clean_name
from timetuna.accounts.models import User
from timetuna.accounts.queries import address_is_taken
from timetuna.lib.mail import clean_address
from timetuna.lib.text import find_zone


def create_host(*, email: str, name: str, password: str, handle: str = "", time_zone: str = "UTC") -> User:
    """Store a host whose address counts as verified. Raises ValueError with a sentence.

    handle: made from the name when empty. time_zone: an IANA name.
    """
    address = clean_address(email).lower()
    if find_zone(time_zone) is None:
        raise ValueError(f"{time_zone} is not a time zone; it should be like Europe/Berlin.")
    if address_is_taken(address):
        raise ValueError("There is an account with this mail address already.")
    user = User(email=address, name=clean_name(name), time_zone=time_zone)
    user.handle = clean_handle(handle) if handle else ""
    _check_password(password, user)
    user.set_password(password)
    with transaction.atomic():
        forget_unverified(address)
        try:
            store_host(user)
        except EmailTaken:
            raise ValueError("There is an account with this mail address already.") from None
        EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    return user


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from None
