"""Which apps a host has, and which tokens of theirs there are."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from oauth2_provider.models import AccessToken, Application, RefreshToken

from timetuna.accounts.models import User
from timetuna.api.scopes import SENTENCES, ApiScope, expanded
from timetuna.oauth.models import ConnectedApp
from timetuna.webhooks.makers import WebhookMaker
from timetuna.webhooks.models import WebhookEndpoint

_SAID_WITH = {
    ApiScope.PAGES_READ: ApiScope.PAGES_WRITE,
    ApiScope.AVAILABILITY_READ: ApiScope.AVAILABILITY_WRITE,
    ApiScope.TEAMS_READ: ApiScope.TEAMS_WRITE,
}
"""What goes without saying where the other is said; that guests are seen does not."""


def hold_apps_of(users: Iterable[int]) -> None:
    """Until the transaction ends nobody else changes their codes, tokens and connections.

    Before any of those is locked: each way to change them begins here, so that no two wait for each other.
    """
    list(User.objects.select_for_update(no_key=True).filter(pk__in=list(users)).order_by("pk"))


def connection_of(user: User | None, application: Application | None) -> ConnectedApp | None:
    """None where it is not connected, or not any more."""
    return ConnectedApp.objects.filter(user=user, application=application, ended_at=None).first()


def maker_app(hook: WebhookEndpoint) -> WebhookMaker | None:
    """The app that made a webhook, as its owner has connected it."""
    if hook.app is None:
        return None
    row = ConnectedApp.objects.filter(user=hook.owner_id, application=hook.app).first()
    return WebhookMaker(kind="app", id=row.public_id, name=row.name) if row else None


def is_verified(application: Application) -> bool:
    """Whether whoever runs the server has registered it; others have registered themselves."""
    return bool(application.registration_source == Application.RegistrationSource.MANUAL)


def has_tokens(user: User, application: Application, *, now: datetime) -> bool:
    """Whether anything is left by which it can act."""
    theirs = {"user": user, "application": application}
    live = RefreshToken.objects.filter(revoked=None, **theirs).exclude(access_token=None)
    return bool(live.exists() or AccessToken.objects.filter(expires__gt=now, **theirs).exists())


def drop_tokens(user: User, application: Application) -> None:
    """All at once."""
    for model in (RefreshToken, AccessToken):
        model.objects.filter(user=user, application=application).delete()


def in_sentences(scopes: list[str]) -> list[str]:
    """What they allow, in the order of the list of scopes; the one that is many is said as those."""
    allowed = expanded(scopes)
    allowed -= {ApiScope.BOOKINGS, *(read for read, write in _SAID_WITH.items() if write in allowed)}
    return [str(SENTENCES[one]) for one in ApiScope if one in allowed]


def connections_for(user: User) -> QuerySet[ConnectedApp]:
    """The latest first."""
    return ConnectedApp.objects.filter(user=user)
