"""An app is shut out of an account, or taken off the server."""

from datetime import datetime

from django.db import transaction
from oauth2_provider.models import Application, Grant

from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.queries import drop_tokens, hold_apps_of
from timetuna.webhooks.actions.change_webhook import remove_webhooks_of


@transaction.atomic
def disconnect(connection: ConnectedApp, *, by: ConnectedApp.End, now: datetime) -> None:
    """At once, with its tokens and the webhooks that it made; a second time changes nothing."""
    hold_apps_of([connection.user_id])
    ConnectedApp.objects.filter(pk=connection.pk, ended_at=None).update(ended_at=now, ended_by=by)
    if connection.application is not None:
        Grant.objects.filter(user=connection.user, application=connection.application).delete()
        drop_tokens(connection.user, connection.application)
        remove_webhooks_of(connection.application.pk, connection.user)


@transaction.atomic
def remove_app(application: Application, *, now: datetime) -> None:
    """From the server, and from each account that it was connected to."""
    rows = ConnectedApp.objects.filter(application=application, ended_at=None)
    hold_apps_of(rows.values_list("user", flat=True))
    for connection in rows.select_related("user", "application"):
        disconnect(connection, by=ConnectedApp.End.REMOVED, now=now)
    application.delete()
