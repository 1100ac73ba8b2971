"""Settings → Developers: the keys of a host."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.api.actions.keys import TooManyKeys, create_key, revoke_key
from timetuna.api.forms import NewKeyForm
from timetuna.api.models import ApiKey
from timetuna.api.permissions import key_or_404, keys_for
from timetuna.api.scopes import SENTENCES, ApiScope
from timetuna.encryption import box
from timetuna.l10n.datetimes import dated, zone_or_utc
from timetuna.lib.crypto import SecretBoxError
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import Action, pages_for
from timetuna.web.forms import Screen, in_full, show

_SHOWN_ONCE = "new_api_key"
_TRY = 'read -rs KEY\ncurl -H "Authorization: Bearer $KEY" %s'


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """One key. state: why it opens nothing, "" for one that does.  pages: their titles; none is all."""

    id: str
    name: str
    start: str
    may: Sequence[str]
    pages: Sequence[str]
    made: str
    used: str
    expires: str
    state: str


@dataclass(frozen=True, slots=True)
class DevelopersScreen(Screen):
    """ended: those that open nothing any more."""

    template = "api/developers.html"
    keys: Sequence[KeyLine]
    ended: Sequence[KeyLine]
    base: str
    llms: str


@dataclass(frozen=True, slots=True)
class NewKeyScreen(Screen):
    template = "api/key_new.html"
    form: NewKeyForm


@dataclass(frozen=True, slots=True)
class KeyMadeScreen(Screen):
    """token: shown this once.  command: tries it, in a shell."""

    template = "api/key_made.html"
    name: str
    token: str
    command: str


@require_safe
@login_required
def developers(request: HttpRequest) -> HttpResponse:
    host, now = signed_in(request), timezone.now()
    rows = keys_for(host).prefetch_related("pages")
    lines = [_line(key, host, now) for key in rows[:200]]
    good, over = [one for one in lines if not one.state], [one for one in lines if one.state]
    return show(request, DevelopersScreen(good, over, in_full("/api/v1"), in_full("/llms.txt")))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def new_key(request: HttpRequest) -> HttpResponse:
    """Asks for the password once more before, where there is one. The key is shown on the next page, once."""
    host, now = signed_in(request), timezone.now()
    form = NewKeyForm(_pages(host), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            key, token = create_key(host, form.wanted(), now=now)
        except TooManyKeys as error:
            form.add_error(None, str(error))
        else:
            request.session[_SHOWN_ONCE] = [key.public_id, box().seal(token, context=_context(key.public_id))]
            return redirect("developers_key_made", key.public_id)
    return show(request, NewKeyScreen(form), status=422 if form.is_bound else 200)


@never_cache
@require_safe
@login_required
def key_made(request: HttpRequest, key_id: str) -> HttpResponse:
    """Whoever comes again finds the list."""
    key = key_or_404(request, key_id)
    known, sealed = request.session.pop(_SHOWN_ONCE, ("", ""))
    if known != key_id:
        messages.info(
            request, gettext("A key is shown once, when it is made. Make a new one if this is lost.")
        )
        return redirect("developers")
    try:
        token = box().open(sealed, context=_context(key_id))
    except SecretBoxError:
        return redirect("developers")
    return show(request, KeyMadeScreen(key.name, token, _TRY % in_full("/api/v1/me")))


@require_POST
@login_required
def revoke(request: HttpRequest, key_id: str) -> HttpResponse:
    """At once, and for good."""
    key = key_or_404(request, key_id)
    revoke_key(key, now=timezone.now())
    messages.success(request, gettext("“%(name)s” opens nothing any more.") % {"name": key.name})
    return redirect("developers")


def _pages(host: User) -> Iterable[BookingPage]:
    return pages_for(host, to=Action.SEE).order_by("title", "id")


def _context(key_id: str) -> str:
    return f"api.new-key:{key_id}"


def _line(key: ApiKey, host: User, now: datetime) -> KeyLine:
    zone = zone_or_utc(host.time_zone)

    def said(moment: datetime | None) -> str:
        return dated(moment, zone=zone, now=now) if moment else ""

    state = ""
    if key.revoked_at:
        state = gettext("Revoked %(when)s") % {"when": said(key.revoked_at)}
    elif key.expires_at and key.expires_at <= now:
        state = gettext("Expired %(when)s") % {"when": said(key.expires_at)}
    return KeyLine(
        id=key.public_id,
        name=key.name,
        start=key.start,
        may=[str(SENTENCES[ApiScope(one)]) for one in key.scopes],
        pages=[] if key.all_pages else [page.title for page in key.pages.all()] or [gettext("none")],
        made=said(key.created_at),
        used=said(key.last_used_at),
        expires=said(key.expires_at),
        state=state,
    )
