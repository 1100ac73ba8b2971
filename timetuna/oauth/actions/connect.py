"""A host has allowed an app, and it has come for its tokens."""

from collections.abc import Iterable
from datetime import datetime

from oauth2_provider.models import Application

from timetuna.accounts.models import User
from timetuna.oauth.addresses import place_of
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.notices import tell_of_connection
from timetuna.oauth.queries import drop_tokens


def connect(
    user: User, application: Application, scopes: Iterable[str], *, redirect_uri: str, now: datetime
) -> ConnectedApp:
    """In the caller's transaction, before the tokens are made. The first time is mailed.

    Who is connected already has what was allowed besides; of a connection that was ended nothing goes on.
    """
    shown = {"name": application.name, "host": place_of(redirect_uri)}
    connection, made = ConnectedApp.objects.get_or_create(
        user=user,
        application=application,
        ended_at=None,
        defaults={"scopes": sorted(scopes), "connected_at": now, **shown},
    )
    if made:
        drop_tokens(user, application)
        tell_of_connection(connection)
    else:
        both = sorted({*connection.scopes, *scopes})
        ConnectedApp.objects.filter(pk=connection.pk).update(scopes=both, **shown)
    return connection
