"""The mail that tells somebody of a key to their account."""

from django.urls import reverse
from django.utils.translation import gettext

from timetuna.accounts.emails import send, speaking_to
from timetuna.accounts.notices import Notice
from timetuna.api.models import ApiKey
from timetuna.web.forms import in_full


def tell_owner(key: ApiKey) -> None:
    """That there is one, in the caller's transaction: whoever made it may not be the owner."""
    with speaking_to(key.owner):
        notice = Notice(
            gettext("A new API key can act for you"),
            (
                gettext(
                    "A key was made by which a program can use your TimeTuna account. It begins with %(start)s."
                )
                % {"start": key.start},
                gettext("If it was not you, revoke the key and change your password."),
            ),
            gettext("See your keys"),
            in_full(reverse("developers")),
        )
        send(notice, to=key.owner.email)
