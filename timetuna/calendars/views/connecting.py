"""Connecting an outside account: leaving for the provider, coming back, and finishing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.calendars.access_tokens import open_grant
from timetuna.calendars.actions.answer_replacement import answer_replacement
from timetuna.calendars.actions.begin_connecting import Visit, begin_connecting
from timetuna.calendars.actions.finish_connecting import NotConnectedError, StrayCodeError, finish_connecting
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.queries import Listing, connection, form_targets, waiting_grant
from timetuna.calendars.views.limits import CONNECTING, refusal
from timetuna.calendars.views.settings import listing_or_404
from timetuna.providers.base import Profile
from timetuna.providers.errors import ProviderError
from timetuna.web.csp import forms_lead_to
from timetuna.web.forms import Screen, show

View = Callable[[HttpRequest, str], HttpResponseBase]
_LONGEST_CODE = 4_096
_PLACES = "connecting_goes_back_to"


def _keep_address_private(view: View) -> View:
    """Keep the address, which carries a code, out of caches and Referer headers."""

    @wraps(view)
    def guarded(request: HttpRequest, provider: str) -> HttpResponseBase:
        response = view(request, provider)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return guarded


def _visit(request: HttpRequest, provider: str) -> Visit:
    return Visit(signed_in(request).pk, request.session.session_key or "", provider)


@require_POST
@login_required
def connect(request: HttpRequest, provider: str) -> HttpResponse:
    """Begin a fresh authorization and lead the browser to the provider."""
    place = _place(request, provider) if "again" in request.POST else ""
    return leave_for(request, listing_or_404(provider), back=place)


def leave_for(request: HttpRequest, found: Listing, *, back: str = "") -> HttpResponse:
    """Begin a fresh authorization. back: the path of our own page that follows, "" for Connected providers."""
    _remember_place(request, found.slug, back)
    if refused := refusal(request, CONNECTING):
        messages.warning(request, refused)
        return redirect(_take_place(request, found.slug))
    try:
        return redirect(begin_connecting(_visit(request, found.slug)))
    except ProviderError:
        messages.error(request, gettext("%(label)s is not set up on this server.") % {"label": found.label})
        return redirect(_take_place(request, found.slug))


@require_GET
@_keep_address_private
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Take what the provider sent the browser back with. Nothing of the address is shown."""
    found = listing_or_404(provider)
    code, state = request.GET.get("code", ""), request.GET.get("state", "")
    if "error" in request.GET or not code or len(code) > _LONGEST_CODE:
        messages.warning(request, gettext("%(label)s was not connected.") % {"label": found.label})
        return redirect(_take_place(request, provider))
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("provider_finish", args=[provider]))
    try:
        return _finish(request, found, state=state, code=code)
    except StrayCodeError:
        # To its own address: the code leaves the address bar, and the page's form keeps its Origin header,
        # which a page with "no-referrer" would not send.
        return redirect("provider_finish", provider)
    except NotConnectedError as refusal:
        messages.error(request, str(refusal))
        return redirect(_take_place(request, provider))


def _finish(request: HttpRequest, found: Listing, *, state: str, code: str) -> HttpResponse:
    waiting = finish_connecting(_visit(request, found.slug), state=state, code=code)
    if waiting is not None:
        return redirect("provider_replace", found.slug, waiting.pk)
    messages.success(request, gettext("%(label)s is connected.") % {"label": found.label})
    return redirect(_take_place(request, found.slug))


@dataclass(frozen=True, slots=True)
class FinishScreen(Screen):
    """For somebody whose way did not begin here, or ended too late."""

    template = "calendars/finish.html"
    listing: Listing


@dataclass(frozen=True, slots=True)
class ReplaceScreen(Screen):
    """Whether another account takes the place of the linked one."""

    template = "calendars/replace.html"
    listing: Listing
    profile: Profile
    linked: CalendarAccount | None


@require_safe
@login_required
@forms_lead_to(form_targets)
def finish(request: HttpRequest, provider: str) -> HttpResponse:
    """Offer a fresh start to somebody who came from the provider's side, or came back too late."""
    found = listing_or_404(provider)
    return show(request, FinishScreen(found))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def replace(request: HttpRequest, provider: str, authorization: int) -> HttpResponse:
    """Ask whether another account may take the linked one's place, and do what is answered."""
    found, visit = listing_or_404(provider), _visit(request, provider)
    row = waiting_grant(
        authorization, host_id=visit.host_id, provider=provider, session_key=visit.session_key
    )
    if request.method == "POST":
        return _answer(request, found, authorization=authorization)
    if row is None:
        raise Http404
    _, profile = open_grant(row)
    return show(request, ReplaceScreen(found, profile, connection(visit.host_id, provider)))


def _answer(request: HttpRequest, found: Listing, *, authorization: int) -> HttpResponse:
    answer = request.POST.get("answer", "")
    if answer not in {"replace", "keep"}:
        return redirect("provider_replace", found.slug, authorization)
    wanted = answer == "replace"
    if not answer_replacement(_visit(request, found.slug), authorization, replace=wanted):
        late = gettext("That took too long, so nothing was changed. Connect %(label)s again.")
        messages.warning(request, late % {"label": found.label})
    elif wanted:
        messages.success(
            request, gettext("%(label)s is connected with the other account.") % {"label": found.label}
        )
    else:
        stays = gettext("Nothing was changed; %(label)s stays connected as it was.")
        messages.info(request, stays % {"label": found.label})
    return redirect(_take_place(request, found.slug))


def _remember_place(request: HttpRequest, provider: str, path: str) -> None:
    """Keep where the host goes on after connecting: the path of one of our own pages, "" is Connected providers.

    It is kept in their session, never in an address.
    """
    places = {**request.session.get(_PLACES, {}), provider: path}
    request.session[_PLACES] = {slug: place for slug, place in places.items() if place}


def _take_place(request: HttpRequest, provider: str) -> str:
    """The path that was kept, once."""
    path = _place(request, provider)
    if path:
        _remember_place(request, provider, "")
    return path or reverse("settings_providers")


def _place(request: HttpRequest, provider: str) -> str:
    return str(request.session.get(_PLACES, {}).get(provider, ""))
