"""What nobody needs any more goes: tokens that are over, apps that nobody connected, what was ended long ago."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from oauth2_provider.models import Application, RefreshToken, clear_expired

from timetuna.db.sql import forget_some
from timetuna.jobs.queue import job
from timetuna.oauth.actions.disconnect import disconnect, remove_app
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.queries import has_tokens

UNUSED_FOR = timedelta(days=30)
ENDED_KEPT_FOR = timedelta(days=366)
_AT_ONCE = 500


@job("oauth.forget", every=timedelta(days=1))
def forget() -> None:
    clear_expired()
    forget_unused(now=timezone.now())


def forget_unused(*, now: datetime) -> None:
    """After the tokens that are over."""
    live = RefreshToken.objects.filter(
        user=OuterRef("user"), application=OuterRef("application"), revoked=None
    )
    idle = ConnectedApp.objects.select_related("user", "application").filter(~Exists(live), ended_at=None)
    for connection in idle.exclude(application=None)[:_AT_ONCE]:
        if not has_tokens(connection.user, connection.application, now=now):
            disconnect(connection, by=ConnectedApp.End.UNUSED, now=now)
    used = ConnectedApp.objects.filter(application=OuterRef("pk"), ended_at=None)
    recently = ConnectedApp.objects.filter(application=OuterRef("pk"), ended_at__gt=now - UNUSED_FOR)
    registered = Application.objects.filter(
        registration_source=Application.RegistrationSource.DCR, created__lt=now - UNUSED_FOR
    )
    for application in registered.filter(~Exists(used), ~Exists(recently))[:_AT_ONCE]:
        remove_app(application, now=now)
    forget_some(ConnectedApp.objects.filter(ended_at__lt=now - ENDED_KEPT_FOR))
