"""Mails that tell somebody of an app in their account."""

from django.urls import reverse
from django.utils.translation import gettext

from timetuna.accounts.emails import send, speaking_to
from timetuna.accounts.notices import Notice
from timetuna.oauth.addresses import place_in_words
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.queries import in_sentences
from timetuna.web.forms import in_full


def tell_of_connection(connection: ConnectedApp) -> None:
    """In the caller's transaction: whoever allowed it may not be the account's owner."""
    with speaking_to(connection.user):
        named = {"name": connection.name, "place": place_in_words(connection.host)}
        notice = Notice(
            gettext("An app can use your TimeTuna account"),
            (
                gettext("The app “%(name)s” (%(place)s) was connected. It may:") % named,
                *(f"– {sentence}" for sentence in in_sentences(connection.scopes)),
                gettext("If it was not you, disconnect it and change your password."),
            ),
            gettext("See your connected apps"),
            in_full(reverse("connected_apps")),
        )
        send(notice, to=connection.user.email)


def tell_of_copy(connection: ConnectedApp) -> None:
    """In the transaction that ends it."""
    with speaking_to(connection.user):
        named = {"name": connection.name, "place": place_in_words(connection.host)}
        notice = Notice(
            gettext("An app was disconnected from your TimeTuna account"),
            (
                gettext("The app “%(name)s” (%(place)s) can do nothing in your account any more.") % named,
                gettext(
                    "Its access was used a second time. That happens when somebody has copied it, so it was ended for"
                    " both of them, and its webhooks were removed."
                ),
                gettext("If you trust the app, connect it again there."),
            ),
            gettext("See your connected apps"),
            in_full(reverse("connected_apps")),
        )
        send(notice, to=connection.user.email)
