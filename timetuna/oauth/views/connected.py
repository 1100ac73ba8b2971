"""Settings → Connected apps: which programs of others act for a host, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.l10n.datetimes import dated, zone_or_utc
from timetuna.oauth.actions.disconnect import disconnect
from timetuna.oauth.addresses import place_in_words
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.permissions import connection_or_404
from timetuna.oauth.queries import connections_for, in_sentences, is_verified
from timetuna.web.forms import Screen, show

_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedAppLine:
    """One app. place: where it is.  ended: when and by whom, "" for one that is connected."""

    id: str
    name: str
    place: str
    verified: bool
    may: Sequence[str]
    connected: str
    used: str
    ended: str


@dataclass(frozen=True, slots=True)
class ConnectedAppsScreen(Screen):
    template = "oauth/connected.html"
    connected: Sequence[ConnectedAppLine]
    ended: Sequence[ConnectedAppLine]


@require_safe
@login_required
def connected_apps(request: HttpRequest) -> HttpResponse:
    host, now = signed_in(request), timezone.now()
    rows = connections_for(host).select_related("application")
    lines = [_line(one, host, now) for one in rows[:_SHOWN]]
    there, gone = [one for one in lines if not one.ended], [one for one in lines if one.ended]
    return show(request, ConnectedAppsScreen(there, gone))


@require_POST
@login_required
def disconnect_app(request: HttpRequest, connection_id: str) -> HttpResponse:
    """At once; the app has to ask again."""
    connection = connection_or_404(request, connection_id)
    disconnect(connection, by=ConnectedApp.End.PERSON, now=timezone.now())
    sentence = gettext("“%(name)s” can do nothing in your account any more.")
    messages.success(request, sentence % {"name": connection.name})
    return redirect("connected_apps")


def _line(connection: ConnectedApp, host: User, now: datetime) -> ConnectedAppLine:
    zone = zone_or_utc(host.time_zone)

    def said(moment: datetime | None) -> str:
        return dated(moment, zone=zone, now=now) if moment else ""

    ended = ""
    if connection.ended_at:
        words = {"when": said(connection.ended_at), "why": ConnectedApp.End(connection.ended_by).label}
        ended = gettext("Ended %(when)s: %(why)s") % words
    return ConnectedAppLine(
        id=connection.public_id,
        name=connection.name,
        place=place_in_words(connection.host),
        verified=connection.application is not None and is_verified(connection.application),
        may=in_sentences(connection.scopes),
        connected=said(connection.connected_at),
        used=said(connection.last_used_at),
        ended=ended,
    )
