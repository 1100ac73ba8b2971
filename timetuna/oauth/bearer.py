"""Who asks with an app's token, as the API's gate wants to know it."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from oauth2_provider.models import AccessToken

from timetuna.api.principal import Principal, refused
from timetuna.api.problems import ProblemCode
from timetuna.api.scopes import expanded
from timetuna.lib.crypto import fingerprint
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.queries import connection_of
from timetuna.oauth.secrets import ACCESS
from timetuna.rate_limits.limits import client_of
from timetuna.web.forms import in_full

_NOTED_EVERY = timedelta(minutes=1)


def read_bearer(token: str, request: HttpRequest) -> Principal | None:
    """None for what is no token of ours, or none any more. Raises Problem 401 for one that is over."""
    row = _find(token)
    if row is None or row.user is None or not row.user.is_active:
        return None
    connection = connection_of(row.user, row.application)
    if connection is None:
        raise refused(ProblemCode.KEY_REVOKED, gettext("The app is not connected any more."))
    if row.is_expired():
        sentence = gettext("This access token has expired. Get another with the refresh token.")
        raise refused(ProblemCode.KEY_EXPIRED, sentence)
    if not row.allows_audience(in_full(request.path)):
        raise refused(ProblemCode.UNAUTHORIZED, gettext("This access token is for another address."))
    _note_use(connection, request)
    return Principal(
        user=row.user,
        name=f"app:{connection.public_id}",
        label=gettext("app “%(name)s”") % {"name": connection.name},
        scopes=expanded(row.scope.split()),
        app=row.application_id,
    )


def _find(token: str) -> AccessToken | None:
    if not token.startswith(ACCESS):
        return None
    rows = AccessToken.objects.select_related("user", "application")
    return rows.filter(token_checksum=fingerprint(token)).first()


def _note_use(connection: ConnectedApp, request: HttpRequest) -> None:
    now = timezone.now()
    if connection.last_used_at is None or now - connection.last_used_at > _NOTED_EVERY:
        ConnectedApp.objects.filter(pk=connection.pk).update(
            last_used_at=now, last_network=client_of(request).network
        )
