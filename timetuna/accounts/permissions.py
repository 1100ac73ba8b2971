"""Who it is that asks. What each of them may see and change, the other apps' `permissions` say."""

from django.http import HttpRequest

from timetuna.accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """Only behind `login_required`."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - the decorator has seen to it
    return user


def is_somebody_else(request: HttpRequest, user_id: int | None) -> bool:
    """Whether somebody is signed in who is not the owner of that account."""
    return bool(request.user.is_authenticated and request.user.pk != user_id)
